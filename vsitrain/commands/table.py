"""`vsitrain table`."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from vsidata.plain_text import echo
from vsitrain.commands.print_scores import MetaInfo, Published


def table(
    runs: Annotated[
        list[Path], typer.Argument(metavar="RUN…", help="Folders of evaluations, in the order of the rows.")
    ],
    base: Annotated[
        Path | None,
        typer.Option(help="Evaluation of the base model: its row comes first, the others gain on it."),
    ] = None,
    paper: Annotated[
        bool,
        typer.Option(
            "--paper", help="After each run, how far it is from the paper's row of its model and mode."
        ),
    ] = False,
    published: Published = None,
    references: Annotated[
        bool, typer.Option(help="Add what is scored without a model: blind answers, centres, the key.")
    ] = True,
    meta_info: MetaInfo = None,
    layout: Annotated[
        Literal["models", "modes"],
        typer.Option(help="As the paper's Table 2, or its Table 1: modes gain on the vanilla one."),
    ] = "models",
    form: Annotated[
        Literal["markdown", "csv", "latex"], typer.Option("--format", help="How to print it.")
    ] = "markdown",
    plot: Annotated[
        Path | None, typer.Option(help="Draw it, too, a panel a task: .png, .svg or .pdf.")
    ] = None,
) -> None:
    """Print evaluations of the same questions side by side, as the paper's tables do.

    Reads the predictions of the runs; writes the picture that --plot names, over an older one, and nothing
    else. Needs no GPU. Published rows and references are marked.
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
