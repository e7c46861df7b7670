"""Whether every question can be scored at all: found out before a model is loaded, not by its reward."""

import math
from typing import TYPE_CHECKING, Any

from vsidata.errors import OptionError
from vsidata.topics.registry import TOPICS
from vsitrain.prompts import answer_kind

if TYPE_CHECKING:
    from datasets import Dataset

_AT_A_TIME = 1000  # rows that are Python objects at once
_COLUMNS = ["id", "question", "question_type", "options", "ground_truth", "answer", "unit"]


def check_answers(source: str, rows: "Dataset") -> None:
    """Refuse questions that no answer could earn a reward on.

    Args:
        source: what the error calls the data.
        rows: rows of the `qa` table.

    Raises:
        OptionError: a question or an answer is empty, a number is none or not positive, or a letter stands
            for no option. Names the first row at fault and says how many more there are.
    """
    table = rows.select_columns(_COLUMNS).with_format("arrow")[:]
    parts = (batch.to_pylist() for batch in table.to_batches(_AT_A_TIME))
    faults = {row["id"]: fault for part in parts for row in part if (fault := _fault(row))}
    if faults:
        first = next(iter(faults))
        others = f" {len(faults) - 1:,} more cannot be scored either." if len(faults) > 1 else ""
        remedy = "Take such rows out of the data, or build it again with `vsidata build`, which writes none."
        raise OptionError(source, f"question {first}: {faults[first]}.{others}", remedy)


def _fault(row: dict[str, Any]) -> str | None:
    for column in ("question", "ground_truth", "answer"):
        if not (row[column] or "").strip():
            return f"its {column} is {'missing' if row[column] is None else 'empty'}"
    if row["options"]:
        letters = [option.partition(".")[0] for option in row["options"]]
        if row["ground_truth"] not in letters:
            return f"its ground_truth {row['ground_truth']!r} is none of the letters {', '.join(letters)}"
    elif answer_kind(row, letters=False) == "number" or _wants_number(row):
        for column in ("ground_truth", "answer"):
            if not _is_positive(row[column]):
                return (
                    f"its {column} {row[column]!r} is no positive number, as a {row['question_type']} wants"
                )
    return None


def _wants_number(row: dict[str, Any]) -> bool:
    topic = TOPICS.get(row["question_type"])
    return topic is not None and topic.kind == "number"


def _is_positive(text: str) -> bool:
    try:
        number = float(text)
    except ValueError:
        return False
    return math.isfinite(number) and number > 0
