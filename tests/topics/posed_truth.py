"""The truth about rooms of upright boxes and their cameras, in plain numpy, without the code under test."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from tests.topics.posed_scenes import MATRIX, SIZE, Place, camera
from vsidata.scene import Array

_STEP = 4  # pixels between two rays: 160 rays along a picture, as when a scan is measured


@dataclass(frozen=True)
class Look:
    """The part of an object that one frame shows.

    Attributes:
        share: the share of the picture.
        points: (n, 3) metres, room frame.
    """

    share: float
    points: Array


def looks(places: Sequence[Place], pose: Array) -> list[Look]:
    """The part of each box that a frame shows, by intersecting rays with slabs."""
    u, v = np.meshgrid(*[(np.arange(0, side, _STEP) + _STEP / 2 - 0.5) for side in SIZE])
    focal, (cx, cy) = MATRIX[0, 0], MATRIX[:2, 2]
    rays = np.stack([(u - cx) / focal, (v - cy) / focal, np.ones_like(u)], axis=-1).reshape(-1, 3)
    ways, origin = rays @ pose[:3, :3].T, pose[:3, 3]
    reached = np.full((len(places), len(rays)), np.inf)
    with np.errstate(divide="ignore", invalid="ignore"):
        for row, (_, center, sides) in enumerate(places):
            low, high = (np.array(center) + sign * np.array(sides) / 2 for sign in (-1, 1))
            near, far = (low - origin) / ways, (high - origin) / ways
            enter = np.minimum(near, far).max(axis=1)
            leave = np.maximum(near, far).min(axis=1)
            hit = (enter <= leave) & (leave > 0)
            reached[row, hit] = np.where(enter > 0, enter, leave)[hit]
    first = reached.argmin(axis=0)
    found = []
    for row in range(len(places)):
        mine = (first == row) & np.isfinite(reached[row])
        found.append(Look(float(mine.mean()), origin + ways[mine] * reached[row, mine, None]))
    return found


def corners(place: Place) -> Array:
    """(8, 3) the corners of a box, metres."""
    _, center, sides = place
    return np.array(center) + np.array([*product((-0.5, 0.5), repeat=3)]) * np.array(sides)


def to_box(place: Place, point: Array) -> float:
    """Metres from a point to an upright box; outside it, also to its surface."""
    _, center, sides = place
    beyond = np.abs(point - np.array(center)) - np.array(sides) / 2
    return float(np.linalg.norm(np.maximum(beyond, 0)))


def in_camera(pose: Array, points: Array) -> Array:
    """(n, 3) points of the room in the frame of a camera."""
    return np.asarray(np.linalg.solve(pose, np.c_[points, np.ones(len(points))].T)[:3].T)


def random_room(seed: int, things: int = 7, frames: int = 3) -> tuple[list[Place], list[Array]]:
    """Boxes in random places of a room of 5 x 5 metres, and cameras that look at its middle."""
    rng = np.random.default_rng(seed)
    places = [
        (name, rng.uniform((-2.5, -2.5, 0.2), (2.5, 2.5, 1.8)).tolist(), rng.uniform(0.2, 0.7, 3).tolist())
        for name in ("bed", "bin", "box", "desk", "lamp", "plant", "sofa", "stool", "table")[:things]
    ]
    poses = []
    for angle in rng.uniform(0, 360, frames):
        away = rng.uniform(2.5, 4)
        at = (away * np.cos(np.radians(angle)), away * np.sin(np.radians(angle)), rng.uniform(1.2, 1.8))
        poses.append(camera(at, angle + 180 + rng.uniform(-15, 15), rng.uniform(-35, 5), rng.uniform(-8, 8)))
    return places, poses
