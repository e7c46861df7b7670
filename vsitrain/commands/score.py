"""`vsitrain score`."""

from pathlib import Path
from typing import Annotated

import typer

from vsitrain.commands.evaluating import Split
from vsitrain.commands.print_scores import MetaInfo, Published, print_scores


def score(
    predictions: Annotated[
        Path | None,
        typer.Argument(metavar="PREDICTIONS", help="A file of predictions, or a folder with one."),
    ] = None,
    data: Annotated[
        str,
        typer.Option(help="What they answer, if they do not hold it: vsi-bench, its file, or a build."),
    ] = "",
    split: Split = None,
    reference: Annotated[
        str | None,
        typer.Option(
            help="Score this in place of a model: chance, constant, category_constant, centre_distance, key."
        ),
    ] = None,
    meta_info: MetaInfo = None,
    published: Published = None,
    subset: Annotated[
        Path | None,
        typer.Option(help="Only these questions: a file of ids, one a line (the debiased subset)."),
    ] = None,
    missing_as_wrong: Annotated[
        bool, typer.Option("--missing-as-wrong", help="Questions without a prediction score 0.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the scores as JSON.")] = False,
) -> None:
    """Score predictions by the benchmark's own rules and by lenient ones, beside what needs no model.

    Reads PREDICTIONS (JSON lines of `id` and `prediction`) and the data; data on the Hub is downloaded to its
    cache. Writes nothing else. Needs no GPU.
    """
    print_scores(
        predictions,
        data,
        as_json=as_json,
        published=published or (),
        split=split,
        reference=reference,
        subset=subset,
        missing_as_wrong=missing_as_wrong,
        meta_info=meta_info or (),
    )
