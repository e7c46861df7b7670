"""Directions on the ground plane: signed angles, and the sectors that contain them."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from vsidata.errors import DegenerateGeometry
from vsidata.scene import Array, IntArray

# A sector from one angle counter-clockwise to another, radians. (5.5, 0.8) includes zero.
Sector = tuple[float, float]

_TURN = 2 * math.pi
_SAME_PLACE = 1e-9  # metres


def signed_bearing(observer: Array, facing: Array, target: Array) -> float:
    """Return the angle from the facing direction to the target, counter-clockwise seen from above.

    Args:
        observer, facing, target: points (2,) or (3,) in metres, room frame (z up); z is ignored.

    Returns:
        Radians in (-pi, pi]; positive means to the left of the facing direction.

    Raises:
        DegenerateGeometry: observer coincides with facing or target on the ground plane.

    Source: VSI-Bench, relative direction.
    """
    return float(signed_bearings(observer, facing, target[None])[0])


def signed_bearings(observer: Array, facing: Array, targets: Array) -> Array:
    """Return `signed_bearing` for each of several targets (n, 2) or (n, 3): radians (n,)."""
    ahead = facing[:2] - observer[:2]
    to = targets[:, :2] - observer[:2]
    if not np.hypot(*ahead) > _SAME_PLACE or not (np.hypot(*to.T) > _SAME_PLACE).all():
        raise DegenerateGeometry("the observer is at the place to look at, so there is no direction")
    angles = np.arctan2(ahead[0] * to[:, 1] - ahead[1] * to[:, 0], to @ ahead)
    return np.where(angles == -math.pi, math.pi, angles)


def sector_of(angles: ArrayLike, sectors: Sequence[Sector]) -> IntArray:
    """Return the index of the sector that contains each angle; -1 if no sector contains the angle.

    Args:
        angles: any shape, radians, counter-clockwise. They may exceed a full turn.
        sectors: disjoint sectors. A sector includes its first edge, but not its last edge.
    """
    found = np.full(np.shape(angles), -1)
    for index, (first, last) in enumerate(sectors):
        found[_turn_from(first, angles) < (last - first) % _TURN] = index
    return found


def edge_margin(angles: ArrayLike, sectors: Sequence[Sector]) -> Array:
    """Return the angle from each of `angles` to the nearest edge of a sector, radians in [0, pi]."""
    edges = np.array(sectors).ravel()
    turns = _turn_from(edges, np.asarray(angles)[..., None])
    return np.asarray(np.minimum(turns, _TURN - turns).min(axis=-1))


def _turn_from(start: ArrayLike, angles: ArrayLike) -> Array:
    """Return the counter-clockwise turn from `start` to each angle, radians in [0, 2 pi)."""
    return np.mod(np.subtract(angles, start), _TURN)
