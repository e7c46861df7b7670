"""The picked frames with the poses of their cameras: where the camera was, and what each frame shows.

All cameras here are upright: x points to the right in the upright picture, y down, z forward. A camera that
was held sideways is turned with its pictures. Angles are in radians and lengths in metres. Positions are in
the room frame.
"""

import math
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from vsidata.measuring.sight import Sight
from vsidata.rules.constant import Angle, Length, Rate, Rules
from vsidata.rules.strict_yaml import read_packaged
from vsidata.scene import Array

Quantity = Literal["across", "bearing", "down", "depth", "distance", "height"]
"""Coordinates of a point that a frame shows.

- `across`, `down`: angles from the optical axis, to the right and downwards in the picture.
- `bearing`: the horizontal angle from the camera's heading, positive to the left.
- `depth`: distance from the camera's centre along the optical axis.
- `distance`: distance from the camera's centre.
- `height`: z in the room frame.
"""

QUANTITIES: tuple[Quantity, ...] = get_args(Quantity)


class PoseConstants(Rules):
    """Constants of the camera's pose, for all rule sets.

    Attributes:
        steep: a camera has no heading if the angle between its optical axis and the vertical is smaller than
            this.
        track: number of positions and headings of the camera's track per second.
        beyond: an absent object is at least this far outside the picture.
        behind: or it is at least this far behind the mesh.
    """

    steep: Angle
    track: Rate
    beyond: Angle
    behind: Length


@cache
def pose_constants() -> PoseConstants:
    """Return the constants in `posed.yaml`."""
    return read_packaged(PoseConstants, __package__, "posed.yaml")


@dataclass(frozen=True, eq=False)
class CameraTrack:
    """The position and heading of the camera in each time span of the stream.

    Attributes:
        seconds: (n,) time since the stream began, rising.
        positions: (n, 3) metres, room frame; NaN if tracking was lost.
        headings: (n,) heading of the optical axis, radians counter-clockwise from the room's x axis, seen
            from above; NaN if tracking was lost or the axis is too steep.
    """

    seconds: Array
    positions: Array
    headings: Array

    def between(self, start: float, end: float) -> slice:
        """Return the rows between two times. Both ends are included."""
        return slice(
            int(np.searchsorted(self.seconds, start)), int(np.searchsorted(self.seconds, end, "right"))
        )


@dataclass(frozen=True, eq=False)
class PosedFrames:
    """The picked frames of a scan, with their cameras and what they show.

    Attributes:
        sight: visibility in these frames.
        poses: (k, 4, 4) from the upright camera's frame to the room frame.
        extents: for each quantity, (k, m, 2) its lowest and highest value over the pixels that show each
            object in `sight.instances`; NaN if no pixel shows it.
        nearest: (k, m, 3) the nearest point of each object that a pixel shows; NaN if no pixel shows it.
        boxes: (k, m, 4) left, top, right and bottom edge of the pixels that show each object, in pixels of
            the stored picture; NaN if no pixel shows it.
        absent: (k, m) whether a frame certainly does not show an object: no pixel shows it, and all of its
            surface is well outside the picture or well behind the mesh, by `PoseConstants`.
        track: the camera over the whole stream.
    """

    sight: Sight
    poses: Array
    extents: dict[Quantity, Array]
    nearest: Array
    boxes: Array
    absent: NDArray[np.bool_]
    track: CameraTrack

    def __len__(self) -> int:
        return len(self.poses)

    @property
    def centers(self) -> Array:
        """(k, 3) the cameras' centres."""
        return np.asarray(self.poses[:, :3, 3])

    @cached_property
    def headings(self) -> Array:
        """(k,) headings, radians counter-clockwise from the room's x axis; NaN if the axis is too steep."""
        return headings(self.poses)

    @cached_property
    def pitches(self) -> Array:
        """(k,) angle of the optical axis above the horizontal, radians; negative if it points down."""
        return np.arcsin(np.clip(self.poses[:, 2, 2], -1, 1))

    @property
    def seconds(self) -> Array:
        """(k,) time of each frame since the stream began."""
        return self.sight.seconds

    def column(self, instance: int) -> int | None:
        """Return the column of an object; None if the scan has no such object."""
        columns = np.flatnonzero(self.sight.instances == instance)
        return int(columns[0]) if len(columns) else None

    def shows(self, frame: int, instance: int) -> bool:
        """Return whether one frame shows an object, and all frames together show enough of its surface."""
        column, rules = self.column(instance), self.sight.rules
        return (
            column is not None
            and bool(self.sight.pixels[frame, column] >= rules.pixels.value)
            and bool(self.sight.surface[column] >= rules.surface.value)
        )

    def lacks(self, frame: int, instance: int) -> bool:
        """Return whether a frame certainly does not show an object."""
        column = self.column(instance)
        return column is not None and bool(self.absent[frame, column])

    def extent(self, quantity: Quantity, frame: int, instance: int) -> tuple[float, float]:
        """Return the lowest and highest value of a quantity over the pixels that show an object."""
        low, high = self.extents[quantity][frame, self._known(instance)].tolist()
        return low, high

    def box(self, frame: int, instance: int) -> Array:
        """Return (4,) the left, top, right and bottom edge of an object in the stored picture, pixels."""
        return np.asarray(self.boxes[frame, self._known(instance)])

    def nearest_seen(self, frame: int, instance: int) -> Array:
        """Return (3,) the nearest point of an object that a pixel of a frame shows."""
        return np.asarray(self.nearest[frame, self._known(instance)])

    def in_camera(self, frame: int, points: Array) -> Array:
        """Transform points (n, 3) from the room frame to the upright camera's frame."""
        pose = self.poses[frame]
        return np.asarray((points - pose[:3, 3]) @ pose[:3, :3])

    def is_tracked(self, first: int, last: int, longest: float) -> bool:
        """Return whether the camera's pose is known between two frames.

        Args:
            first, last: two frames, in this order.
            longest: the longest gap without a pose, seconds.
        """
        start, end = self.seconds[first], self.seconds[last]
        rows = self.track.between(start, end)
        known = np.isfinite(self.track.positions[rows, 0])
        moments = np.concatenate([[start], self.track.seconds[rows][known], [end]])
        return bool(np.diff(moments).max() <= longest)

    def _known(self, instance: int) -> int:
        column = self.column(instance)
        if column is None:
            raise KeyError(instance)
        return column


def headings(poses: Array) -> Array:
    """Return (n,) the headings of poses (n, 4, 4), radians counter-clockwise from the room's x axis.

    Angles are seen from above. A heading is the direction of the optical axis on the floor. It is NaN if the
    axis is too steep.
    """
    x, y, _ = poses[:, :3, 2].T
    level = np.hypot(x, y) >= math.sin(pose_constants().steep.radians)
    return np.where(level, np.arctan2(y, x), np.nan)


def turned_upright(poses: Array, degrees: int) -> Array:
    """Return the poses (n, 4, 4) of cameras that are turned with their pictures.

    Args:
        poses: from the camera's frame to the room frame.
        degrees: the angle by which the pictures are turned clockwise to be upright.
    """
    cosine, sine = round(math.cos(math.radians(degrees))), round(math.sin(math.radians(degrees)))
    upright = np.eye(4)
    upright[:2, :2] = [[cosine, -sine], [sine, cosine]]  # from the stored camera to the upright camera
    return np.asarray(poses @ upright.T)


def wrapped(angle: float) -> float:
    """Return an angle in radians in (-pi, pi]."""
    turned = math.remainder(angle, 2 * math.pi)
    return math.pi if turned == -math.pi else turned
