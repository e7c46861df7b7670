"""A smooth reward for numbers, with a slope at any distance from the truth."""

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from vsidata.rules.constant import Constant, Rules
from vsidata.rules.strict_yaml import read_packaged
from vsitrain.rewards.number import number_rewards
from vsitrain.rewards.reply import UNTAGGED, Completion, Setting


class _LogRatioRules(Rules):
    half_at: Constant
    half_at_angle: Constant


def log_ratio_reward(
    completions: Sequence[Completion], *, setting: Setting = UNTAGGED, **columns: Any
) -> list[float | None]:
    """Reward exp(-(ln(prediction / truth))² / 2σ²); None if the answer is not a number.

    Twice and half the truth get the same reward. log_ratio.yaml states the ratio to the truth at which the
    reward is one half, and σ follows from it. For an angle, the error on the circle takes the place of the
    logarithm; the file states the error that earns one half, too.

    >>> log_ratio_reward(["2.0 m", "4 m", "100 cm"], ground_truth=["2.0"] * 3, unit=["m"] * 3)
    [1.0, 0.5, 0.5]
    """
    return number_rewards(
        completions,
        columns,
        setting,
        lambda number, truth: (
            0.5 ** ((math.log(number) - math.log(truth)) / math.log(_rules().half_at.value)) ** 2
        ),
        lambda error: 0.5 ** (error / _rules().half_at_angle.value) ** 2,
    )


@lru_cache
def _rules() -> _LogRatioRules:
    return read_packaged(_LogRatioRules, __package__, "log_ratio.yaml")
