"""Makes points on the triangles of a floor plan if its vertices are far apart."""

import numpy as np
from numpy.typing import NDArray

from vsidata.errors import DegenerateGeometry
from vsidata.scene import Array, IntArray

# No mesh of rooms needs more points (10,000 m² of surface at 10 cm).
_MOST_POINTS = 1 << 20


def points_on_large_triangles(points: Array, triangles: IntArray, spacing: float) -> Array:
    """Return points in a regular pattern on the large triangles of a mesh in the ground plane.

    The edges of the triangles have points too. A triangle is large if a side is longer than the diagonal of a
    square with sides of `spacing`. A mesh without large triangles does not need more points.

    Args:
        points: (n, 2) metres.
        triangles: (m, 3) rows of `points`.
        spacing: the largest distance between neighbouring points of the pattern, metres.

    Returns:
        (k, 2) metres, each point once; (0, 2) if no triangle is large.

    Raises:
        DegenerateGeometry: the triangles are too large or too many for a scan.
    """
    longest_allowed = np.sqrt(2) * spacing
    candidates = triangles[_may_have_a_side_over(points, triangles, longest_allowed)]
    corners = points[candidates]
    sides = np.linalg.norm(corners - corners[:, [1, 2, 0]], axis=2).max(axis=1, initial=0.0)
    large = sides > longest_allowed
    corners, steps = corners[large], np.ceil(sides[large] / spacing)
    if not ((steps + 1) * (steps + 2) / 2).sum() <= _MOST_POINTS:  # infinite, too
        raise DegenerateGeometry("the mesh has triangles too large for a scan")
    parts = [_pattern(int(count)) @ corners[steps == count] for count in np.unique(steps)]
    found = np.concatenate([np.empty((0, 2)), *(part.reshape(-1, 2) for part in parts)])
    return _each_once(found)  # neighbours share the points on their sides


def _each_once(points: Array) -> Array:
    """Return points (n, 2) without repeated points (to a micrometre), in the same order."""
    x, y = ((points - points.min(axis=0, initial=np.inf)) * 1e6).round().astype(np.int64).T
    return points[np.sort(np.unique(x * (1 << 32) + y, return_index=True)[1])]


def _may_have_a_side_over(points: Array, triangles: IntArray, length: float) -> NDArray[np.bool_]:
    """Return (m,) whether each triangle may have a side longer than `length`. This test is fast."""
    rows = [np.ascontiguousarray(corner) for corner in triangles.T]
    may = np.zeros(len(triangles), dtype=np.bool_)
    for coordinates in np.ascontiguousarray(points.T, dtype=np.float32):
        a, b, c = (coordinates.take(corner) for corner in rows)
        may |= np.maximum(np.maximum(a, b), c) - np.minimum(np.minimum(a, b), c) > 0.55 * length  # < 1 / √3
    return np.asarray(may)


def _pattern(steps: int) -> Array:
    """Return (k, 3) evenly spread weights of a triangle's corners, with this many steps along each side."""
    first, second = np.mgrid[0 : steps + 1, 0 : steps + 1].reshape(2, -1)
    third = steps - first - second
    return np.stack([first, second, third], axis=1)[third >= 0] / steps
