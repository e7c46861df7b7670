"""`vsitrain score`."""

from pathlib import Path
from typing import Annotated

import typer

from vsidata.commands.options import AsJson, MetaInfoOrNone
from vsitrain.commands.options import DataOrNone, Published, Split
from vsitrain.commands.print_scores import print_scores


def score(
    predictions: Annotated[
        Path | None,
        typer.Argument(metavar="PREDICTIONS", help="Score this file of predictions, or a folder with one."),
    ] = None,
    data: DataOrNone = "",
    split: Split = None,
    reference: Annotated[
        str | None,
        typer.Option(help="Score a reference: chance, constant, category_constant, centre_distance or key."),
    ] = None,
    meta_info: MetaInfoOrNone = None,
    published: Published = None,
    subset: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Score only the questions of this file: one id per line (the debiased subset).",
        ),
    ] = None,
    missing_as_wrong: Annotated[
        bool, typer.Option("--missing-as-wrong", help="Score questions without a prediction as 0.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Score predictions by the benchmark's own rules and by lenient rules, beside reference scores.

    The references, such as the best constant answers, need no model. --meta-info (…_meta_info_val.json) adds
    the reference for distances between centres. Reads PREDICTIONS (JSON lines with `id` and `prediction`) and
    the data, and downloads data on the Hub to its cache. Writes no other files. Needs no GPU.
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
