"""A score that is lenient about the form of an answer, and otherwise equal to the official score."""

from collections.abc import Mapping
from typing import Any

from vsidata.topics.registry import TOPICS
from vsitrain.answers import final_answer, read_letter, read_number, same_word
from vsitrain.prompts import offered_words, target, wants_letter
from vsitrain.scoring.official import is_number, number_score


def lenient_score(row: Mapping[str, Any], reply: str, *, letters: bool = True) -> float:
    """Score the answer that a reply states in any form: with units, in words, in a sentence, in tags.

    Args:
        row: a row with `question`, `question_type`, `ground_truth`, and `options`, `answer`, `unit` if known.
        reply: the text that the model wrote.
        letters: whether options were shown for every question that has them; see
            `vsitrain.prompts.wants_letter`.

    Returns:
        A score in [0, 1], by the same rules as `official_score` after the answer is read.
    """
    said = final_answer(reply)
    if is_number(row):
        number = read_number(said, row.get("unit") or _unit(row["question_type"]))
        return 0.0 if number is None else number_score(row, number, float(row["ground_truth"]))
    if wants_letter(row, letters):
        return float(read_letter(said, row["options"]) == row["ground_truth"])
    return float(same_word(said, target(row, letters), offered_words(row)))


def _unit(question_type: str) -> str | None:
    """The unit of a question type of the benchmark. Its rows do not state the unit."""
    topic = TOPICS.get(question_type)
    return topic.unit if topic else None
