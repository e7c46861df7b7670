"""The benchmark's own score of a reply, identical to the published scorer for every reply."""

from collections.abc import Mapping
from typing import Any

from vsidata.metrics import angular_accuracy, relative_accuracy
from vsitrain.answers import is_angle
from vsitrain.scoring.tasks import NUMBERS


def official_score(row: Mapping[str, Any], reply: str) -> float:
    """Score a reply as VSI-Bench's published scorer does.

    The text before the first space is the answer, without dots at its end. A letter or word must equal the
    right one, in any case. A number must be readable by Python's `float`, else it scores 0. The benchmark
    does not ask for angles; they are scored by their error on the circle.

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
            return number_score(row, float(answer), float(truth))
        except ValueError:
            return 0.0
    return float(answer.lower() == truth.lower())


def number_score(row: Mapping[str, Any], number: float, truth: float) -> float:
    """The score of a number in the unit of the question. An angle is compared on the circle."""
    if is_angle(row.get("unit")):
        return float(angular_accuracy(number, truth))
    return relative_accuracy(number, truth)


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
        return float(row["ground_truth"]) > 0 or is_angle(row.get("unit"))
    except ValueError:
        return False
