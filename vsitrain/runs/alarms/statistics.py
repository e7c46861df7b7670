"""The figures that TRL's GRPO trainer logs at a step, by their names in the alarms."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_MEAN = re.compile(r"rewards/(.+)/mean")
_NOT_ACCURACY = ("format", "length")


@dataclass(frozen=True)
class Statistics:
    """The figures of a logged step. A figure is None if TRL did not log it.

    Attributes:
        step: number of optimizer steps.
        zero_variance: share of groups in which all completions earned the same reward.
        format: mean of the reward `format`.
        accuracy: mean of all rewards except `format` and `length`.
        length: mean number of tokens of a completion.
        cut_off: share of completions that were cut off at the maximum length.
        kl: KL divergence from the starting model, in nats per token.
        entropy: entropy in nats per token.
    """

    step: int
    zero_variance: float | None = None
    format: float | None = None
    accuracy: float | None = None
    length: float | None = None
    cut_off: float | None = None
    kl: float | None = None
    entropy: float | None = None


def statistics_of(step: int, logs: Mapping[str, Any]) -> Statistics | None:
    """The figures of a training step; None for the logs of an evaluation, a summary or another trainer."""
    if "frac_reward_zero_std" not in logs:
        return None
    means = {
        found[1].removesuffix("_reward"): _number(value)
        for name, value in logs.items()
        if (found := _MEAN.fullmatch(name))
    }
    right = [value for name, value in means.items() if name not in _NOT_ACCURACY and value is not None]
    return Statistics(
        step=step,
        zero_variance=_number(logs.get("frac_reward_zero_std")),
        format=means.get("format"),
        accuracy=sum(right) / len(right) if right else None,
        length=_number(logs.get("completions/mean_length")),
        cut_off=_number(logs.get("completions/clipped_ratio")),
        kl=_number(logs.get("kl")),
        entropy=_number(logs.get("entropy")),
    )


def _number(value: Any) -> float | None:
    number = None if value is None else float(value)
    return number if number is not None and math.isfinite(number) else None
