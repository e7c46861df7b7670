"""The reward for letters and words."""

from collections.abc import Sequence
from typing import Any

from vsitrain.answers import read_letter, same_word
from vsitrain.prompts import answer_kind, offered_words, target
from vsitrain.rewards.reply import UNTAGGED, Completion, Setting, answer_of, rows


def match_reward(
    completions: Sequence[Completion], *, setting: Setting = UNTAGGED, **columns: Any
) -> list[float | None]:
    """Reward 1 if a reply states the right letter or word, else 0; None if the answer is a number.

    Source: arXiv 2504.00883.

    >>> match_reward(["(b)", "The Trashcan.", "3"], ground_truth=["B", "trash can", "3"],
    ...              options=[["A. sofa", "B. sink"], None, None])
    [1.0, 1.0, None]
    """
    rewards: list[float | None] = []
    for completion, row in zip(completions, rows(columns, setting), strict=True):
        kind = answer_kind(row, setting.letters)
        reply, right = answer_of(completion, setting), target(row, setting.letters)
        if kind == "letter":
            rewards.append(float(read_letter(reply, row["options"]) == right))
        elif kind == "word":
            rewards.append(float(same_word(reply, right, offered_words(row))))
        else:
            rewards.append(None)
    return rewards
