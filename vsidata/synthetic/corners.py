"""Films a room from the four corners of its plan, one after another, instead of on a walk."""

import numpy as np

from vsidata.scene import Array
from vsidata.synthetic.layout import Room
from vsidata.synthetic.walk import free_cells, rotations

_HEIGHT = 2.1  # metres: the phone is above most furniture
_TILT = 0.5  # radians below the horizon: the picture just shows the floor of the opposite corner
_WAYS = ((-1, -1), (1, -1), (1, 1), (-1, 1))


def corners(room: Room, count: int) -> Array:
    """Return camera poses that look across the room from its corners.

    Each is as close to the corner as the furniture permits.

    Args:
        room: the recipe.
        count: number of frames, divided evenly among the corners.

    Returns:
        (count, 4, 4) from the camera's frame (x right, y down, z forward) to the room frame, metres.
    """
    low, high = room.plan.outline.min(axis=0), room.plan.outline.max(axis=0)
    middle, half = (low + high) / 2, (high - low) / 2
    cells, _ = free_cells(room)
    farthest = (((cells - middle) / half) @ np.transpose(_WAYS)).argmax(axis=0)
    ground = cells[farthest[np.arange(count) * len(_WAYS) // count]]
    x, y = (middle - ground).T
    poses = np.tile(np.eye(4), (count, 1, 1))
    poses[:, :3, :3] = rotations(np.arctan2(y, x), np.full(count, _TILT), np.zeros(count))
    poses[:, :3, 3] = np.column_stack([ground, np.full(count, _HEIGHT)])
    return poses
