"""Computes which parts of a mesh a camera sees, by rays through pixels and by lines to points on surfaces.

Room frame, metres. A camera's own frame has x to the right, y down and z forward. The centres of pixels have
integer coordinates. Open3D casts the rays on one thread, because workers are processes.
"""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import repeat
from typing import Any

import numpy as np
import open3d as o3d
from numpy.typing import NDArray

from vsidata.scene import Array, IntArray

BoolArray = NDArray[np.bool_]
Caster = o3d.t.geometry.RaycastingScene

# Rays along the longer side of a picture. More rays do not change the decisions about objects.
_RAYS = 160

# Metres. A line of sight needs to be free only up to this distance from a point, so that noise of the point's
# own surface does not block the line. As a side effect, a camera sees this far around an edge.
_CLEARANCE = 0.01

# Metres. A depth hides a surface if it is at least this far in front. Errors of poses and depth are smaller.
_BEFORE = 0.2

_GOLDEN = (5**0.5 - 1) / 2


@dataclass(frozen=True, eq=False)
class Camera:
    """A pinhole camera.

    Attributes:
        size: width and height of its picture in pixels.
        matrix: (3, 3) pixel = matrix @ point in the camera's frame, divided by its third coordinate.
    """

    size: tuple[int, int]
    matrix: Array

    @cached_property
    def directions(self) -> Array:
        """(r, 3) rays that are spread evenly over the picture, in the camera's frame, of length 1 along z."""
        step = max(self.size) / _RAYS
        columns, rows = (max(1, round(length / step)) for length in self.size)
        u = (np.arange(columns) + 0.5) * self.size[0] / columns - 0.5
        v = (np.arange(rows) + 0.5) * self.size[1] / rows - 0.5
        pixels = np.stack([*np.meshgrid(u, v), np.ones((rows, columns))], axis=-1).reshape(-1, 3)
        return np.asarray(pixels @ np.linalg.inv(self.matrix).T)

    def has_in_picture(self, points: Array) -> BoolArray:
        """Return (n,) whether the picture includes points (n, 3) in the camera's frame."""
        ahead = points[:, 2] > 0
        u, v, w = (points @ self.matrix.T).T
        width, height = self.size
        # Test that u / w is at most half a pixel beyond the centres of the first and last pixels. The test
        # avoids a division, because w may be zero.
        across = (u >= -0.5 * w) & (u < (width - 0.5) * w)
        return np.asarray(ahead & across & (v >= -0.5 * w) & (v < (height - 0.5) * w))

    def is_outside(self, points: Array, beyond: float) -> BoolArray:
        """Return (n,) whether points (n, 3) in the camera's frame are outside the picture's pyramid.

        Args:
            points: metres, none at the camera's centre.
            beyond: radians from the pyramid's nearest side; a point nearer to it counts as inside.
        """
        right, bottom = (length - 0.5 for length in self.size)
        pixels = np.array([(-0.5, -0.5, 1), (-0.5, bottom, 1), (right, bottom, 1), (right, -0.5, 1)])
        corners = pixels @ np.linalg.inv(self.matrix).T
        outwards = np.cross(corners, np.roll(corners, -1, axis=0))
        outwards *= np.sign(-outwards @ corners.mean(axis=0))[:, None]
        sines = points @ (outwards / np.linalg.norm(outwards, axis=1, keepdims=True)).T
        return np.asarray((sines > math.sin(beyond) * np.linalg.norm(points, axis=1)[:, None]).any(axis=1))


@dataclass(frozen=True, eq=False)
class DepthPicture:
    """The depth that was measured with a picture. It hides surfaces even where the mesh has a hole.

    Attributes:
        metres: (height, width) along the camera's z; 0 if not measured.
        matrix: (3, 3) of the depth camera, as in `Camera`. Both cameras have the same position.
    """

    metres: NDArray[np.float32]
    matrix: Array

    def hides(self, points: Array) -> BoolArray:
        """Return (n,) whether the depth is clearly in front of points (n, 3) in the camera's frame."""
        u, v, w = (points @ self.matrix.T).T
        columns, rows = np.rint([u / w, v / w]).astype(np.int64)
        height, width = self.metres.shape
        inside = (columns >= 0) & (columns < width) & (rows >= 0) & (rows < height)
        measured = np.zeros(len(points))
        measured[inside] = self.metres[rows[inside], columns[inside]]
        return np.asarray((measured > 0) & (measured < points[:, 2] - _BEFORE))


Depths = Iterable[DepthPicture | None]
"""The depth of each picture, in order; None if no depth was measured."""


@dataclass(frozen=True, eq=False)
class Hits:
    """The surfaces that the rays of a picture hit.

    Attributes:
        owners: (r,) the owner of the surface that each ray in `Camera.directions` hits; -1 without an owner.
        depths: (r,) metres along the camera's z; infinite if a ray hits nothing.
    """

    owners: IntArray
    depths: Array


_NOTHING_MEASURED: Depths = repeat(None)


def caster(points: Array, triangles: IntArray) -> Caster:
    """Prepare a mesh for ray casting: points (n, 3), and triangles (m, 3), which are rows of `points`."""
    scene = Caster(nthreads=1)
    scene.add_triangles(_tensor(points.astype(np.float32)), _tensor(triangles.astype(np.uint32)))
    return scene


