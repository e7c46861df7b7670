"""A score that forgives how an answer is dressed, and nothing else."""

from collections.abc import Mapping
from typing import Any

from vsidata.metrics import mean_relative_accuracy
from vsidata.topics.registry import TOPICS
from vsitrain.answers import final_answer, read_letter, read_number, same_word
from vsitrain.prompts import offered_words, target, wants_letter
from vsitrain.scoring.official import is_number


def lenient_score(row: Mapping[str, Any], reply: str, *, letters: bool = True) -> float:
    """Score what a reply states, however it says it: with units, in words, in a sentence, in tags.

    Args:
        row: with `question`, `question_type`, `ground_truth`; `options`, `answer`, `unit` where known.
        reply: what the model wrote.
        letters: whether options were shown wherever there are any; see `vsitrain.prompts.wants_letter`.

    Returns:
        In [0, 1], by the same rules as `official_score` once the answer is read.
    """
    said = final_answer(reply)
    if is_number(row):
        number = read_number(said, row.get("unit") or _unit(row["question_type"]))
        return 0.0 if number is None else float(mean_relative_accuracy(number, float(row["ground_truth"])))
    if wants_letter(row, letters):
        return float(read_letter(said, row["options"]) == row["ground_truth"])
    return float(same_word(said, target(row, letters), offered_words(row)))


def _unit(question_type: str) -> str | None:
    """Of the benchmark's questions, whose rows do not state it."""
    topic = TOPICS.get(question_type)
    return topic.unit if topic else None
