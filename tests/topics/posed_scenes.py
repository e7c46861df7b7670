"""Rooms of a few boxes with cameras, made by hand. The visibility is measured, as in a build.

Pictures have 640 x 480 pixels, and 320 pixels per unit of the tangent: they are 90 degrees wide.
The boxes are the objects: their surfaces, and all that a camera sees.
"""

import math
from collections.abc import Iterable, Sequence

import numpy as np

from tests.frame_streams import bare_stream
from vsidata.measuring.measure import MeasuredObject, MeasuredScene
from vsidata.measuring.posed import PosedFrames
from vsidata.measuring.viewer import viewer
from vsidata.scene import Array, IntArray, OrientedBox, Scene, SceneObject
from vsidata.topics.rule_set import load_rules

SIZE = (640, 480)
MATRIX = np.array([[320, 0, 319.5], [0, 320, 239.5], [0, 0, 1.0]])

Place = tuple[str, Sequence[float], Sequence[float]]
"""The name, the middle and the sides of a box, metres."""

_SIDES = ((0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3))
_TRIANGLES = np.array([(a, *pair) for a, b, c, d in _SIDES for pair in ((b, c), (c, d))])


def camera(at: Iterable[float], heading: float = 0.0, pitch: float = 0.0, roll: float = 0.0) -> Array:
    """A pose (4, 4) of a camera, x to the right, y down, z forward.

    Args:
        at: its centre, metres.
        heading: degrees counter-clockwise from the room's x axis, seen from above.
        pitch: degrees by which it looks above the horizontal.
        roll: degrees by which it is turned clockwise about its axis, as seen from behind it.
    """
    h, p, r = map(math.radians, (heading, pitch, roll))
    forward = np.array([math.cos(h) * math.cos(p), math.sin(h) * math.cos(p), math.sin(p)])
    level = np.array([math.sin(h), -math.cos(h), 0.0])
    down = np.cross(forward, level)
    pose = np.eye(4)
    pose[:3, 0] = math.cos(r) * level + math.sin(r) * down
    pose[:3, 1] = math.cos(r) * down - math.sin(r) * level
    pose[:3, 2] = forward
    pose[:3, 3] = list(at)
    return pose


def posed_room(
    places: Sequence[Place], poses: Sequence[Array], *, rate: float = 2.0, move: Array | None = None
) -> MeasuredScene:
    """A measured scene of boxes, with its cameras.

    Args:
        places: the boxes; the instance of an object is its place in this list.
        poses: the pose of each frame; all frames are picked.
        rate: frames per second.
        move: (4, 4) a rigid motion of the whole room with its cameras; None for none.
    """
    motion = np.eye(4) if move is None else move
    boxes = [_moved_box(center, sides, motion) for _, center, sides in places]
    names = [name for name, _, _ in places]
    return MeasuredScene(
        dataset="scannet",
        name="scene0000_00",
        objects=tuple(
            MeasuredObject(i, (name,), box, True, False, box.center, box.corners, _TRIANGLES)
            for i, (name, box) in enumerate(zip(names, boxes, strict=True))
        ),
        declared_counts=None,
        unannotated_share=0.0,
        room_areas={"floor": 20.0},
        room_area_method="floor",
        posed=_posed(names, boxes, motion @ np.array(poses), rate),
    )


def _moved_box(center: Sequence[float], sides: Sequence[float], motion: Array) -> OrientedBox:
    return OrientedBox(
        motion[:3, :3] @ np.array(center, float) + motion[:3, 3], np.array(sides, float), motion[:3, :3].T
    )


def _posed(names: Sequence[str], boxes: Sequence[OrientedBox], poses: Array, rate: float) -> PosedFrames:
    triangles: IntArray = np.concatenate([_TRIANGLES + 8 * i for i in range(len(boxes))])
    scene = Scene(
        dataset="scannet",
        name="scene0000_00",
        objects=tuple(
            SceneObject(i, name, box.corners, _TRIANGLES, box.center)
            for i, (name, box) in enumerate(zip(names, boxes, strict=True))
        ),
        points=np.concatenate([box.corners for box in boxes]),
        triangles=triangles,
        instances=np.repeat(np.arange(len(boxes)), 8),
    )
    looks = viewer(scene, bare_stream(poses, rate, MATRIX, SIZE))
    assert looks is not None
    return looks.posed(np.arange(len(poses)), load_rules("posed").visibility, 0, SIZE)


def moved(turn: float, shift: Iterable[float]) -> Array:
    """A rigid motion (4, 4): a counter-clockwise turn about the vertical (degrees), then a shift (metres)."""
    motion = np.eye(4)
    c, s = math.cos(math.radians(turn)), math.sin(math.radians(turn))
    motion[:2, :2] = [[c, -s], [s, c]]
    motion[:3, 3] = list(shift)
    return motion
