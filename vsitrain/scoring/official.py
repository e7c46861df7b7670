"""The benchmark's own score of one reply, answer for answer, with all that it does not forgive."""

from collections.abc import Mapping
from typing import Any

from vsidata.metrics import mean_relative_accuracy
from vsitrain.scoring.tasks import NUMBERS


def official_score(row: Mapping[str, Any], reply: str) -> float:
    """Score a reply as VSI-Bench's published scorer does.

    What stands before the first space is the answer, without dots at its end. A letter or word must be the
    true one, in any case; a number must be one to Python's `float`, else it scores 0.

    Args:
        row: with `question_type`, `ground_truth`, and `options` where there are any.
        reply: what the model wrote.

    Returns:
        In [0, 1].

    Source: `vsibench_process_results` of the thinking-in-space repository.
    """
    answer, truth = first_token(reply), row["ground_truth"]
    if is_number(row):
        try:
            return float(mean_relative_accuracy(float(answer), float(truth)))
        except ValueError:
            return 0.0
    return float(answer.lower() == truth.lower())


def first_token(reply: str) -> str:
    """What the official scorer takes for the answer. Only a space ends it: no other white space does."""
    return reply.split(" ")[0].rstrip(".").strip()


def is_number(row: Mapping[str, Any]) -> bool:
    """Whether a question is scored as a number: by its type, if it is the benchmark's, or its answer."""
    if row.get("options"):
        return False
    if row["question_type"] in NUMBERS:
        return True
    try:
        return float(row["ground_truth"]) > 0
    except ValueError:
        return False
