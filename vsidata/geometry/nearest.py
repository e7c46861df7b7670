"""The points of boxes and surfaces that are nearest to given points. Metres, room frame."""

import numpy as np

from vsidata.scene import Array, IntArray, OrientedBox


def nearest_in_box(box: OrientedBox, points: Array) -> Array:
    """Return (n, 3) the point of a solid box nearest to each of `points` (n, 3).

    A point inside is returned unchanged.
    """
    local = (points - box.center) @ box.axes.T
    return np.asarray(box.center + np.clip(local, -box.extents / 2, box.extents / 2) @ box.axes)


def nearest_on_surface(vertices: Array, triangles: IntArray, points: Array) -> Array:
    """Return (n, 3) the point of a triangulated surface nearest to each of `points` (n, 3).

    Open3D computes in single precision: the error is less than a micrometre within ten metres of the origin.

    Args:
        vertices: (v, 3) metres.
        triangles: (m, 3) rows of `vertices`, at least one.
        points: (n, 3) metres.
    """
    import open3d as o3d  # takes a second, so callers without frames do not import it

    scene = o3d.t.geometry.RaycastingScene(nthreads=1)
    scene.add_triangles(
        o3d.core.Tensor.from_numpy(vertices.astype(np.float32)),
        o3d.core.Tensor.from_numpy(triangles.astype(np.uint32)),
    )
    asked = o3d.core.Tensor.from_numpy(points.astype(np.float32))
    return np.asarray(scene.compute_closest_points(asked, nthreads=1)["points"].numpy(), dtype=np.float64)
