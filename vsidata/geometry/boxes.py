"""Boxes around points: the upright box of least base area, and the minimal box that VSI-Bench uses."""

import cv2
import numpy as np
import scipy

from vsidata.errors import DegenerateGeometry
from vsidata.scene import CORNER_SIGNS, Array, OrientedBox

# Number of projections per block. A block has 4 MB, which fit into the processor's cache.
_BLOCK = 1 << 19


def upright_box(points: Array) -> OrientedBox:
    """Return the box with a vertical axis and the least area of its base on the ground plane.

    Args:
        points: (n, 3) metres, room frame (z up). Flat, straight and repeated points are fine.

    Returns:
        The box. Its last axis is (0, 0, 1). The box of a flat object has a side of length zero.

    Raises:
        DegenerateGeometry: fewer than two distinct points, or a coordinate that is not finite.
    """
    mean, centred = _centred(points)
    axes = np.eye(3)
    axes[:2, :2] = _least_area_axes(centred[:2])
    return _box_along(mean, centred, axes)


def minimal_box(points: Array) -> OrientedBox:
    """Return the smallest of several boxes: one per face of the convex hull, and the axis-aligned box.

    For each triangle of the hull, a box is tried with one axis along the triangle's first edge and one along
    its normal. Open3D's `get_minimal_oriented_bounding_box` did the same when VSI-Bench's boxes were made.
    Today, `MINIMAL_APPROX` in `open3d.t` does, while `get_minimal_oriented_bounding_box` makes a longer,
    exact search. The box is rarely upright.

    Args:
        points: (n, 3) metres, any frame. Flat, straight and repeated points are fine. The box of flat points
            is the rectangle of least area in their plane, as thick as the points.

    Returns:
        The box. Its axes are in no particular order.

    Raises:
        DegenerateGeometry: fewer than two distinct points, or a coordinate that is not finite.

    Source: Open3D, `cpp/open3d/t/geometry/kernel/MinimumOBB.cpp`, `ComputeMinimumOBBApprox`.
    """
    return minimal_box_and_slack(points, tolerance=0.0)[0]


