"""`vsitrain tiny`."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from vsidata.errors import OptionError
from vsidata.plain_text import echo
from vsidata.rules.seeds import LARGEST_SEED
from vsitrain.commands.packages import require_packages


def tiny(
    out: Annotated[Path, typer.Argument(metavar="OUT", help="Folder to write to.")],
    like: Annotated[str, typer.Option(help="Size, by name: tiny, qwen2-vl-2b, qwen2-vl-7b.")] = "tiny",
    family: Annotated[
        Literal["qwen2-vl", "qwen2.5-vl", "qwen3-vl", "internvl"] | None,
        typer.Option(help="Of a tiny model (default: qwen2-vl)."),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, max=LARGEST_SEED, help="Seed of the weights.")] = 0,
) -> None:
    """Write a random model with tokenizer, processor and chat template, made without a network.

    For tests, and for dry runs of memory and speed at real size without weights. Reads nothing; writes to
    OUT, which must be new or empty.
    """
    require_packages()
    from vsidata.files.atomic import need_new, whole_folder
    from vsitrain.models.tiny import SIZES, make_tiny

    if like not in SIZES:
        raise OptionError(f"--like {like}", "is no size.", f"Choose from: {', '.join(SIZES)}.")
    size = SIZES[like] if family is None else SIZES[like].model_copy(update={"family": family})
    need_new(out)
    with whole_folder(out) as folder:
        parameters = make_tiny(folder, size, seed=seed)
    echo(f"{parameters:,} parameters in {out}.")
