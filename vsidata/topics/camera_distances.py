"""Distances from the camera of a frame to an object that the frame shows."""

from typing import NamedTuple

import numpy as np

from vsidata.geometry.nearest import nearest_in_box
from vsidata.measuring.measure import MeasuredObject, MeasuredScene
from vsidata.measuring.posed import PosedFrames
from vsidata.scene import Array
from vsidata.topics.question import Role, Shape
from vsidata.topics.shapes import line


class CameraDistances(NamedTuple):
    """Distances from a camera's centre to an object, metres.

    Attributes:
        surface: distance to the nearest point of the object's surface.
        box: distance to the object's box; 0 inside the box.
        seen: distance to the nearest point of the object that the frame shows.
        depth: the smallest distance along the optical axis of the points that the frame shows.
    """

    surface: float
    box: float
    seen: float
    depth: float


def camera_distances(
    scene: MeasuredScene, posed: PosedFrames, frame: int, thing: MeasuredObject
) -> CameraDistances | None:
    """The distances from the camera of a frame to an object that the frame shows; None without a surface."""
    surfaces = scene.nearest_to_cameras(thing)
    if surfaces is None or thing.box is None:
        return None
    center = posed.centers[frame]
    return CameraDistances(
        surface=_apart(surfaces[frame], center),
        box=_apart(nearest_in_box(thing.box, center[None])[0], center),
        seen=_apart(posed.nearest_seen(frame, thing.instance), center),
        depth=posed.extent("depth", frame, thing.instance)[0],
    )


def nearest_line(
    scene: MeasuredScene, posed: PosedFrames, frame: int, thing: MeasuredObject, role: Role
) -> tuple[Shape, ...]:
    """A line from a frame's camera to the nearest point of an object's surface; empty without a surface."""
    surfaces = scene.nearest_to_cameras(thing)
    if surfaces is None:
        return ()
    center, end = posed.centers[frame], surfaces[frame]
    return (line(center, end, role=role, label=f"{_apart(end, center):.2f} m"),)


def _apart(a: Array, b: Array) -> float:
    return float(np.linalg.norm(a - b))