def minimal_box_and_slack(points: Array, *, tolerance: float) -> tuple[OrientedBox, float]:
    """Return `minimal_box`, and how far other boxes of nearly the same volume differ from it.

    Many objects have several boxes of nearly the same volume, for example one along the object's sides and
    one diagonal to them. A little noise decides which box is the smallest.

    Args:
        points: (n, 3) metres, any frame.
        tolerance: by how much the volume of another box may be larger, as a share.

    Returns:
        The box, and the largest Hausdorff distance in metres from it to a tried box within the tolerance. If
        such a box is used instead of the returned box, a distance to another body changes by at most this
        value.

    Raises:
        DegenerateGeometry: as for `minimal_box`.
    """
    mean, centred = _centred(points)
    try:
        hull = scipy.spatial.ConvexHull(points)
    except scipy.spatial.QhullError:  # there are fewer than four points, or all are in one plane
        return _box_along(mean, centred, _plane_axes(centred)), 0.0
    frames = np.concatenate([np.eye(3)[None], _frames(points[hull.simplices])])
    corners = centred[:, hull.vertices]
    blocks = np.array_split(frames, 1 + frames.size * corners.shape[1] // (3 * _BLOCK))
    ends = [(along.min(axis=2), along.max(axis=2)) for along in (block @ corners for block in blocks)]
    low, high = (np.concatenate(blocks)[:, None] for blocks in zip(*ends, strict=True))
    volumes = (high - low).prod(axis=2)[:, 0]
    box = _box_along(mean, centred, frames[volumes.argmin()])
    near = volumes <= volumes.min() * (1 + tolerance)
    centers = mean + (low[near] + high[near]) / 2 @ frames[near]
    return box, _hausdorff_distance(box, centers, (high - low)[near], frames[near])


def _hausdorff_distance(box: OrientedBox, centers: Array, extents: Array, axes: Array) -> float:
    """Return the largest Hausdorff distance of a box to other boxes, metres. All boxes are solid.

    For two boxes, this is the largest distance from a corner of one box to the other box.

    Args:
        box: the box.
        centers, extents: (n, 1, 3) of the others, metres.
        axes: (n, 3, 3) of the others, in rows.
    """
    corners = centers + (CORNER_SIGNS * extents) @ axes
    beyond_box = np.abs((corners - box.center) @ box.axes.T) - box.extents / 2
    beyond_other = np.abs((box.corners - centers) @ axes.swapaxes(1, 2)) - extents / 2
    beyond = np.maximum(np.concatenate([beyond_box, beyond_other]), 0.0)
    return float(np.sqrt(np.einsum("nij,nij->ni", beyond, beyond).max()))


def _centred(points: Array) -> tuple[Array, Array]:
    """Return the mean (3,) of points (n, 3), and the points minus the mean, as columns (3, n)."""
    if not np.isfinite(points).all():
        unusable = np.count_nonzero(~np.isfinite(points).all(axis=1))
        raise DegenerateGeometry(f"a coordinate is not finite in {unusable} of {len(points)} points")
    columns = np.ascontiguousarray(points.T)
    if not len(points) or not np.ptp(columns, axis=1).any():
        raise DegenerateGeometry(f"an extent needs points in two places; points given: {len(points)}")
    mean = columns.mean(axis=1)
    return mean, columns - mean[:, None]


def _box_along(mean: Array, centred: Array, axes: Array) -> OrientedBox:
    """Return the smallest box around columns `centred` (3, n) with axes (3, 3) in rows, moved by `mean`."""
    along = axes @ centred
    low, high = along.min(axis=1), along.max(axis=1)
    return OrientedBox(center=mean + (low + high) / 2 @ axes, extents=high - low, axes=axes)


def _least_area_axes(centred: Array) -> Array:
    """Return (2, 2) axes, in rows, of the smallest rectangle around columns (2, n).

    One of its sides lies on an edge of the hull.
    """
    # OpenCV accepts flat and repeated points. It computes the hull in single precision, but the edges below
    # are in double precision. OpenCV treats -0 and 0 as different and then finds no hull. So 0 is added,
    # which makes every zero positive.
    single = np.ascontiguousarray(centred.T, dtype=np.float32) + np.float32(0)
    hull = centred[:, cv2.convexHull(single, returnPoints=False)[:, 0]]
    edges = np.roll(hull, -1, axis=1) - hull
    angles = np.arctan2(edges[1], edges[0])
    along = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    across = along[:, ::-1] * (-1, 1)
    best = (np.ptp(along @ hull, axis=1) * np.ptp(across @ hull, axis=1)).argmin()
    return np.stack([along[best], across[best]])


def _frames(triangles: Array) -> Array:
    """Return (m, 3, 3) axes, in rows, for triangles (m, 3, 3): along the first edge, across, normal."""
    first = triangles[:, 1] - triangles[:, 0]
    normal = np.cross(first, triangles[:, 2] - triangles[:, 0])
    length = np.linalg.norm(normal, axis=1)
    has_area = length > 0
    normal = normal[has_area] / length[has_area, None]
    first = first[has_area] / np.linalg.norm(first[has_area], axis=1, keepdims=True)
    return np.stack([first, np.cross(normal, first), normal], axis=1)


def _plane_axes(centred: Array) -> Array:
    """Return (3, 3) axes, in rows, for columns (3, n) in one plane.

    Two are along the smallest rectangle; the last is the normal.
    """
    _, directions = np.linalg.eigh(centred @ centred.T)  # columns, in order of extent: the smallest first
    normal, in_plane = directions[:, 0], directions[:, 1:].T
    return np.vstack([_least_area_axes(in_plane @ centred) @ in_plane, normal])
