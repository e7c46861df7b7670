"""Sights made by hand: the objects that the picked frames show, and how large."""

from collections.abc import Mapping, Sequence

import numpy as np

from vsidata.measuring.sight import Sight, Timeline
from vsidata.topics.rule_set import load_rules

RULES = load_rules("wide").visibility


def timeline(shown: Mapping[int, Sequence[float]], rate: float = 2.0) -> Timeline:
    """A timeline. `shown` has the share of each frame that an instance fills, by instance."""
    frames = len(next(iter(shown.values()), ()))
    return Timeline(
        instances=np.array(sorted(shown), dtype=np.int64),
        positions=np.arange(frames),
        numbers=10 * np.arange(frames),
        seconds=np.arange(frames) / rate,
        cameras=np.arange(frames)[:, None] * np.array([0.1, 0.0, 0.0]) + np.array([0.0, -2.0, 1.5]),
        pixels=np.array([shown[instance] for instance in sorted(shown)], dtype=float).reshape(-1, frames).T,
    )


def sight(
    shown: Mapping[int, Sequence[float]],
    surface: Mapping[int, float] | None = None,
    floor: float | None = 1.0,
) -> Sight:
    """The sight of picked frames. `shown` is as for `timeline`; all of a surface is seen unless stated."""
    seen = timeline(shown)
    whole = np.array([(surface or {}).get(int(instance), 1.0) for instance in seen.instances])
    return Sight(
        **vars(seen),
        surfaces=np.repeat(whole[None], len(seen.positions), axis=0),
        surface=whole,
        floor=floor,
        rules=RULES,
    )
