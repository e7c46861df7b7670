"""Open3D's ray casting on numpy arrays. It uses one thread, because workers are processes."""

from typing import Any

import numpy as np
import open3d as o3d
from numpy.typing import NDArray

from vsidata.scene import Array, IntArray

NO_TRIANGLE = o3d.t.geometry.RaycastingScene.INVALID_ID


def casting_scene(vertices: Array, triangles: IntArray) -> o3d.t.geometry.RaycastingScene:
    """Make a scene of one mesh: vertices (n, 3), and triangles (m, 3), which are rows of `vertices`."""
    scene = o3d.t.geometry.RaycastingScene(nthreads=1)
    scene.add_triangles(_tensor(vertices.astype(np.float32)), _tensor(triangles.astype(np.uint32)))
    return scene


def is_blocked(scene: o3d.t.geometry.RaycastingScene, starts: Array, ways: Array) -> NDArray[np.bool_]:
    """Return (k,) whether a surface is between each start (k, 3) and the end of its way (k, 3)."""
    rays = _tensor(np.hstack([starts, ways]).astype(np.float32))
    return np.asarray(scene.test_occlusions(rays, tfar=1.0, nthreads=1).numpy(), dtype=np.bool_)


def hits(
    scene: o3d.t.geometry.RaycastingScene, start: Array, ways: NDArray[np.float32]
) -> tuple[NDArray[np.float32], NDArray[np.uint32], NDArray[np.float32]]:
    """Return the first hits of rays from one point (3,).

    Returns:
        (k,) the distance along each way (k, 3), in lengths of the way, inf without a hit. (k,) the triangle,
        `NO_TRIANGLE` without a hit. (k, 2) the barycentric coordinates of the second and third corner.
    """
    rays = np.empty((len(ways), 6), dtype=np.float32)
    rays[:, :3], rays[:, 3:] = start, ways
    found = scene.cast_rays(_tensor(rays), nthreads=1)
    return found["t_hit"].numpy(), found["primitive_ids"].numpy(), found["primitive_uvs"].numpy()


def distances(scene: o3d.t.geometry.RaycastingScene, points: Array) -> Array:
    """Return (k,) the distance of each point (k, 3) to the closest point of the scene's surface."""
    if len(points) == 0:
        return np.empty(0)
    found = scene.compute_distance(_tensor(points.astype(np.float32)), nthreads=1)
    return np.asarray(found.numpy(), dtype=np.float64)


def _tensor(array: NDArray[Any]) -> o3d.core.Tensor:
    return o3d.core.Tensor.from_numpy(np.ascontiguousarray(array))
