"""`vsitrain curves`."""

from pathlib import Path
from typing import Annotated

import typer

from vsidata.plain_text import echo
from vsitrain.commands.options import PlotOrBeside
from vsitrain.commands.packages import require_packages


def curves(
    run: Annotated[
        Path, typer.Argument(metavar="RUN", help="Read this run: its output_dir or a checkpoint.")
    ],
    plot: PlotOrBeside = None,
) -> None:
    """Draw the rewards of a run by topic, and its KL divergence, lengths and losses.

    The run may be in progress. Reads RUN. Writes one picture, RUN/curves.png or the file of --plot, and
    replaces an older one.
    """
    require_packages()
    from vsitrain.runs.curves import draw_curves

    plot = plot or run / "curves.png"
    draw_curves(run, plot)
    echo(f"Drawn: {plot}.")
