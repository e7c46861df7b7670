"""Rewards as TRL calls them: a number for every completion, None where the reward does not apply to its row.

TRL leaves a None out of a completion's sum, so that `[min_ratio, match, format]` is the right reward for
numbers, letters and words in one batch.
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
"""The rewards by the names that recipes use. A new reward is one new file and one line here."""


def reward_functions(
    names: Sequence[str], *, mode: PromptMode, letters: bool, lengths: tuple[int, int] | None = None
) -> list[Callable[..., list[float | None]]]:
    """The rewards of a recipe, told what they must know of the run.

    Args:
        names: keys of REWARDS, in the order of TRL's `reward_weights`.
        mode: the prompt mode; its tags are those that `format` wants, and where the answer is looked for.
        letters: whether options were shown wherever there are any; see `vsitrain.prompts.wants_letter`.
        lengths: least and most words of a reply, for `length`.

    Returns:
        Functions that TRL logs as `min_ratio_reward` and so on, and that can be pickled.

    Raises:
        OptionError: no name, an unknown one, one twice, or one that makes no sense in this mode.
    """
    _check(names, mode, lengths)
    setting = Setting(mode.tags, letters, lengths)
    return [partial(REWARDS[name], setting=setting) for name in names]


def _check(names: Sequence[str], mode: PromptMode, lengths: tuple[int, int] | None) -> None:
    known = f"Choose from: {', '.join(REWARDS)}."
    if not names:
        raise OptionError("rewards", "names no reward.", known)
    for name in names:
        if name not in REWARDS:
            raise OptionError("rewards", f"`{name}` is no reward.", known)
        if names.count(name) > 1:
            raise OptionError(
                "rewards", f"names `{name}` twice.", "Name it once, and weigh it in reward_weights."
            )
    if "format" in names and not mode.tags:
        fault = f"`format` has nothing to check in the prompt mode `{mode.name}`, which has no tags."
        raise OptionError("rewards", fault, "Leave `format` out, or take a mode with tags: think, observe.")
    if ("length" in names) != (lengths is not None):
        lacks, has = (
            ("a window of words", "`length`") if lengths is None else ("`length`", "a window of words")
        )
        remedy = "Give both (rewards: […, length] and length_window: [least, most]), or neither."
        raise OptionError("rewards", f"there is {has} without {lacks}.", remedy)
    if lengths is not None and not 0 <= lengths[0] <= lengths[1]:
        fault = f"the window of words from {lengths[0]} to {lengths[1]} is empty."
        raise OptionError("length_window", fault, "Name the least first, then the most.")
