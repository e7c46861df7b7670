"""Predictions: a reply for each question, as JSON lines; and the questions that they answer."""

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
        id: of the question.
        reply: what the model wrote.
        error: why there is no reply, such as a video that cannot be opened; None where there is one.
        frames: that the model was shown; None where that is not known.
    """

    id: str
    reply: str
    error: str | None = None
    frames: int | None = None


def read_predictions(path: Path) -> list[Prediction]:
    """Read predictions: objects with `id` and `prediction`, a line each.

    Args:
        path: a file, or the folder of an evaluation, of which every process wrote one.

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
    """The same as plain data, with what `vsitrain evaluate` kept of the questions.

    A last line that was cut short by a kill is left out.
    """
    if path.is_dir():
        return [entry for file in sorted(path.glob("predictions*.jsonl")) for entry in read_entries(file)]
    try:
        lines = read_regular(path, LARGEST_LINES).removeprefix(codecs.BOM_UTF8).split(b"\n")
    except OSError as error:
        fault = f"cannot be read: {error.strerror}."
        raise OptionError(path, fault, "Name a file of predictions, or a folder with one.") from error
    found = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            entry = orjson.loads(line)
        except ValueError:
            if number == len(lines):
                break  # cut short
            entry = None
        if (
            not isinstance(entry, dict)
            or not isinstance(entry.get("id"), str | int)
            or not isinstance(entry.get("prediction", 0), str | None)
        ):
            fault = f"line {number} is no object with `id` and `prediction`."
            raise OptionError(path, fault, 'Write a line {"id": …, "prediction": "…"} a question.')
        found.append(entry)
    return found


def read_record(path: Path) -> dict[str, Any]:
    """What `vsitrain evaluate` wrote of an evaluation beside its predictions; empty where it wrote nothing.

    Args:
        path: its folder, or a file of predictions in it.

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
        raise OptionError(file, "is no record of an evaluation.", "Take it from where it was made.")
    return record


def match_predictions(
    questions: Iterable[Row], predictions: Sequence[Prediction], source: Path | str, *, missing_as_wrong: bool
) -> tuple[list[Row], list[Prediction]]:
    """Questions with their predictions, in the order of the questions.

    Args:
        questions: with `id`.
        predictions: of the same ids.
        source: what an error calls the predictions.
        missing_as_wrong: whether a question without a prediction counts as answered wrongly.

    Raises:
        OptionError: ids are there twice, of no question, or missing; it names some.
    """
    counts = Counter(prediction.id for prediction in predictions)
    rows = {str(row["id"]): row for row in questions}
    if doubled := sorted(name for name, count in counts.items() if count > 1):
        raise OptionError(source, f"{_some(doubled)} there twice.", "Keep one prediction a question.")
    if foreign := sorted(counts.keys() - rows):
        fault = f"{_some(foreign)} of no question of the data."
        raise OptionError(source, fault, "Score them against the data that they answer.")
    missing = [name for name in rows if name not in counts]
    if missing and not missing_as_wrong:
        fault = f"{len(missing):,} of {len(rows):,} questions have no prediction, such as {missing[0]}."
        remedy = "Let `vsitrain evaluate` go on, or count them as wrong with --missing-as-wrong."
        raise OptionError(source, fault, remedy)
    replies = {prediction.id: prediction for prediction in predictions}
    absent = (replies.get(name) or Prediction(name, "", "no prediction") for name in rows)
    return list(rows.values()), list(absent)


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - _NAMED:,} more" if len(names) > _NAMED else ""
    return f"{', '.join(names[:_NAMED])}{more} {'is' if len(names) == 1 else 'are'}"
