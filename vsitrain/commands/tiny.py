"""`vsitrain tiny`."""

from typing import Annotated, Literal

import typer

from vsidata.commands.options import OutArgument, Seed
from vsidata.errors import OptionError
from vsidata.plain_text import echo
from vsitrain.commands.options import LikeOrTiny
from vsitrain.commands.packages import require_packages


def tiny(
    out: OutArgument,
    like: LikeOrTiny = "tiny",
    family: Annotated[
        Literal["qwen2-vl", "qwen2.5-vl", "qwen3-vl", "internvl"] | None,
        typer.Option(help="Use this family for a tiny model (default: qwen2-vl)."),
    ] = None,
    seed: Seed = 0,
) -> None:
    """Write a random model with tokenizer, processor and chat template, without a network.

    Use it in tests, or at real size to measure memory and speed without downloading weights. Reads no files.
    Writes to OUT, which must be new or empty.
    """
    require_packages()
    from vsidata.files.atomic import need_new, whole_folder
    from vsitrain.models.tiny import SIZES, make_tiny

    if like not in SIZES:
        raise OptionError(f"--like {like}", "is not a size.", f"Choose from: {', '.join(SIZES)}.")
    size = SIZES[like] if family is None else SIZES[like].model_copy(update={"family": family})
    need_new(out)
    with whole_folder(out) as folder:
        parameters = make_tiny(folder, size, seed=seed)
    echo(f"{parameters:,} parameters in {out}.")
