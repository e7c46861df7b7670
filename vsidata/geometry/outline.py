"""The edge of a part of the ground plane that is given as triangles."""

import math
from collections.abc import Sequence

import numpy as np

from vsidata.scene import Array, IntArray

Ring = Array
"""(n, 2) corners in metres, the last joined to the first: counter-clockwise, or clockwise around a hole."""

_Edge = tuple[int, int]


def outline(points: Array, triangles: IntArray) -> tuple[Ring, ...]:
    """The edge of the union of triangles that meet along whole sides, as those of a triangulation do.

    Where two parts meet in a corner alone, the edge passes that corner once for each.

    Args:
        points: (n, 2) metres.
        triangles: (m, 3) rows of `points`, counter-clockwise.

    Returns:
        Rings, the largest first, each from its lowest corner by x, then y. The signed areas that they enclose
        add up to the triangles' area.
    """
    following = _following(points, triangles)
    rings = []
    while following:
        edge = next(iter(following))
        corners = []
        while edge in following:
            corners.append(edge[0])
            edge = following.pop(edge)
        rings.append(_from_lowest(points[corners]))
    return tuple(sorted(rings, key=lambda ring: (-abs(signed_area(ring)), *ring[0])))


def signed_area(ring: Ring) -> float:
    """Square metres within a ring (n, 2); negative where it runs clockwise."""
    x, y = (ring - ring[0]).T
    return float(x @ np.roll(y, -1) - y @ np.roll(x, -1)) / 2


def _following(points: Array, triangles: IntArray) -> dict[_Edge, _Edge]:
    """Which edge follows each on the way around: those that one triangle has alone, it being at the left."""
    sides = np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]])
    there, back = (
        sides @ (len(points), 1),
        sides @ (1, len(points)),
    )  # a number for each side, and its way back
    alone = np.sort(there[~np.isin(there, back)])
    edges = [divmod(code, len(points)) for code in alone.tolist()]
    leaving: dict[int, list[int]] = {}
    for start, end in edges:
        leaving.setdefault(start, []).append(end)
    return {
        (start, corner): (corner, _next_on_the_right(points, start, corner, leaving[corner]))
        for start, corner in edges
    }


def _next_on_the_right(points: Array, start: int, corner: int, ends: Sequence[int]) -> int:
    """Where to go on from a corner: the first way clockwise from where one came, with only inside between."""
    if len(ends) == 1:
        return ends[0]
    back = _direction(points, corner, start)
    return min(ends, key=lambda end: (back - _direction(points, corner, end)) % math.tau)


def _direction(points: Array, start: int, end: int) -> float:
    x, y = points[end] - points[start]
    return math.atan2(y, x)


def _from_lowest(ring: Ring) -> Ring:
    return np.roll(ring, -int(np.lexsort(ring.T[::-1])[0]), axis=0)
