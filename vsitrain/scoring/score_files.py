"""From files to scores: what `vsitrain score` does."""

from collections.abc import Callable, Sequence
from pathlib import Path

from vsidata.errors import OptionError
from vsitrain.scoring.centres import rooms_of_meta_info, with_centre_answers
from vsitrain.scoring.predictions import Row, match_predictions, read_entries, read_predictions, read_record
from vsitrain.scoring.questions import checked_rows, read_questions, split_of
from vsitrain.scoring.references import REFERENCES, answered_by_reference, reference_scores
from vsitrain.scoring.score import Scores, score


def score_files(
    predictions: Path | None,
    data: str,
    *,
    split: str | None = None,
    warned: Callable[[str], None] = lambda _: None,
    reference: str | None = None,
    subset: Path | None = None,
    missing_as_wrong: bool = False,
    meta_info: Sequence[Path] = (),
) -> tuple[Scores, dict[str, Scores]]:
    """Score predictions, or a reference, against their questions.

    Args:
        predictions: a file of predictions, or the folder of an evaluation; None with `reference`.
        data, split, warned: as `split_of` takes them; no data where the predictions hold their questions.
        reference: key of REFERENCES.
        subset: a file of ids, one a line; None for all questions.
        missing_as_wrong: as `matched` takes it.
        meta_info: files with the boxes of VSI-Bench's rooms, for the answers between centres.

    Returns:
        The scores, and those of the references on the same questions by what a table calls them.

    Raises:
        OptionError: a file cannot be read, or the ids of questions and predictions do not fit together.
    """
    if (predictions is None) == (reference is None):
        fault = "takes predictions or --reference, and not both."
        raise OptionError("vsitrain score", fault, "Name a file of predictions, or give --reference.")
    rows: Sequence[Row]
    rows = read_questions(data, split_of(data, split, warned)) if data else own_questions(predictions)
    if meta_info:
        rows = with_centre_answers(rows, rooms_of_meta_info(meta_info))
    if subset is not None:
        rows = _only(rows, subset)
    if reference is not None:
        if reference not in REFERENCES:
            remedy = f"Choose from: {', '.join(REFERENCES)}."
            raise OptionError(f"--reference {reference}", "is none of the references.", remedy)
        known, replies = answered_by_reference(reference, rows)
        if not known:
            fault = "answers none of these questions: the boxes of their rooms are not at hand."
            raise OptionError(f"--reference {reference}", fault, "Name a build, or give --meta-info.")
        return score(known, replies), reference_scores(known)
    given = read_predictions(predictions or Path())
    if subset is not None:
        ids = {row["id"] for row in rows}
        given = [prediction for prediction in given if prediction.id in ids]
    rows, replies = match_predictions(rows, given, predictions or Path(), missing_as_wrong=missing_as_wrong)
    return score(rows, replies), reference_scores(rows)


def own_questions(predictions: Path | None) -> list[Row]:
    """The questions that `vsitrain evaluate` kept with its predictions.

    Raises:
        OptionError: it kept none, or the evaluation has not come to its end.
    """
    entries = [] if predictions is None else read_entries(predictions)
    if predictions is None or not entries or "ground_truth" not in entries[0]:
        fault = "is missing: the predictions do not hold their questions."
        raise OptionError("--data", fault, "Name VSI-Bench's file of questions, or a build.")
    asked = read_record(predictions).get("questions", len(entries))
    if isinstance(asked, int) and len({entry["id"] for entry in entries}) < asked:
        fault = f"holds {len(entries):,} predictions, and {asked:,} questions are asked in this evaluation."
        remedy = "Let `vsitrain evaluate` go on, or name --data and count them with --missing-as-wrong."
        raise OptionError(predictions, fault, remedy)
    return list(checked_rows(str(predictions), entries))


def _only(rows: Sequence[Row], subset: Path) -> list[Row]:
    try:
        ids = set(subset.read_text(encoding="utf-8-sig").split())
    except (OSError, UnicodeDecodeError) as error:
        raise OptionError(subset, f"cannot be read: {error}.", "Name a file of ids, one a line.") from error
    if foreign := ids - {row["id"] for row in rows}:
        fault = f"holds {len(foreign):,} ids of no question, such as {min(foreign)}."
        raise OptionError(subset, fault, "Take the ids from the data's own column.")
    return [row for row in rows if row["id"] in ids]
