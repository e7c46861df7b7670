"""The benchmark's own score of a reply, identical to the published scorer for every reply."""

from collections.abc import Mapping
from typing import Any

from vsidata.metrics import relative_accuracy
from vsitrain.scoring.tasks import NUMBERS


def official_score(row: Mapping[str, Any], reply: str) -> float:
    """Score a reply as VSI-Bench's published scorer does.

    The text before the first space is the answer, without dots at its end. A letter or word must equal the
    right one, in any case. A number must be readable by Python's `float`, else it scores 0.

    Args:
        row: a row with `question_type`, `ground_truth`, and `options` if the question has options.
        reply: the text that the model wrote.

    Returns:
        A score in [0, 1].

    Source: `vsibench_process_results` of the thinking-in-space repository.
    """
    answer, truth = first_token(reply), row["ground_truth"]
    if is_number(row):
        try:
            return relative_accuracy(float(answer), float(truth))
        except ValueError:
            return 0.0
    return float(answer.lower() == truth.lower())


def first_token(reply: str) -> str:
    """The text that the official scorer takes as the answer. Only a space ends it, not other white space."""
    return reply.split(" ")[0].rstrip(".").strip()


def is_number(row: Mapping[str, Any]) -> bool:
    """Return whether a question is scored as a number.

    The type decides, or the answer if the type is unknown.
    """
    if row.get("options"):
        return False
    if row["question_type"] in NUMBERS:
        return True
    try:
        return float(row["ground_truth"]) > 0
    except ValueError:
        return False
