"""Measures the visibility of a scene in the pictures of its stream.

It uses the scan's mesh. A surface that is not in the mesh counts neither as seen nor as missing. A surface
behind a hole in the mesh is not seen if the stream's depth is in front of it.

Importing this module imports Open3D, which takes a second. Only workers with frames should import it.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from vsidata.errors import DegenerateGeometry
from vsidata.geometry.free_space import floor_triangles
from vsidata.geometry.visibility import (
    BoolArray,
    Camera,
    Caster,
    DepthPicture,
    Hits,
    caster,
    is_behind,
    picture_hits,
    points_seen,
    share_of_each,
    surface_points,
)
from vsidata.measuring.posed import (
    QUANTITIES,
    CameraTrack,
    PosedFrames,
    Quantity,
    headings,
    pose_constants,
    turned_upright,
)
from vsidata.measuring.sight import Sight, Timeline, VisibilityRules
from vsidata.scene import Array, IntArray, Scene
from vsidata.sources.streams.frames import FrameStream
from vsidata.sources.streams.picking import at_rate, first_of_spans

# Points on the surface of each object. The standard error of the seen share is at most 0.03.
_POINTS = 256
_FLOOR_POINTS = 2048


@dataclass(frozen=True, eq=False)
class Viewer:
    """A scene that is prepared for visibility tests. `viewer` makes it.

    Attributes:
        stream: the frames.
        camera: the camera of their colour pictures.
        poses: (n, 4, 4) from the camera's frame to the room frame. Only those of valid frames are used.
        caster: the scene's mesh, prepared for ray casting.
        instances: (m,) instance ids of the scene's objects, rising.
        owners: the object of each triangle of the mesh, as a row of `instances`; -1 for none.
        samples: (p, 3) points spread evenly over the surface of each object, and of the floor.
        sampled: (p,) the object of each point, as a row of `instances`; m for the floor.
    """

    stream: FrameStream
    camera: Camera
    poses: Array
    caster: Caster
    instances: IntArray
    owners: IntArray
    samples: Array
    sampled: IntArray

    def timeline(self, rate: float) -> Timeline:
        """Measure the size of each object in `rate` valid frames per second of the whole stream."""
        return self._timeline(at_rate(self.stream, rate))

    def sight(
        self,
        positions: IntArray,
        rules: VisibilityRules,
        also: Callable[[int, Hits], None] | None = None,
    ) -> Sight:
        """Measure the visibility in the picked frames.

        Args:
            positions: (k,) positions of valid frames in the stream, rising.
            rules: the rules for what counts as seen.
            also: called with the row of each frame, and with the surfaces that its rays hit.
        """
        poses, depths = self.poses[positions], self._depths(positions)
        seen = points_seen(self.caster, self.samples, self.camera, poses, depths)
        together = self._surface_shares(np.asarray(seen.any(axis=0)))
        return Sight(
            **vars(self._timeline(positions, also)),
            surfaces=np.stack([self._surface_shares(one)[:-1] for one in seen]),
            surface=together[:-1],
            floor=float(together[-1]) if len(self.instances) in self.sampled else None,
            rules=rules,
        )

    def posed(
        self, positions: IntArray, rules: VisibilityRules, orientation: int, size: tuple[int, int]
    ) -> PosedFrames:
        """Return the picked frames with their cameras, and where each frame shows each object.

        Args:
            positions: (k,) positions of valid frames in the stream, rising.
            rules: the rules for what counts as seen.
            orientation: degrees by which the pictures must be turned clockwise to be upright.
            size: width and height of the stored pictures, pixels.
        """
        upright = turned_upright(self.poses[positions], orientation)
        views = _Views(self.camera, upright, self.poses[positions], len(self.instances), size)
        sight = self.sight(positions, rules, also=views.add)
        return PosedFrames(
            sight=sight,
            poses=upright,
            extents=views.extents,
            nearest=views.nearest,
            boxes=views.boxes,
            absent=self._absent(self.poses[positions], sight.pixels),
            track=self.track(orientation),
        )

    def _absent(self, poses: Array, pixels: Array) -> BoolArray:
        """(k, m) whether a frame certainly does not show an object; see `PosedFrames.absent`."""
        constants = pose_constants()
        found = np.zeros(pixels.shape, dtype=np.bool_)
        of_objects = self.sampled < len(self.instances)
        samples, sampled = self.samples[of_objects], self.sampled[of_objects]
        for row, (pose, shares) in enumerate(zip(poses, pixels, strict=True)):
            in_camera = (samples - pose[:3, 3]) @ pose[:3, :3]
            inside = ~self.camera.is_outside(in_camera, constants.beyond.radians) & (shares[sampled] == 0)
            inside = np.flatnonzero(inside)
            near = inside[~is_behind(self.caster, samples[inside], pose[:3, 3], constants.behind.value)]
            found[row, sampled] = shares[sampled] == 0
            found[row, sampled[near]] = False
        return found

    def track(self, orientation: int) -> CameraTrack:
        """Return the camera's track. The first valid frame in each time span of the stream counts."""
        rows, valid = first_of_spans(self.stream, pose_constants().track.value)
        poses = np.full((len(rows), 4, 4), np.nan)
        poses[valid] = turned_upright(self.poses[rows[valid]], orientation)
        return CameraTrack(self.stream.timestamps[rows], poses[:, :3, 3], headings(poses))

    def _timeline(self, positions: IntArray, also: Callable[[int, Hits], None] | None = None) -> Timeline:
        poses, depths = self.poses[positions], self._depths(positions)
        pixels = np.empty((len(positions), len(self.instances)))
        for row, hits in enumerate(picture_hits(self.caster, self.owners, self.camera, poses, depths)):
            pixels[row] = share_of_each(hits, len(self.instances))
            if also:
                also(row, hits)
        return Timeline(
            instances=self.instances,
            positions=positions,
            numbers=self.stream.numbers[positions],
            seconds=self.stream.timestamps[positions],
            cameras=poses[:, :3, 3],
            pixels=pixels,
        )

    def _depths(self, positions: IntArray) -> Iterator[DepthPicture | None]:
        """Yield the depths one by one, because a stream may have thousands."""
        matrix = self.stream.depth_matrix
        for position in positions.tolist():
            metres = None if matrix is None else self.stream.depth(position)
            yield None if matrix is None or metres is None else DepthPicture(metres, matrix)

    def _surface_shares(self, seen: BoolArray) -> Array:
        """Return (m + 1,) the seen share of each surface.

        The floor is last. `seen` (p,) states which samples are seen.
        """
        surfaces = len(self.instances) + 1
        samples = np.bincount(self.sampled, minlength=surfaces)
        # An object without a surface is not seen.
        return np.bincount(self.sampled, seen, minlength=surfaces) / np.maximum(samples, 1)


