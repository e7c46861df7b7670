"""The drawing of a topic's evidence: shapes in the room's frame, rounded to a tenth of a millimetre."""

import math
from collections.abc import Iterable

from vsidata.measuring.measure import Between, MeasuredObject, MeasuredScene
from vsidata.scene import Array
from vsidata.topics.question import Role, Shape

_DIGITS = 4  # of metres


def line(*points: Array, role: Role, label: str = "") -> Shape:
    """A line through points (3,)."""
    return Shape("line", _rounded(points), role, label)


def arrow(*points: Array, role: Role, label: str = "") -> Shape:
    """A line with an arrowhead at its end."""
    return Shape("arrow", _rounded(points), role, label)


def point(at: Array, role: Role, label: str = "") -> Shape:
    """A place (3,) with a short label, such as a number or a time."""
    return Shape("point", _rounded([at]), role, label)


def sector(center: Array, radius: float, start: float, end: float, role: Role, label: str = "") -> Shape:
    """A part of a level disc.

    Args:
        center: (3,) the centre of the disc.
        radius: metres.
        start, end: radians counter-clockwise from the x axis; `end` is larger, by at most a full turn.
        role, label: as for every shape.
    """
    x, y, z = center
    ends = ((x + radius * math.cos(angle), y + radius * math.sin(angle), z) for angle in (start, end))
    return Shape("sector", _rounded([center, *ends]), role, label)


def area(rings: Iterable[Array], role: Role, label: str = "") -> Shape:
    """An area on the floor from its rings (n, 2); those of holes are clockwise."""
    points = [(x, y, 0.0) for ring in rings for x, y in (*ring, ring[0])]
    return Shape("area", _rounded(points), role, label)


def middle(thing: MeasuredObject) -> Array | None:
    """(3,) the place of an object on a drawing: the middle of its box, or its position; None without both."""
    return thing.position if thing.box is None else thing.box.center


def between(
    scene: MeasuredScene, a: MeasuredObject, b: MeasuredObject, how: Between, metres: float, role: Role
) -> tuple[Shape, ...]:
    """A line between two objects, labelled with their distance; empty if its ends are unknown.

    Its ends are the positions if the distance is between positions. Otherwise they are the closest points of
    the boxes.
    """
    ends = (a.position, b.position) if how == "positions" else scene.closest_points(a, b)
    if ends is None or ends[0] is None or ends[1] is None:
        return ()
    return (line(ends[0], ends[1], role=role, label=f"{metres:.2f} m"),)


def _rounded(points: Iterable[Iterable[float]]) -> tuple[tuple[float, ...], ...]:
    return tuple(tuple(round(float(x), _DIGITS) + 0.0 for x in one) for one in points)  # no minus zero
