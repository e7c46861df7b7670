"""`vsitrain merge`."""

from pathlib import Path
from typing import Annotated

import typer

from vsidata.commands.options import OutArgument
from vsidata.plain_text import echo
from vsitrain.commands.options import Dtype
from vsitrain.commands.packages import require_packages


def merge(
    adapter: Annotated[Path, typer.Argument(metavar="ADAPTER", help="Read the adapter in this folder.")],
    out: OutArgument,
    dtype: Dtype = None,
) -> None:
    """Merge an adapter into its base model, for programs that load full models only.

    Reads both; a base on the Hub is read from its cache or downloaded. Writes to OUT, which must be new or
    empty.
    """
    require_packages()
    from vsidata.files.atomic import need_new
    from vsitrain.commands.quiet import quiet
    from vsitrain.models.starting_model import base_of, check_adapter, merge_adapter
    from vsitrain.plan import read_model_config

    quiet()
    need_new(out)
    check_adapter(str(adapter), read_model_config(base_of(str(adapter))))
    echo(f"Merged: {merge_adapter(str(adapter), out, dtype=dtype)}.")
