"""Check that every question can be scored, before a model is loaded."""

import math
from typing import TYPE_CHECKING, Any

from vsidata.errors import OptionError
from vsidata.topics.registry import TOPICS
from vsitrain.answers import is_angle
from vsitrain.prompts import answer_kind

if TYPE_CHECKING:
    from datasets import Dataset

_AT_A_TIME = 1000  # maximum number of rows in memory as Python objects
_COLUMNS = ["id", "question", "question_type", "options", "ground_truth", "answer", "unit"]


def check_answers(source: str, rows: "Dataset") -> None:
    """Refuse questions for which no answer can earn a reward.

    Args:
        source: the name of the data in an error.
        rows: rows of the `qa` table.

    Raises:
        OptionError: a question or an answer is empty, a number is missing or not positive, or a letter has no
            option. The error names the first such row, and the number of others.
    """
    table = rows.select_columns(_COLUMNS).with_format("arrow")[:]
    parts = (batch.to_pylist() for batch in table.to_batches(_AT_A_TIME))
    faults = {row["id"]: fault for part in parts for row in part if (fault := _fault(row))}
    if faults:
        first = next(iter(faults))
        others = f" Other questions that cannot be scored: {len(faults) - 1:,}." if len(faults) > 1 else ""
        remedy = "Remove these rows from the data, or build the data again with `vsidata build`."
        fault = f"contains the question {first}, which cannot be scored: {faults[first]}.{others}"
        raise OptionError(source, fault, remedy)


def _fault(row: dict[str, Any]) -> str | None:
    for column in ("question", "ground_truth", "answer"):
        if not (row[column] or "").strip():
            return f"its {column} is {'missing' if row[column] is None else 'empty'}"
    if row["options"]:
        letters = [option.partition(".")[0] for option in row["options"]]
        if row["ground_truth"] not in letters:
            return f"its ground_truth {row['ground_truth']!r} is not one of the letters {', '.join(letters)}"
    elif answer_kind(row, letters=False) == "number" or _wants_number(row):
        angle = is_angle(row["unit"])
        for column in ("ground_truth", "answer"):
            if not _is_number(row[column], positive=not angle):
                kind, what = row["question_type"], "a number" if angle else "a positive number"
                return f"its {column} {row[column]!r} is not {what}, which {kind} needs"
    return None


def _wants_number(row: dict[str, Any]) -> bool:
    topic = TOPICS.get(row["question_type"])
    return topic is not None and topic.kind == "number"


def _is_number(text: str, *, positive: bool) -> bool:
    try:
        number = float(text)
    except ValueError:
        return False
    return math.isfinite(number) and (number > 0 or not positive)
