"""`vsitrain table`."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from vsidata.commands.options import MetaInfoOrNone
from vsidata.plain_text import echo
from vsitrain.commands.options import Plot, Published


def table(
    runs: Annotated[
        list[Path],
        typer.Argument(metavar="RUN…", help="Show the evaluations in these folders, in order."),
    ],
    base: Annotated[
        Path | None,
        typer.Option(help="Put this evaluation of the base model first, and show gains over it."),
    ] = None,
    paper: Annotated[
        bool,
        typer.Option(
            "--paper",
            help="Show the difference of each run from the paper's row of the same model and mode.",
        ),
    ] = False,
    published: Published = None,
    references: Annotated[
        bool,
        typer.Option(help="Add scores without a model: blind answers, centre distances, the key."),
    ] = True,
    meta_info: MetaInfoOrNone = None,
    layout: Annotated[
        Literal["models", "modes"],
        typer.Option(
            help="Use the layout of the paper's Table 2 (models), or Table 1 with gains over vanilla (modes)."
        ),
    ] = "models",
    form: Annotated[
        Literal["markdown", "csv", "latex"], typer.Option("--format", help="Print in this format.")
    ] = "markdown",
    plot: Plot = None,
) -> None:
    """Print evaluations of the same questions side by side, as the paper's tables do.

    --meta-info (…_meta_info_val.json) adds the reference for distances between centres. Reads the predictions
    of the runs. With --plot, writes a picture with one panel per task, and replaces an older one; writes no
    other files. Needs no GPU. Published rows and references are marked.
    """
    from vsitrain.scoring.compare_runs import compare_runs
    from vsitrain.scoring.layouts import FORMATS, LAYOUTS

    found = compare_runs(
        runs,
        base=base,
        by_mode=layout == "modes" and base is None,
        paper=paper,
        published=published or (),
        references=references,
        meta_info=meta_info or (),
    )
    if plot:
        from vsitrain.scoring.plot import draw_comparison

        draw_comparison(found.rows, plot)
    echo(FORMATS[form](found.rows, LAYOUTS[layout]))
    for note in found.notes:
        echo(note, err=True)
