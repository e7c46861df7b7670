"""The visibility of a scene's objects in frames, and the rules for what counts as seen.

`viewer` measures it.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from vsidata.rules.constant import Rules, Share
from vsidata.scene import Array, IntArray


class VisibilityRules(Rules):
    """Rules that state whether the picked frames show enough to answer a question.

    Attributes:
        pixels: smallest share of a picture. An object is seen if it fills at least this share of one or more
            frames, and all frames together show enough of its surface (`surface`).
        surface: smallest share of an object's surface that all frames together show. One side of a cube is a
            sixth of its surface. A scan rarely contains the back of an object, or the bottom that stands on
            the floor.
        floor: a room is seen if all frames together show at least this share of its floor's surface.
    """

    pixels: Share
    surface: Share
    floor: Share


@dataclass(frozen=True, eq=False)
class Timeline:
    """The size of each object in some frames.

    Attributes:
        instances: (m,) instance ids of the objects, rising.
        positions: (k,) positions of the frames in their stream, rising.
        numbers: (k,) numbers of the frames in the source.
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
        """Return the row of the first frame in which the objects together fill at least the share `least`.

        Return None if there is no such frame.
        """
        together = self.pixels[:, np.isin(self.instances, list(instances))].sum(axis=1)
        rows = np.flatnonzero(together >= least)
        return int(rows[0]) if len(rows) else None

    def known_until(self, longest: float) -> float:
        """Return the seconds until the first gap between frames that is longer than `longest`.

        Return infinity if there is no such gap.

        In a gap, tracking is lost. The video continues, and it is unknown which objects it shows.
        """
        moments = np.append(0.0, self.seconds)
        blind = np.flatnonzero(np.diff(moments) > longest)
        return float(moments[blind[0]]) if len(blind) else math.inf


@dataclass(frozen=True, eq=False)
class Sight(Timeline):
    """The visibility of a scene's objects in the picked frames.

    Attributes:
        surfaces: (k, m) share of each object's surface that each frame shows.
        surface: (m,) share of each object's surface that all frames together show.
        floor: share of the floor's surface that all frames together show; None if the scan has no floor.
        rules: the rules for what counts as seen.
    """

    surfaces: Array
    surface: Array
    floor: float | None
    rules: VisibilityRules

    def shows(self, instance: int) -> bool:
        """Return whether the rules count an object as seen."""
        column = np.flatnonzero(self.instances == instance)
        return bool(
            len(column)
            and self.pixels[:, column].max(initial=0) >= self.rules.pixels.value
            and self.surface[column[0]] >= self.rules.surface.value
        )

    @property
    def shows_room(self) -> bool:
        """Whether the rules count the room as seen."""
        return self.floor is not None and self.floor >= self.rules.floor.value
