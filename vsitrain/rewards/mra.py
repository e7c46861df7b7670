"""The benchmark's measure for numbers as a reward."""

from collections.abc import Sequence
from typing import Any

from vsidata.metrics import angular_accuracy, relative_accuracy
from vsitrain.rewards.number import number_rewards
from vsitrain.rewards.reply import UNTAGGED, Completion, Setting


def mra_reward(
    completions: Sequence[Completion], *, setting: Setting = UNTAGGED, **columns: Any
) -> list[float | None]:
    """Reward the mean relative accuracy, in tenths; None if the answer is not a number.

    An angle is rewarded by its error on the circle: `vsidata.metrics.angular_accuracy`.

    Source: VSI-Bench, as implemented in `vsidata.metrics`.

    >>> mra_reward(["4", "3 chairs", "sink"], ground_truth=["4", "4", "A"])
    [1.0, 0.6, None]
    >>> mra_reward(["-45°", "340 degrees", "right"], ground_truth=["315"] * 3, unit=["°"] * 3)
    [1.0, 0.5, 0.0]
    """
    return number_rewards(
        completions,
        columns,
        setting,
        relative_accuracy,
        lambda error: float(angular_accuracy(error, 0)),
    )
