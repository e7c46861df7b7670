"""Write a Matplotlib figure to a file, completely or not at all."""

from io import BytesIO
from pathlib import Path
from typing import Any

from vsidata.errors import OptionError
from vsidata.files.atomic import write_whole


def write_figure(figure: Any, out: Path) -> None:
    """Write a figure in the format of the file's suffix; without a suffix, write a .png file.

    Raises:
        OptionError: the format is unknown, or the file cannot be written.
    """
    out = out if out.suffix else out.with_suffix(".png")
    drawn = BytesIO()
    try:
        figure.savefig(drawn, dpi=110, format=out.suffix.removeprefix("."))
        write_whole(out, [drawn.getbuffer()])
    except (OSError, ValueError) as error:
        fault = f"cannot be written: {getattr(error, 'strerror', None) or error}."
        raise OptionError(out, fault, "Pass a .png, .svg or .pdf file in a writable folder.") from error
