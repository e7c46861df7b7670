"""Visibility of a scene's objects in frames, and the rules for enough of it; `viewer` measures it."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from vsidata.rules.constant import Rules, Share
from vsidata.scene import Array, IntArray


class VisibilityRules(Rules):
    """Rules for whether the picked frames show enough to answer a question.

    Attributes:
        pixels: an object is seen if at least one frame shows it with at least this share of the picture, and
            all frames together show enough of it (`surface`).
        surface: least share of an object's surface that all frames together show. One side of a closed box
            is a sixth of it; a scan rarely contains the back, or the bottom that stands on the floor.
        floor: a room is seen if all frames together show at least this share of its floor's surface.
    """

    pixels: Share
    surface: Share
    floor: Share


@dataclass(frozen=True, eq=False)
class Timeline:
    """The size of each object in some frames.

    Attributes:
        instances: (m,) ids of the objects, rising.
        positions: (k,) positions of the frames in their stream, rising.
        numbers: (k,) the source's own numbers of the frames.
        seconds: (k,) time of each frame since the beginning of the stream.
        cameras: (k, 3) position of the camera, metres, room frame.
        pixels: (k, m) share of each picture that shows each object.
    """

    instances: IntArray
    positions: IntArray
    numbers: IntArray
    seconds: Array
    cameras: Array
    pixels: Array

    def first(self, instances: Iterable[int], least: float) -> int | None:
        """Row of the first frame that shows objects, summed, at least this large; None without one."""
        together = self.pixels[:, np.isin(self.instances, list(instances))].sum(axis=1)
        rows = np.flatnonzero(together >= least)
        return int(rows[0]) if len(rows) else None

    def known_until(self, longest: float) -> float:
        """Seconds until the first gap between frames longer than this; infinity without such a gap.

        When tracking is lost, the video continues, and what it shows is unknown.
        """
        moments = np.append(0.0, self.seconds)
        blind = np.flatnonzero(np.diff(moments) > longest)
        return float(moments[blind[0]]) if len(blind) else math.inf


@dataclass(frozen=True, eq=False)
class Sight(Timeline):
    """Visibility in the picked frames.

    Attributes:
        surfaces: (k, m) share of each object's surface that each frame shows.
        surface: (m,) share that all frames together show.
        floor: share of the floor's surface that all frames together show; None if the scan has no floor.
        rules: how much of it is enough.
    """

    surfaces: Array
    surface: Array
    floor: float | None
    rules: VisibilityRules

    def shows(self, instance: int) -> bool:
        """Return whether an object is seen, by the rules."""
        column = np.flatnonzero(self.instances == instance)
        return bool(
            len(column)
            and self.pixels[:, column].max(initial=0) >= self.rules.pixels.value
            and self.surface[column[0]] >= self.rules.surface.value
        )

    @property
    def shows_room(self) -> bool:
        """Whether enough of the floor is seen, by the rules."""
        return self.floor is not None and self.floor >= self.rules.floor.value
