"""The reward for the length of a reply."""

from collections.abc import Sequence
from typing import Any

from vsitrain.answers import in_format
from vsitrain.rewards.reply import UNTAGGED, Completion, Setting, text_of


def length_reward(
    completions: Sequence[Completion], *, setting: Setting = UNTAGGED, **_: Any
) -> list[float | None]:
    """Reward 1 if the number of words of a reply is in the window, else 0; None without a window.

    In a mode with tags, a reply must also have the right format, because the paper's models added pairs of
    tags to reach the length.

    >>> length_reward(["three chairs", "3"], setting=Setting(lengths=(2, 10)))
    [1.0, 0.0]
    """
    if setting.lengths is None:
        return [None] * len(completions)
    least, most = setting.lengths
    texts = [text_of(completion) for completion in completions]
    return [
        float(least <= len(text.split()) <= most and (not setting.tags or in_format(text, setting.tags)))
        for text in texts
    ]
