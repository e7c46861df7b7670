"""The paper's reward for numbers."""

from collections.abc import Sequence
from typing import Any

from vsidata.metrics import angle_reach
from vsitrain.rewards.number import number_rewards
from vsitrain.rewards.reply import UNTAGGED, Completion, Setting


def min_ratio_reward(
    completions: Sequence[Completion], *, setting: Setting = UNTAGGED, **columns: Any
) -> list[float | None]:
    """Reward max(0, 1 - |truth - prediction| / min(truth, prediction)); None if the answer is not a number.

    An angle earns max(0, 1 - error / reach), with its error on the circle and `vsidata.metrics.angle_reach`.

    Source: arXiv 2504.00883. The subtraction from 1 and the clipping at 0 are our reading.

    >>> min_ratio_reward(["2.5 m", "160 cm", "sink"], ground_truth=["2.0", "2.0", "A"], unit=["m", "m", None])
    [0.75, 0.75, None]
    """
    return number_rewards(
        completions,
        columns,
        setting,
        lambda number, truth: max(0.0, 1 - abs(truth - number) / min(truth, number)),
        lambda error: max(0.0, 1 - error / angle_reach()),
    )