def picture_hits(
    scene: Caster, owners: IntArray, camera: Camera, poses: Array, depths: Depths = _NOTHING_MEASURED
) -> Iterator[Hits]:
    """Cast the rays of each picture, and yield what they hit.

    Args:
        scene: the mesh.
        owners: (m,) the owner of each triangle; -1 without an owner.
        camera: the camera of the pictures.
        poses: (k, 4, 4) from the camera's frame to the room frame.
        depths: the depths of the k pictures.
    """
    owners = np.append(owners, -1)  # for rays that hit nothing
    for pose, depth in zip(poses, depths, strict=False):
        ways = camera.directions @ pose[:3, :3].T
        rays = np.hstack([np.broadcast_to(pose[:3, 3], ways.shape), ways])
        found = scene.cast_rays(_tensor(rays.astype(np.float32)), nthreads=1)
        hits = owners[np.minimum(found["primitive_ids"].numpy(), len(owners) - 1)]
        if depth:
            owned = np.flatnonzero(hits >= 0)
            points = camera.directions[owned] * found["t_hit"].numpy()[owned, None]
            hits[owned[depth.hides(points)]] = -1
        yield Hits(hits, found["t_hit"].numpy())


def share_of_each(hits: Hits, count: int) -> Array:
    """Return (count,) the share of a picture that shows each owner's surface, from 0 to 1."""
    return np.bincount(hits.owners + 1, minlength=count + 1)[1:] / len(hits.owners)


def pixel_shares(
    scene: Caster,
    owners: IntArray,
    count: int,
    camera: Camera,
    poses: Array,
    depths: Depths = _NOTHING_MEASURED,
) -> Array:
    """Return the share of each picture that shows each owner's surface.

    Args:
        scene, owners, camera, poses, depths: as for `picture_hits`.
        count: number of owners.

    Returns:
        (k, count) in [0, 1]. Anything smaller than a ray's share of the picture may be missed.
    """
    shares = np.empty((len(poses), count))
    for row, hits in enumerate(picture_hits(scene, owners, camera, poses, depths)):
        shares[row] = share_of_each(hits, count)
    return shares


def points_seen(
    scene: Caster, points: Array, camera: Camera, poses: Array, depths: Depths = _NOTHING_MEASURED
) -> BoolArray:
    """Return which points of a surface each picture shows: in the picture, with nothing in front of them.

    Args:
        scene: the mesh.
        points: (n, 3) on the surface of the mesh.
        camera: the camera of the pictures.
        poses: (k, 4, 4) from the camera's frame to the room frame.
        depths: the depths of the k pictures.

    Returns:
        (k, n).
    """
    seen = np.zeros((len(poses), len(points)), dtype=np.bool_)
    for row, (pose, depth) in enumerate(zip(poses, depths, strict=False)):
        ways = points - pose[:3, 3]
        in_camera = ways @ pose[:3, :3]
        candidates = np.flatnonzero(camera.has_in_picture(in_camera))
        if depth:
            candidates = candidates[~depth.hides(in_camera[candidates])]
        ways = ways[candidates]
        lengths = np.linalg.norm(ways, axis=1, keepdims=True)
        ways *= np.maximum(1 - _CLEARANCE / np.maximum(lengths, _CLEARANCE), 0)
        rays = np.hstack([np.broadcast_to(pose[:3, 3], ways.shape), ways])
        blocked = scene.test_occlusions(_tensor(rays.astype(np.float32)), tfar=1.0, nthreads=1).numpy()
        seen[row, candidates] = ~blocked
    return seen


def is_behind(scene: Caster, points: Array, center: Array, metres: float) -> BoolArray:
    """Return (n,) whether the mesh is more than this far in front of points (n, 3), seen from `center`."""
    ways = points - center
    lengths = np.linalg.norm(ways, axis=1, keepdims=True)
    ways *= np.maximum(1 - metres / np.maximum(lengths, metres), 0)
    rays = np.hstack([np.broadcast_to(center, ways.shape), ways])
    return np.asarray(scene.test_occlusions(_tensor(rays.astype(np.float32)), tfar=1.0, nthreads=1).numpy())


def surface_points(points: Array, triangles: IntArray, count: int) -> Array:
    """Return points that are spread evenly over a surface. The same arguments give the same points.

    The share of these points that is seen estimates the seen share of the surface, without bias, for
    triangles of any size. Rays through pixels would miss most of the small, distant triangles, although they
    are visible.

    Args:
        points: (n, 3) metres.
        triangles: (m, 3) rows of `points`.
        count: the number of points.

    Returns:
        (count, 3); (0, 3) if the triangles have no area.
    """
    a, b, c = points[triangles.T]
    ends = np.cumsum(np.linalg.norm(np.cross(b - a, c - a), axis=1))
    if not len(ends) or not ends[-1] > 0:
        return np.empty((0, 3))
    at = (np.arange(count) + 0.5) / count * ends[-1]
    rows = np.searchsorted(ends, at)
    starts = np.append(0, ends)[rows]
    # Spread the points evenly in each triangle. One coordinate follows from `at`, the other from multiples of
    # the golden ratio.
    along = np.sqrt((at - starts) / (ends[rows] - starts))[:, None]
    across = (np.arange(count) * _GOLDEN % 1)[:, None]
    return np.asarray(a[rows] * (1 - along) + along * (b[rows] * (1 - across) + c[rows] * across))


def _tensor(array: NDArray[Any]) -> o3d.core.Tensor:
    return o3d.core.Tensor.from_numpy(np.ascontiguousarray(array))
