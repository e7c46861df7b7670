"""The reward for the length of a reply."""

from collections.abc import Sequence
from typing import Any

from vsitrain.answers import in_format
from vsitrain.rewards.reply import UNTAGGED, Completion, Setting, text_of


def length_reward(
    completions: Sequence[Completion], *, setting: Setting = UNTAGGED, **_: Any
) -> list[float | None]:
    """1 for a reply whose words lie within the window, else 0; None without a window.

    In a mode with tags only a reply in its format earns it: the paper's models added pairs of tags to be long
    enough.

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
