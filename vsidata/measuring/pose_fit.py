"""The fit of a stream's camera poses to the scan's mesh, by the stream's depth pictures.

The points of the depth pictures, placed by their poses, must be on the mesh. The fit estimates one rigid
correction of all poses that brings them closest to it. It tries a correction in the frame of the room (the
mesh is not aligned to the poses) and one in the frame of the camera (the camera is displaced). Errors that
differ from frame to frame cancel.

Importing this module imports Open3D, which takes a second.
"""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import open3d as o3d
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from vsidata.rules.constant import Count, Length, Rules
from vsidata.rules.strict_yaml import read_packaged
from vsidata.scene import Array, IntArray
from vsidata.sources.streams.frames import BoolArray, FrameStream

Frame = Literal["room", "camera"]


class FitConstants(Rules):
    """Constants of the fit.

    Attributes:
        pixels: points of each depth picture.
        nearest, farthest: depth outside these limits is not used.
        reach: a point this far from the mesh has no counterpart on it.
        steps: repetitions of the search for counterparts and the correction.
        least: fewest points with a counterpart.
    """

    pixels: Count
    nearest: Length
    farthest: Length
    reach: Length
    steps: Count
    least: Count


@dataclass(frozen=True, eq=False)
class PoseFit:
    """The correction that brings the depth pictures closest to the mesh.

    Attributes:
        frame: the frame in which one correction fits all poses best.
        correction: (4, 4) rigid; the corrected pose is `correction @ pose` in the frame of the room, and
            `pose @ correction` in that of the camera.
        shift: root mean square of the distance by which the cameras move, metres.
        turn: the angle by which they turn, radians.
        before, after: median distance of the depth pictures from the mesh, metres.
    """

    frame: Frame
    correction: Array
    shift: float
    turn: float
    before: float
    after: float

    def corrected(self, poses: Array) -> Array:
        """Poses (n, 4, 4) after the correction."""
        return np.asarray(self.correction @ poses if self.frame == "room" else poses @ self.correction)


def fit_constants() -> FitConstants:
    """The constants of this package, from `pose_fit.yaml`."""
    return read_packaged(FitConstants, __package__, "pose_fit.yaml")


def fit_poses(stream: FrameStream, positions: IntArray, points: Array, triangles: IntArray) -> PoseFit | None:
    """Estimate the common error of the poses of a stream.

    Args:
        stream: the stream; its poses are in the frame of the mesh.
        positions: (k,) positions of valid frames.
        points: (n, 3) vertices of the mesh, in the frame of the poses.
        triangles: (m, 3) rows of `points`.

    Returns:
        None if the stream has no depth, or too little of it is near the mesh.
    """
    constants = fit_constants()
    if stream.poses is None or stream.depth_matrix is None:
        return None
    clouds = [_cloud(stream, position, constants) for position in positions.tolist()]
    owners = np.repeat(np.arange(len(clouds)), [len(cloud) for cloud in clouds])
    seen, poses = np.concatenate(clouds), stream.poses[positions]
    if len(seen) < constants.least.whole:
        return None
    mesh = o3d.t.geometry.RaycastingScene(nthreads=1)
    mesh.add_triangles(_tensor(points.astype(np.float32)), _tensor(triangles.astype(np.uint32)))
    fits = [_fit(mesh, frame, seen, owners, poses, constants) for frame in ("room", "camera")]
    known = [fit for fit in fits if fit is not None]
    return min(known, key=lambda fit: fit.after, default=None)


def _cloud(stream: FrameStream, position: int, constants: FitConstants) -> Array:
    """(n, 3) points of a depth picture in the camera's frame, spread evenly over it."""
    metres = stream.depth(position)
    if metres is None or stream.depth_matrix is None:
        return np.empty((0, 3))
    height, width = metres.shape
    step = max(1, round((height * width / constants.pixels.whole) ** 0.5))
    rows, columns = np.mgrid[step // 2 : height : step, step // 2 : width : step].reshape(2, -1)
    depth = metres[rows, columns].astype(np.float64)
    used = (depth >= constants.nearest.value) & (depth <= constants.farthest.value)
    pixels = np.stack([columns, rows, np.ones(len(rows))], axis=1)[used]
    return np.asarray(pixels @ np.linalg.inv(stream.depth_matrix).T * depth[used, None])


def _fit(
    mesh: o3d.t.geometry.RaycastingScene,
    frame: Frame,
    seen: Array,
    owners: IntArray,
    poses: Array,
    constants: FitConstants,
) -> PoseFit | None:
    """Find nearest points on the mesh, then reduce the distances to its planes, several times."""
    correction, medians = np.eye(4), []
    middle = poses[:, :3, 3].mean(axis=0)
    for _ in range(constants.steps.whole + 1):
        now = correction @ poses if frame == "room" else poses @ correction
        placed = np.einsum("nij,nj->ni", now[owners, :3, :3], seen) + now[owners, :3, 3]
        normals, apart, near = _to_mesh(mesh, placed, constants.reach.value)
        if near.sum() < constants.least.whole:
            return None
        medians.append(float(np.median(np.abs(apart[near]))))
        if len(medians) > constants.steps.whole:
            break
        normals, apart, at = normals[near], apart[near], placed[near] - middle
        if frame == "camera":
            turns = poses[owners[near], :3, :3]
            normals = np.einsum("nji,nj->ni", turns, normals)
            at = np.einsum("nji,nj->ni", turns, placed[near] - poses[owners[near], :3, 3])
        scale = 1.4826 * medians[-1] + 1e-6
        weights = np.sqrt(1 / (1 + (apart / scale) ** 2))  # Cauchy's: few points are far off
        system = np.hstack([np.cross(at, normals), normals]) * weights[:, None]
        turn, shift = np.split(np.linalg.lstsq(system, -apart * weights, rcond=None)[0], 2)
        step = np.eye(4)
        step[:3, :3] = Rotation.from_rotvec(turn).as_matrix()
        step[:3, 3] = shift
        if frame == "room":  # the turn is about the middle of the cameras
            step[:3, 3] += middle - step[:3, :3] @ middle
        correction = step @ correction
    fitted = correction @ poses if frame == "room" else poses @ correction
    moved = np.linalg.norm(fitted[:, :3, 3] - poses[:, :3, 3], axis=1)
    angle = float(Rotation.from_matrix(correction[:3, :3]).magnitude())
    return PoseFit(frame, correction, float(np.sqrt(np.mean(moved**2))), angle, medians[0], medians[-1])


def _to_mesh(
    mesh: o3d.t.geometry.RaycastingScene, placed: Array, reach: float
) -> tuple[Array, Array, BoolArray]:
    """Normals (n, 3) of the mesh near points, signed distances (n,), and a mask of the points near enough."""
    found = mesh.compute_closest_points(_tensor(placed.astype(np.float32)), nthreads=1)
    away = placed - found["points"].numpy()
    normals = found["primitive_normals"].numpy().astype(np.float64)
    return normals, np.einsum("ij,ij->i", away, normals), np.linalg.norm(away, axis=1) <= reach


def _tensor(array: NDArray[Any]) -> o3d.core.Tensor:
    return o3d.core.Tensor.from_numpy(np.ascontiguousarray(array))
