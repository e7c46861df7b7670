"""The reward for the form of a reply."""

from collections.abc import Sequence
from typing import Any

from vsitrain.answers import in_format
from vsitrain.rewards.reply import UNTAGGED, Completion, Setting, text_of


def format_reward(
    completions: Sequence[Completion], *, setting: Setting = UNTAGGED, **_: Any
) -> list[float | None]:
    """Reward 1 if the reply consists of the mode's tags, each once, in order and with a body; else 0.

    None in a mode without tags. Source: arXiv 2504.00883, and the ways in which its models cheated.

    >>> replies = ["<think>far</think> <answer>3</answer>", "<think></think><answer>3</answer>", "3"]
    >>> format_reward(replies, setting=Setting(tags=("think", "answer")))
    [1.0, 0.0, 0.0]
    """
    if not setting.tags:
        return [None] * len(completions)
    return [float(in_format(text_of(completion), setting.tags)) for completion in completions]