class _Views:
    """Collects the position of each object in each picture, for `PosedFrames`."""

    def __init__(self, camera: Camera, upright: Array, stored: Array, objects: int, size: tuple[int, int]):
        self.directions = camera.directions
        self.pixels = self.directions @ camera.matrix.T  # in pixels of the stream's pictures
        self.scale = np.array(size) / camera.size
        self.upright, self.stored = upright, stored
        self.extents: dict[Quantity, Array] = {
            name: np.full((len(upright), objects, 2), np.nan) for name in QUANTITIES
        }
        self.nearest = np.full((len(upright), objects, 3), np.nan)
        self.boxes = np.full((len(upright), objects, 4), np.nan)

    def add(self, row: int, hits: Hits) -> None:
        rays = np.flatnonzero(hits.owners >= 0)
        if not len(rays):
            return
        rays = rays[np.argsort(hits.owners[rays], kind="stable")]
        seen, starts = np.unique(hits.owners[rays], return_index=True)
        stored, upright = self.stored[row], self.upright[row]
        points = (self.directions[rays] * hits.depths[rays, None]) @ stored[:3, :3].T + stored[:3, 3]
        for name, values in _coordinates(points, upright).items():
            low, high = (reduce.reduceat(values, starts) for reduce in (np.minimum, np.maximum))
            self.extents[name][row, seen] = np.stack([low, high], axis=1)
        distances = np.linalg.norm(points - upright[:3, 3], axis=1)
        by_distance = np.lexsort((distances, hits.owners[rays]))
        self.nearest[row, seen] = points[by_distance[starts]]
        corners = (self.pixels[rays, :2] + 0.5) * self.scale - 0.5
        low, high = (reduce.reduceat(corners, starts) for reduce in (np.minimum, np.maximum))
        self.boxes[row, seen] = np.hstack([low, high])


