"""From files to scores: what `vsitrain score` does."""

from collections.abc import Sequence
from pathlib import Path

from vsidata.errors import OptionError
from vsitrain.scoring.predictions import Row, matched, read_entries, read_predictions
from vsitrain.scoring.questions import read_questions
from vsitrain.scoring.references import REFERENCES
from vsitrain.scoring.score import Scores, score

_BESIDE = ("chance", "constant", "category_constant")
"""References that stand beside every score: what one gets without a look."""


def scored(
    predictions: Path | None,
    data: str,
    *,
    split: str = "train",
    reference: str | None = None,
    subset: Path | None = None,
    missing_as_wrong: bool = False,
) -> tuple[Scores, dict[str, Scores]]:
    """Score predictions, or a reference, against their questions.

    Args:
        predictions: a file of predictions, or the folder of an evaluation; None with `reference`.
        data, split: as `read_questions` takes them; no data where the predictions hold their questions.
        reference: key of REFERENCES.
        subset: a file of ids, one a line; None for all questions.
        missing_as_wrong: as `matched` takes it.

    Returns:
        The scores, and those of blind references on the same questions by what a table calls them.

    Raises:
        OptionError: a file cannot be read, or the ids of questions and predictions do not fit together.
    """
    if (predictions is None) == (reference is None):
        fault = "takes predictions or --reference, and not both."
        raise OptionError("vsitrain score", fault, "Name a file of predictions, or give --reference.")
    rows: Sequence[Row] = read_questions(data, split) if data else _own_questions(predictions)
    if subset is not None:
        rows = _only(rows, subset)
    if reference is not None:
        if reference not in REFERENCES:
            remedy = f"Choose from: {', '.join(REFERENCES)}."
            raise OptionError(f"--reference {reference}", "is none of the references.", remedy)
        replies = REFERENCES[reference][1](rows)
    else:
        given = read_predictions(predictions or Path())
        if subset is not None:
            ids = {row["id"] for row in rows}
            given = [prediction for prediction in given if prediction.id in ids]
        rows, replies = matched(rows, given, predictions or Path(), missing_as_wrong=missing_as_wrong)
    beside = {name: score(rows, REFERENCES[name][1](rows)) for name in _BESIDE if name != reference}
    return score(rows, replies), {REFERENCES[name][0]: scores for name, scores in beside.items()}


def _own_questions(predictions: Path | None) -> list[Row]:
    """The questions that `vsitrain evaluate` kept with its predictions."""
    entries = [] if predictions is None else read_entries(predictions)
    if not entries or "ground_truth" not in entries[0]:
        fault = "is missing: the predictions do not hold their questions."
        raise OptionError("--data", fault, "Name VSI-Bench's file of questions, or a build.")
    return [{**entry, "id": str(entry["id"])} for entry in entries]


def _only(rows: Sequence[Row], subset: Path) -> list[Row]:
    try:
        ids = set(subset.read_text(encoding="utf-8").split())
    except (OSError, UnicodeDecodeError) as error:
        raise OptionError(subset, f"cannot be read: {error}.", "Name a file of ids, one a line.") from error
    if foreign := ids - {row["id"] for row in rows}:
        fault = f"holds {len(foreign):,} ids of no question, such as {min(foreign)}."
        raise OptionError(subset, fault, "Take the ids from the data's own column.")
    return [row for row in rows if row["id"] in ids]
