"""What frames show of a scene's objects, and how much of it is enough; `viewer` finds it out."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from vsidata.rules.constant import Rules, Share
from vsidata.scene import Array, IntArray


class VisibilityRules(Rules):
    """When the picked frames show enough to answer a question.

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
    """How large some frames show each object.

    Attributes:
        instances: (m,) ids of the objects, rising.
        positions: (k,) of the frames in their stream, rising.
        numbers: (k,) the source's own numbers of them.
        seconds: (k,) when each was taken, since the stream began.
        cameras: (k, 3) where the camera was, metres, room frame.
        pixels: (k, m) share of each picture that shows each object.
    """

    instances: IntArray
    positions: IntArray
    numbers: IntArray
    seconds: Array
    cameras: Array
    pixels: Array

    def first(self, instances: Iterable[int], least: float) -> int | None:
        """Row of the first frame that shows some objects, all together, this large; None if none does."""
        together = self.pixels[:, np.isin(self.instances, list(instances))].sum(axis=1)
        rows = np.flatnonzero(together >= least)
        return int(rows[0]) if len(rows) else None

    def known_until(self, longest: float) -> float:
        """Seconds until the first stretch longer than this that no frame shows; infinity where there is none.

        Where tracking is lost, the video goes on and nobody knows what it shows.
        """
        moments = np.append(0.0, self.seconds)
        blind = np.flatnonzero(np.diff(moments) > longest)
        return float(moments[blind[0]]) if len(blind) else math.inf


@dataclass(frozen=True, eq=False)
class Sight(Timeline):
    """What the picked frames show.

    Attributes:
        surfaces: (k, m) share of each object's surface that each frame shows.
        surface: (m,) share that all frames together show.
        floor: share of the floor's surface that all frames together show; None where the scan has no floor.
        rules: how much of it is enough.
    """

    surfaces: Array
    surface: Array
    floor: float | None
    rules: VisibilityRules

    def shows(self, instance: int) -> bool:
        """Whether an object is seen, as the rules say."""
        column = np.flatnonzero(self.instances == instance)
        return bool(
            len(column)
            and self.pixels[:, column].max(initial=0) >= self.rules.pixels.value
            and self.surface[column[0]] >= self.rules.surface.value
        )

    @property
    def shows_room(self) -> bool:
        """Whether enough of the floor is seen, as the rules say."""
        return self.floor is not None and self.floor >= self.rules.floor.value
