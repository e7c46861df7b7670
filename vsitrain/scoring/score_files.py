"""Score files of predictions, as `vsitrain score` does."""

from collections.abc import Callable, Sequence
from pathlib import Path

from vsidata.errors import OptionError
from vsitrain.scoring.centres import rooms_of_meta_info, with_centre_answers
from vsitrain.scoring.predictions import Row, match_predictions, read_entries, read_predictions, read_record
from vsitrain.scoring.questions import checked_rows, read_questions, split_of
from vsitrain.scoring.references import REFERENCES, answered_by_reference, reference_scores
from vsitrain.scoring.score import Scores, score
from vsitrain.scoring.vsti import other_version


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
        data, split, warned: as for `split_of`; data is empty if the predictions contain their questions.
        reference: a key of REFERENCES.
        subset: a file with one id per line; None for all questions.
        missing_as_wrong: as for `match_predictions`.
        meta_info: files with the boxes of VSI-Bench's rooms, for the answers by centres.

    Returns:
        The scores, and the scores of the references on the same questions, by their names in a table.

    Raises:
        OptionError: a file cannot be read, or the ids of questions and predictions do not match.
    """
    if (predictions is None) == (reference is None):
        fault = "needs either predictions or --reference."
        raise OptionError("vsitrain score", fault, "Pass exactly one of PREDICTIONS and --reference.")
    rows: Sequence[Row]
    rows = read_questions(data, split_of(data, split, warned)) if data else own_questions(predictions)
    if meta_info:
        rows = with_centre_answers(rows, rooms_of_meta_info(meta_info))
    if subset is not None:
        rows = _only(rows, subset)
    if reference is not None:
        if reference not in REFERENCES:
            remedy = f"Choose from: {', '.join(REFERENCES)}."
            raise OptionError(f"--reference {reference}", "is not a reference.", remedy)
        known, replies = answered_by_reference(reference, rows)
        if not known:
            fault = "cannot answer any of these questions: the boxes of their rooms are not known."
            raise OptionError(
                f"--reference {reference}", fault, "Pass a build as --data, or pass --meta-info."
            )
        return score(known, replies), reference_scores(known)
    given = read_predictions(predictions or Path())
    if data and (warning := other_version(read_entries(predictions or Path()), rows)):
        warned(warning)
    if subset is not None:
        ids = {row["id"] for row in rows}
        given = [prediction for prediction in given if prediction.id in ids]
    rows, replies = match_predictions(rows, given, predictions or Path(), missing_as_wrong=missing_as_wrong)
    return score(rows, replies), reference_scores(rows)


def own_questions(predictions: Path | None) -> list[Row]:
    """The questions that `vsitrain evaluate` stored with its predictions.

    Raises:
        OptionError: the predictions contain no questions, or the evaluation is not complete.
    """
    entries = [] if predictions is None else read_entries(predictions)
    if predictions is None or not entries or "ground_truth" not in entries[0]:
        fault = "is missing: the predictions do not contain their questions."
        raise OptionError("--data", fault, "Pass VSI-Bench's file of questions, or a build.")
    asked = read_record(predictions).get("questions", len(entries))
    if isinstance(asked, int) and len({entry["id"] for entry in entries}) < asked:
        fault = f"is not complete: it contains {len(entries):,} predictions for {asked:,} questions."
        remedy = "Resume `vsitrain evaluate`, or pass --data and --missing-as-wrong."
        raise OptionError(predictions, fault, remedy)
    return list(checked_rows(str(predictions), entries))


def _only(rows: Sequence[Row], subset: Path) -> list[Row]:
    try:
        ids = set(subset.read_text(encoding="utf-8-sig").split())
    except (OSError, UnicodeDecodeError) as error:
        raise OptionError(subset, f"cannot be read: {error}.", "Pass a file with one id per line.") from error
    if foreign := ids - {row["id"] for row in rows}:
        fault = f"contains ids that no question has: {len(foreign):,}, such as {min(foreign)}."
        raise OptionError(subset, fault, "Use the ids of the data's column `id`.")
    return [row for row in rows if row["id"] in ids]
