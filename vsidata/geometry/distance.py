"""Exact distances between the closest points of two boxes, or of two triangulated surfaces."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import fcl
import numpy as np
import scipy
from numpy.typing import NDArray

from vsidata.errors import DegenerateGeometry
from vsidata.scene import Array, IntArray, OrientedBox

# The corners of a box and the middles of its edges (four along each axis), in half sides.
_CORNERS = np.array([(x, y, z) for x in (-1.0, 1.0) for y in (-1.0, 1.0) for z in (-1.0, 1.0)])
_MIDDLES = np.array([np.insert(corner[:2], axis, 0.0) for axis in range(3) for corner in _CORNERS[::2]])
_ALONG = np.repeat(np.arange(3), 4)

# Directions with less than this angle (radians) between them count as parallel.
_PARALLEL = 1e-9

# Metres by which limits are widened, so that rounding errors exclude nothing.
_ROUNDING = 1e-9

# Largest number of steps of the solver for closest points. It needs about six: one per side of each box.
_MOST_STEPS = 200

# Pairs of boxes that are compared at a time. They take a few MB, which fit into the processor's cache.
_BLOCK = 64


def box_distance(a: OrientedBox, b: OrientedBox) -> float:
    """Return the distance in metres between the closest points of two solid boxes; 0 if they overlap."""
    return float(box_distances([a], [b])[0])


def box_distances(first: Sequence[OrientedBox], second: Sequence[OrientedBox]) -> Array:
    """Return (n,) the `box_distance` of first[i] and second[i] for each i, metres.

    Boxes overlap if no axis separates them. Otherwise the closest points are either a corner of one box and a
    point of the other, or a point on an edge of each. Sides may have the length zero.
    """
    blocks = [slice(start, start + _BLOCK) for start in range(0, len(first), _BLOCK)]
    return np.concatenate([np.zeros(0), *(_block_distances(first[block], second[block]) for block in blocks)])


def _block_distances(first: Sequence[OrientedBox], second: Sequence[OrientedBox]) -> Array:
    a, b = _Boxes.stack(first), _Boxes.stack(second)
    apart = np.minimum(np.minimum(_from_corners(a, b), _from_corners(b, a)), _from_edges(a, b))
    return np.asarray(np.where(_overlap(a, b), 0.0, apart))


def closest_points(a: OrientedBox, b: OrientedBox) -> Array:
    """Return (2, 3) the closest points of two solid boxes, metres.

    If the boxes overlap, the two points are the same.

    If several pairs of points are equally close, as on parallel faces, one of them is returned.
    """
    halves = np.concatenate([a.extents, b.extents]) / 2
    along = np.hstack([a.axes.T, -b.axes.T])
    at = np.zeros(6)
    free = halves > 0  # the solver needs bounds that differ, so sides of length zero are left out
    if free.any():
        bounds = (-halves[free], halves[free])
        at[free] = scipy.optimize.lsq_linear(
            along[:, free], b.center - a.center, bounds, method="bvls", max_iter=_MOST_STEPS
        ).x
    return np.stack([a.center + at[:3] @ a.axes, b.center + at[3:] @ b.axes])


@dataclass(frozen=True, eq=False)
class Surface:
    """A triangulated surface, prepared for `surface_distance`.

    Attributes:
        vertices: (n, 3) metres. Each vertex is a corner of a triangle.
        triangles: (m, 3) rows of `vertices`.
        reach: (m,) metres. No point of a triangle is further than this from the nearest corner of the
            triangle.
    """

    vertices: Array
    triangles: IntArray
    reach: Array

    @cached_property
    def tree(self) -> "scipy.spatial.KDTree":
        """The search tree of the vertices."""
        return scipy.spatial.KDTree(self.vertices, balanced_tree=False)

    @cached_property
    def bounds(self) -> Array:
        """(2, 3) the lowest and highest coordinates, metres."""
        columns = np.ascontiguousarray(self.vertices.T)  # numpy is slow at reducing rows of three
        return np.stack([columns.min(axis=1), columns.max(axis=1)])

    @cached_property
    def longest_reach(self) -> float:
        """The largest reach of a triangle, metres."""
        return float(self.reach.max())


def surface(vertices: Array, triangles: IntArray) -> Surface:
    """Prepare a surface for `surface_distance`.

    Args:
        vertices: (n, 3) metres. Vertices without a triangle are left out.
        triangles: (m, 3) rows of `vertices`.

    Raises:
        DegenerateGeometry: there are no triangles, or a corner of a triangle is not finite.
    """
    if not len(triangles):
        raise DegenerateGeometry("there are no triangles, so the surface is unknown")
    vertices, triangles = _used(vertices, triangles)
    if not np.isfinite(vertices).all():
        raise DegenerateGeometry("a corner of a triangle is not finite")
    squared = np.zeros((3, len(triangles)))
    for column in vertices.T:
        corners = column[triangles.T]
        squared += (corners - np.roll(corners, -1, axis=0)) ** 2
    return Surface(vertices, triangles, np.sqrt(squared.max(axis=0)) / math.sqrt(3))


def surface_distance(a: Surface, b: Surface) -> float:
    """Return the distance in metres between the closest points of two surfaces; 0 if they meet.

    A surface has no inside. If one surface encloses another without contact, their distance is not 0. FCL
    compares only the triangles that can contain the closest points, because building its hierarchy over whole
    objects would take longer than everything else.
    """
    bound = _descend(a, b)
    a, bound = _part_near(a, b, bound)
    b, bound = _part_near(b, a, bound)
    return max(0.0, float(fcl.distance(_collision_object(a), _collision_object(b))))


def _descend(a: Surface, b: Surface) -> float:
    """Return the distance of two vertices, each the nearest to the other: an upper bound of the distance."""
    point, bound = b.vertices[0], math.inf
    while True:
        _, row = a.tree.query(point)
        apart, other = b.tree.query(a.vertices[row])
        if apart >= bound:
            return bound
        point, bound = b.vertices[other], float(apart)


def _part_near(a: Surface, b: Surface, bound: float) -> tuple[Surface, float]:
    """Select the triangles of `a` that can contain its closest point to `b`. The distance is at most `bound`.

    Let the closest points be p on a triangle of `a` and q on a triangle of `b`, at the distance D. The first
    triangle has a corner x such that x - p is at right angles to p - q and not longer than the triangle's
    reach. The reason: if p is inside the triangle, the triangle's plane is at right angles to p - q. If p is
    on an edge, the edge is. If p is a corner, x is p. In the same way, the second triangle has a corner y. So
    |x - y|² is at most D² + (the sum of the two reaches)².

    Returns:
        The selected part of `a`, and an upper bound of the distance, which is at most `bound`.
    """
    limit = math.hypot(bound, a.longest_reach + b.longest_reach) + _ROUNDING
    low, high = b.bounds
    beyond = np.maximum(np.maximum(low - a.vertices, a.vertices - high), 0.0)
    near = np.flatnonzero(np.einsum("ij,ij->i", beyond, beyond) <= limit**2)
    apart = np.full(len(a.vertices), np.inf)
    apart[near], _ = b.tree.query(a.vertices[near], distance_upper_bound=limit)
    bound = min(bound, float(apart.min()))
    # one column at a time: numpy is slow at reducing rows of three
    first, second, third = apart[a.triangles.T]
    nearest = np.minimum(np.minimum(first, second), third)
    possible = nearest <= np.hypot(bound, a.reach + b.longest_reach) + _ROUNDING
    return Surface(*_used(a.vertices, a.triangles[possible]), a.reach[possible]), bound


def _used(vertices: Array, triangles: IntArray) -> tuple[Array, IntArray]:
    """Return the vertices that are corners of triangles, and the triangles as rows of these vertices."""
    used = np.zeros(len(vertices), dtype=bool)
    used[triangles] = True
    return vertices[used], (np.cumsum(used) - 1)[triangles]


def _collision_object(part: Surface) -> fcl.CollisionObject:
    model = fcl.BVHModel()
    model.beginModel(len(part.triangles), len(part.vertices))
    model.addSubModel(part.vertices, part.triangles.tolist())
    model.endModel()
    return fcl.CollisionObject(model)


@dataclass(frozen=True, eq=False)
class _Boxes:
    """Several boxes as arrays: centers (n, 3), half sides (n, 3), axes (n, 3, 3) in rows."""

    centers: Array
    halves: Array
    axes: Array

    @classmethod
    def stack(cls, boxes: Sequence[OrientedBox]) -> "_Boxes":
        return cls(
            np.stack([box.center for box in boxes]),
            np.stack([box.extents for box in boxes]) / 2,
            np.stack([box.axes for box in boxes]),
        )

    def points(self, at: Array) -> Array:
        """Return (n, k, 3) the points at the offsets (k, 3) from each centre, metres.

        Offsets are in half sides.
        """
        return self.centers[:, None] + (at * self.halves[:, None]) @ self.axes


def _overlap(a: _Boxes, b: _Boxes) -> NDArray[np.bool_]:
    """Return (n,) whether the boxes overlap: none of the fifteen candidate axes separates them."""
    crossed = np.cross(a.axes[:, :, None], b.axes[:, None]).reshape(-1, 9, 3)
    crossed[np.linalg.norm(crossed, axis=2) < _PARALLEL] = 0.0  # separates nothing
    axes = np.concatenate([a.axes, b.axes, crossed], axis=1)
    reach = sum(np.einsum("nij,nj->ni", np.abs(axes @ box.axes.swapaxes(1, 2)), box.halves) for box in (a, b))
    offset = np.einsum("nij,nj->ni", axes, b.centers - a.centers)
    return np.asarray((np.abs(offset) <= reach).all(axis=1))


def _from_corners(a: _Boxes, b: _Boxes) -> Array:
    """Return (n,) metres from the nearest corner of a to the solid box b."""
    local = (a.points(_CORNERS) - b.centers[:, None]) @ b.axes.swapaxes(1, 2)
    beyond = np.maximum(np.abs(local) - b.halves[:, None], 0.0)
    return np.asarray(np.linalg.norm(beyond, axis=2).min(axis=1))


def _from_edges(a: _Boxes, b: _Boxes) -> Array:
    """Return (n,) metres between the nearest edges of a and b, if their closest points are not end points.

    Otherwise the result is the distance of two other points on edges, so it is never too small.
    """
    u, v = a.axes[:, _ALONG], b.axes[:, _ALONG]
    p, q = (box.points(_MIDDLES) - a.centers[:, None] for box in (a, b))
    sine = np.linalg.norm(np.cross(a.axes[:, :, None], b.axes[:, None]), axis=3)[:, _ALONG][:, :, _ALONG]
    cosine = u @ v.swapaxes(1, 2)
    on_u = (p * u).sum(axis=2)[:, :, None] - u @ q.swapaxes(1, 2)  # p - q along u
    on_v = p @ v.swapaxes(1, 2) - (q * v).sum(axis=2)[:, None]  # p - q along v
    half_u, half_v = a.halves[:, _ALONG, None], b.halves[:, None, _ALONG]
    squared_sine = np.maximum(sine, _PARALLEL) ** 2
    s = np.clip((cosine * on_v - on_u) / squared_sine, -half_u, half_u)
    t = np.clip((on_v - cosine * on_u) / squared_sine, -half_v, half_v)
    squared = np.zeros_like(s)
    for k in range(3):
        at_s = p[:, :, None, k] + s * u[:, :, None, k]
        at_t = q[:, None, :, k] + t * v[:, None, :, k]
        squared += (at_s - at_t) ** 2
    return np.asarray(np.sqrt(squared.min(axis=(1, 2))))