def _coordinates(points: Array, pose: Array) -> dict[Quantity, Array]:
    """Return the quantities of points (n, 3), which are in the room frame, for an upright camera."""
    offsets = points - pose[:3, 3]
    x, y, z = (offsets @ pose[:3, :3]).T
    heading = headings(pose[None])[0]
    bearing = np.arctan2(offsets[:, 1], offsets[:, 0]) - heading
    return {
        "across": np.arctan2(x, z),
        "bearing": np.remainder(bearing + np.pi, 2 * np.pi) - np.pi,
        "down": np.arctan2(y, z),
        "depth": z,
        "distance": np.linalg.norm(offsets, axis=1),
        "height": points[:, 2],
    }


def viewer(scene: Scene, stream: FrameStream) -> Viewer | None:
    """Prepare a scene for visibility tests with the cameras of its stream.

    The stream's poses are in the frame of the mesh on disk. The scene's alignment transforms them to the
    room frame.

    Returns:
        None if the scene has no mesh, or the stream has no poses, no camera, or no valid frame.
    """
    points, triangles, instances = scene.points, scene.triangles, scene.instances
    if points is None or triangles is None or instances is None:
        return None
    if stream.poses is None or stream.color_matrix is None or not stream.valid.any():
        return None
    things = sorted(scene.objects, key=lambda thing: thing.instance)
    ids = np.array([thing.instance for thing in things], dtype=np.int64)
    poses = stream.poses.copy()
    if scene.alignment is not None:
        poses[stream.valid] = scene.alignment @ poses[stream.valid]
    samples = [_sampled(thing.vertices, thing.triangles, _POINTS) for thing in things]
    samples.append(_sampled(points, _floor(points, triangles), _FLOOR_POINTS))
    return Viewer(
        stream=stream,
        camera=Camera(stream.size, stream.color_matrix),
        poses=poses,
        caster=caster(points, triangles),
        instances=ids,
        owners=_owners(instances, triangles, ids),
        samples=np.concatenate(samples),
        sampled=np.repeat(np.arange(len(samples)), [len(each) for each in samples]),
    )


def _owners(instances: IntArray, triangles: IntArray, ids: IntArray) -> IntArray:
    """Return (m,) the row in `ids` of the instance that has all three corners of a triangle; -1 for none."""
    rows = np.searchsorted(ids, instances).clip(max=max(len(ids) - 1, 0))
    of_points = np.where(ids[rows] == instances, rows, -1) if len(ids) else np.full(len(instances), -1)
    a, b, c = of_points.take(triangles).T
    return np.where((a == b) & (b == c), a, -1)


def _sampled(points: Array | None, triangles: IntArray | None, count: int) -> Array:
    if points is None or triangles is None:
        return np.empty((0, 3))
    return surface_points(points, triangles, count)


def _floor(points: Array, triangles: IntArray) -> IntArray:
    try:
        return triangles[floor_triangles(points, triangles)]
    except DegenerateGeometry:
        return triangles[:0]
