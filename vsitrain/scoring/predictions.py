"""Predictions: one reply per question, as JSON lines; and the questions that they answer."""

import codecs
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from vsidata.errors import OptionError
from vsidata.files.safe_files import LARGEST_LINES, read_regular

Row = Mapping[str, Any]

PREDICTIONS, RUN = "predictions.jsonl", "run.json"

_NAMED = 3


@dataclass(frozen=True)
class Prediction:
    """A reply.

    Attributes:
        id: the id of the question.
        reply: the text that the model wrote.
        error: the reason if there is no reply, such as a video that cannot be opened; None otherwise.
        frames: the number of frames that the model was shown; None if it is not known.
    """

    id: str
    reply: str
    error: str | None = None
    frames: int | None = None


def read_predictions(path: Path) -> list[Prediction]:
    """Read predictions: one object with `id` and `prediction` per line.

    Args:
        path: a file, or the folder of an evaluation, which has one file per process.

    Raises:
        OptionError: a file cannot be read, or a line is not such an object; the fault names the line.
    """
    return [_prediction(entry) for entry in read_entries(path)]


def _prediction(entry: Mapping[str, Any]) -> Prediction:
    error, frames = entry.get("error"), entry.get("frames")
    return Prediction(
        id=str(entry["id"]),
        reply=entry["prediction"] or "",
        error=str(error) if error else None,
        frames=frames if type(frames) is int and frames > 0 else None,
    )


def read_entries(path: Path) -> list[dict[str, Any]]:
    """The predictions as plain data, with the columns of the questions that `vsitrain evaluate` stored.

    An incomplete last line of a killed process is left out.
    """
    if path.is_dir():
        return [entry for file in sorted(path.glob("predictions*.jsonl")) for entry in read_entries(file)]
    try:
        lines = read_regular(path, LARGEST_LINES).removeprefix(codecs.BOM_UTF8).split(b"\n")
    except OSError as error:
        fault = f"cannot be read: {error.strerror}."
        raise OptionError(path, fault, "Pass a file of predictions, or a folder with one.") from error
    found = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            entry = orjson.loads(line)
        except ValueError:
            if number == len(lines):
                break  # incomplete
            entry = None
        if (
            not isinstance(entry, dict)
            or not isinstance(entry.get("id"), str | int)
            or not isinstance(entry.get("prediction", 0), str | None)
        ):
            fault = f"line {number} is not an object with `id` and `prediction`."
            raise OptionError(path, fault, 'Write one line {"id": …, "prediction": "…"} per question.')
        found.append(entry)
    return found


def read_record(path: Path) -> dict[str, Any]:
    """The record (run.json) that `vsitrain evaluate` wrote of an evaluation; empty if there is no record.

    Args:
        path: the folder of the evaluation, or a file of predictions in it.

    Raises:
        OptionError: the record is damaged.
    """
    file = (path if path.is_dir() else path.parent) / RUN
    if not file.exists():
        return {}
    try:
        record = orjson.loads(read_regular(file))
    except (OSError, ValueError):
        record = None
    if not isinstance(record, dict):
        raise OptionError(file, "is not a record of an evaluation.", "Copy it again from its source.")
    return record


def match_predictions(
    questions: Iterable[Row], predictions: Sequence[Prediction], source: Path | str, *, missing_as_wrong: bool
) -> tuple[list[Row], list[Prediction]]:
    """Questions with their predictions, in the order of the questions.

    Args:
        questions: rows with `id`.
        predictions: predictions with the same ids.
        source: the name of the predictions in an error.
        missing_as_wrong: whether a question without a prediction counts as answered wrongly.

    Raises:
        OptionError: ids occur twice, belong to no question, or are missing; the error names some of them.
    """
    counts = Counter(prediction.id for prediction in predictions)
    rows = {str(row["id"]): row for row in questions}
    if doubled := sorted(name for name, count in counts.items() if count > 1):
        fault = f"has two predictions for the same question: {_some(doubled)}."
        raise OptionError(source, fault, "Keep one prediction per question.")
    if foreign := sorted(counts.keys() - rows):
        fault = f"has predictions for questions that are not in the data: {_some(foreign)}."
        raise OptionError(source, fault, "Pass the data that the predictions answer.")
    missing = [name for name in rows if name not in counts]
    if missing and not missing_as_wrong:
        fault = f"has no prediction for {len(missing):,} of {len(rows):,} questions, such as {missing[0]}."
        remedy = "Resume `vsitrain evaluate`, or count them as wrong with --missing-as-wrong."
        raise OptionError(source, fault, remedy)
    replies = {prediction.id: prediction for prediction in predictions}
    absent = (replies.get(name) or Prediction(name, "", "no prediction") for name in rows)
    return list(rows.values()), list(absent)


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - _NAMED:,} more" if len(names) > _NAMED else ""
    return f"{', '.join(names[:_NAMED])}{more}"
