"""Rewards as TRL calls them: a number per completion, or None if the reward does not apply to the question.

TRL leaves a None out of a completion's sum. So `[min_ratio, match, format]` is the right reward for numbers,
letters and words in one batch.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from vsidata.errors import OptionError
from vsitrain.prompts import PromptMode
from vsitrain.rewards.format import format_reward
from vsitrain.rewards.length import length_reward
from vsitrain.rewards.log_ratio import log_ratio_reward
from vsitrain.rewards.match import match_reward
from vsitrain.rewards.min_ratio import min_ratio_reward
from vsitrain.rewards.mra import mra_reward
from vsitrain.rewards.reply import Reward, Setting

REWARDS: Mapping[str, Reward] = {
    "min_ratio": min_ratio_reward,
    "mra": mra_reward,
    "log_ratio": log_ratio_reward,
    "match": match_reward,
    "format": format_reward,
    "length": length_reward,
}
"""The rewards by their names in recipes. A new reward needs a file and a line here."""


def reward_functions(
    names: Sequence[str], *, mode: PromptMode, letters: bool, lengths: tuple[int, int] | None = None
) -> list[Callable[..., list[float | None]]]:
    """The rewards of a recipe, bound to the settings of the run.

    Args:
        names: keys of REWARDS, in the order of TRL's `reward_weights`.
        mode: the prompt mode; `format` requires its tags, and the answer is read from them.
        letters: whether options were shown for every question that has them; see
            `vsitrain.prompts.wants_letter`.
        lengths: minimum and maximum number of words of a reply, for `length`.

    Returns:
        Functions that TRL logs as `min_ratio_reward` and so on, and that can be pickled.

    Raises:
        OptionError: there is no name, or a name is unknown, given twice, or has no meaning in this mode.
    """
    _check(names, mode, lengths)
    setting = Setting(mode.tags, letters, lengths)
    return [partial(REWARDS[name], setting=setting) for name in names]


def _check(names: Sequence[str], mode: PromptMode, lengths: tuple[int, int] | None) -> None:
    known = f"Choose from: {', '.join(REWARDS)}."
    if not names:
        raise OptionError("rewards", "is empty.", known)
    for name in names:
        if name not in REWARDS:
            raise OptionError("rewards", f"`{name}` is not a reward.", known)
        if names.count(name) > 1:
            raise OptionError(
                "rewards", f"contains `{name}` twice.", "Remove one, and set its weight in reward_weights."
            )
    if "format" in names and not mode.tags:
        fault = f"contains `format`, but the prompt mode `{mode.name}` has no tags to check."
        raise OptionError("rewards", fault, "Remove `format`, or choose a mode with tags: think, observe.")
    if ("length" in names) != (lengths is not None):
        fault = (
            "contains `length`, but length_window is not set."
            if lengths is None
            else "does not contain `length`, but length_window is set."
        )
        remedy = "Set both (rewards: […, length] and length_window: [minimum, maximum]), or neither."
        raise OptionError("rewards", fault, remedy)
    if lengths is not None and not 0 <= lengths[0] <= lengths[1]:
        fault = f"is empty: from {lengths[0]} to {lengths[1]} words."
        raise OptionError("length_window", fault, "Set the minimum first, then the maximum.")
