"""`vsitrain curves`."""

from pathlib import Path
from typing import Annotated

import typer

from vsidata.plain_text import echo
from vsitrain.commands.packages import require_packages


def curves(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="A run's output_dir, or a checkpoint.")],
    out: Annotated[
        Path | None, typer.Option(help="Picture: .png, .svg, .pdf (default: RUN/curves.png).")
    ] = None,
) -> None:
    """Draw the rewards of a run by topic, its KL, lengths and losses, also while it goes on.

    Reads RUN; writes one picture, over an older one of that name.
    """
    require_packages()
    from vsitrain.runs.curves import draw_curves

    out = out or run / "curves.png"
    draw_curves(run, out)
    echo(f"Drawn: {out}.")
