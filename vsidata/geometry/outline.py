"""Computes the edge of a part of the ground plane that consists of triangles."""

import math
from collections.abc import Sequence

import numpy as np

from vsidata.scene import Array, IntArray

Ring = Array
"""(n, 2) the corners of a closed ring, metres. It runs counter-clockwise, or clockwise around a hole."""

_Edge = tuple[int, int]


def outline(points: Array, triangles: IntArray) -> tuple[Ring, ...]:
    """Return the edge of the union of triangles. Neighbours share whole sides, as in a triangulation.

    If two parts meet only in a corner, the edge passes that corner once for each part.

    Args:
        points: (n, 2) metres.
        triangles: (m, 3) rows of `points`, counter-clockwise.

    Returns:
        Rings, the largest first. Each begins at its corner with the lowest x, then the lowest y. The sum of
        their signed areas is the area of the triangles.
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
    """Return the square metres within a ring (n, 2); negative if the ring runs clockwise."""
    x, y = (ring - ring[0]).T
    return float(x @ np.roll(y, -1) - y @ np.roll(x, -1)) / 2


def _following(points: Array, triangles: IntArray) -> dict[_Edge, _Edge]:
    """Return the edge that follows each edge around the union. The union is on the left of an edge."""
    sides = np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]])
    # A number for each side in its direction, and the number of the same side in the opposite direction.
    there, back = sides @ (len(points), 1), sides @ (1, len(points))
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
    """Return the end of the edge that follows at a corner.

    It is the first edge clockwise from the edge before.
    """
    if len(ends) == 1:
        return ends[0]
    back = _direction(points, corner, start)
    return min(ends, key=lambda end: (back - _direction(points, corner, end)) % math.tau)


def _direction(points: Array, start: int, end: int) -> float:
    x, y = points[end] - points[start]
    return math.atan2(y, x)


def _from_lowest(ring: Ring) -> Ring:
    return np.roll(ring, -int(np.lexsort(ring.T[::-1])[0]), axis=0)
