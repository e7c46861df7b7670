"""A scene from above: the content of a floor plan, in metres on the ground plane, for any renderer.

The functions take rows of a build's tables (`vsidata.dataset.schema`), read back or new, with lists or
arrays.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from scipy.spatial import ConvexHull, QhullError

from vsidata.dataset.results import Row
from vsidata.scene import Array, OrientedBox

Point = tuple[float, float]
"""x and y in metres, room frame seen from above: x to the right, y up the page."""

Points = tuple[Point, ...]


# The shortest projection of a camera's unit viewing vector on the ground plane. If it is shorter, the camera
# looks straight up or down, so the plan shows no direction.
_UPRIGHT = 0.05


@dataclass(frozen=True, eq=False)
class PlanObject:
    """An object of the scene.

    Attributes:
        instance: its id in the annotation.
        label: the annotation's word.
        category: the word of the questions; None if no question uses it.
        box: its box. None if it has no box; it is then not drawn.
        centroid: (3,) mean of its vertices; None if it has no vertices.
        seen: whether the frames show enough of it by the rules; None if unknown.
        shown_in: the frames that show it large enough by the rules, as positions in `TopView.frames`.
    """

    instance: int
    label: str
    category: str | None
    box: OrientedBox | None
    centroid: Array | None
    seen: bool | None
    shown_in: tuple[int, ...] = ()

    @cached_property
    def footprint(self) -> Points:
        """The box from above: the hull of its corners, counter-clockwise; empty without a box."""
        return () if self.box is None else hull(self.box.corners[:, :2])

    @property
    def middle(self) -> Point | None:
        """The middle of its box; without a box, its centroid."""
        place = self.centroid if self.box is None else self.box.center
        return None if place is None else on_ground(place)

    @property
    def heights(self) -> tuple[float, float] | None:
        """Lowest and highest corner of its box, metres; None without a box."""
        if self.box is None:
            return None
        z = self.box.corners[:, 2]
        return float(z.min()), float(z.max())


@dataclass(frozen=True)
class _Shown:
    """The visibility of an object: whether the frames show enough of it, and which show it large enough."""

    seen: bool | None
    frames: tuple[int, ...]


@dataclass(frozen=True)
class PlanFrame:
    """A picked frame.

    Attributes:
        number: the source's number.
        seconds: the time since the stream began.
        at: the position of the camera; None if unknown.
        towards: unit vector of the viewing direction; None if unknown, or straight up or down.
    """

    number: int
    seconds: float
    at: Point | None
    towards: Point | None


@dataclass(frozen=True)
class CameraMoment:
    """The position of the camera at a time; `at` is None if tracking was lost."""

    seconds: float
    at: Point | None


@dataclass(frozen=True, eq=False)
class TopView:
    """A scene from above.

    Attributes:
        scene_name: the scene.
        outline: rings around the area of the room; rings around holes run clockwise. Empty if the area is
            stated by the source.
        room_area: square metres; None if unknown.
        objects: all annotated objects, by instance id.
        frames: the picked frames; may be empty.
        moments: the camera throughout the stream, in order of time; empty if unknown.
    """

    scene_name: str
    outline: tuple[Points, ...]
    room_area: float | None
    objects: Mapping[int, PlanObject]
    frames: tuple[PlanFrame, ...]
    moments: tuple[CameraMoment, ...]

    @cached_property
    def path(self) -> tuple[Points, ...]:
        """The path of the camera: one line per part of the stream with known positions."""
        stretches: list[list[Point]] = [[]]
        for moment in self.moments:
            if moment.at is None:
                stretches.append([])
            else:
                stretches[-1].append(moment.at)
        return tuple(tuple(stretch) for stretch in stretches if stretch)

    @cached_property
    def bounds(self) -> tuple[Point, Point]:
        """The lowest and the highest coordinates of the drawing; the unit square if nothing is drawn."""
        drawn = [*self.outline, *self.path, *(thing.footprint for thing in self.objects.values())]
        points = np.array([point for points in drawn for point in points] or [(0.0, 0.0), (1.0, 1.0)])
        return on_ground(points.min(axis=0)), on_ground(points.max(axis=0))


def top_view(scene: Row, frames: Row | None = None, visibility: Mapping[str, Any] | None = None) -> TopView:
    """A scene from above.

    Args:
        scene: a row of `schema.SCENES`; its `split` may be missing.
        frames: the scene's row of `schema.FRAMES`, with or without `images`; None if it has none.
        visibility: the key `visibility` of the resolved rules, as a manifest has them. It decides when an
            object counts as seen. None if the build does not leave out unseen objects.
    """
    shown = _shown(frames, visibility)
    objects = [_object(row, shown) for row in scene["objects"]]
    outline = scene.get("room_outline")
    return TopView(
        scene_name=scene["scene_name"],
        outline=() if outline is None else tuple(_points(ring) for ring in outline),
        room_area=scene["room_area"],
        objects={thing.instance: thing for thing in sorted(objects, key=lambda thing: thing.instance)},
        frames=() if frames is None else _frames(frames),
        moments=() if frames is None else _moments(frames),
    )


def on_ground(point: Array) -> Point:
    """The coordinates x and y of a point (2,) or (3,)."""
    return float(point[0]), float(point[1])


def hull(points: Array) -> Points:
    """The convex hull of points (n, 2), counter-clockwise; the two ends if the points are on one line."""
    try:
        return _points(points[ConvexHull(points).vertices])
    except QhullError:
        order = np.lexsort(points.T)
        return _points(points[order[[0, -1]]])


def _points(points: Any) -> Points:
    return tuple((float(x), float(y)) for x, y in points)


def _object(row: Row, shown: Mapping[int, _Shown]) -> PlanObject:
    sight = shown.get(int(row["instance"]), _Shown(None, ()))
    box, centroid = row["box"], row["centroid"]
    return PlanObject(
        instance=int(row["instance"]),
        label=row["label"],
        category=row["category"],
        box=None if box is None else OrientedBox(**{name: np.asarray(box[name], float) for name in box}),
        centroid=None if centroid is None else np.asarray(centroid, float),
        seen=sight.seen,
        shown_in=sight.frames,
    )


def _shown(frames: Row | None, visibility: Mapping[str, Any] | None) -> dict[int, _Shown]:
    """The frames that show each object, by the criterion of `vsidata.measuring.sight.Sight.shows`."""
    if frames is None or visibility is None or frames["seen"] is None:
        return {}
    pixels, surface = (visibility[name]["value"] for name in ("pixels", "surface"))
    found = {}
    for row in frames["seen"]:
        large = tuple(frame for frame, share in enumerate(row["pixels"]) if share >= pixels)
        found[int(row["instance"])] = _Shown(bool(large) and row["surface"] >= surface, large)
    return found


def _frames(row: Row) -> tuple[PlanFrame, ...]:
    poses = [None] * len(row["indices"]) if row["poses"] is None else row["poses"]
    return tuple(
        PlanFrame(int(number), float(seconds), *_camera_position_and_direction(pose))
        for number, seconds, pose in zip(row["indices"], row["timestamps"], poses, strict=True)
    )


def _camera_position_and_direction(matrix: Any) -> tuple[Point | None, Point | None]:
    """The position and the viewing direction of a camera (4, 4)."""
    if matrix is None:
        return None, None
    pose = np.asarray(matrix, float)
    forward = pose[:2, 2]
    length = float(np.hypot(*forward))
    return on_ground(pose[:3, 3]), on_ground(forward / length) if length > _UPRIGHT else None


def _moments(row: Row) -> tuple[CameraMoment, ...]:
    path = row.get("camera_path")
    return tuple(
        CameraMoment(spot["seconds"], None if spot["position"] is None else on_ground(spot["position"]))
        for spot in ([] if path is None else path)
    )
