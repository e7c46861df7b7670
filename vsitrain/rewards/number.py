"""The part that all rewards for numbers share: reading the number and its truth."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from vsidata.metrics import circular_error
from vsitrain.answers import is_angle, read_number
from vsitrain.prompts import answer_kind, target
from vsitrain.rewards.reply import Completion, Setting, answer_of, rows


def number_rewards(
    completions: Sequence[Completion],
    columns: Mapping[str, Any],
    setting: Setting,
    score: Callable[[float, float], float],
    of_angle: Callable[[float], float],
) -> list[float | None]:
    """Score the number of each reply.

    Args:
        completions: the replies.
        columns: `ground_truth`, and optionally `answer`, `unit`, `options`, `question`.
        setting: the settings of the run that rewards need.
        score: the reward for a prediction and a truth, both positive and finite, in the same unit.
        of_angle: the reward for an error on the circle, 0 to 180 degrees, if the unit is an angle.

    Returns:
        0 if a reply states no positive number, or no number if the unit is an angle. None if the answer is
        not a number, or the truth is not positive and finite, so that no ratio to it exists. An angle may be
        zero or negative.
    """
    rewards: list[float | None] = []
    for completion, row in zip(completions, rows(columns, setting), strict=True):
        truth = _truth(row, setting.letters)
        if truth is None:
            rewards.append(None)
            continue
        prediction = read_number(answer_of(completion, setting), row.get("unit"))
        if prediction is None:
            rewards.append(0.0)
        elif is_angle(row.get("unit")):
            rewards.append(of_angle(float(circular_error(prediction, truth))))
        else:
            rewards.append(score(prediction, truth) if prediction > 0 else 0.0)
    return rewards


def _truth(row: Mapping[str, Any], letters: bool) -> float | None:
    if answer_kind(row, letters) != "number":
        return None
    try:
        truth = float(target(row, letters))
    except ValueError:  # the row has a unit, but its answer is not a number
        return None
    return truth if math.isfinite(truth) and (truth > 0 or is_angle(row.get("unit"))) else None
