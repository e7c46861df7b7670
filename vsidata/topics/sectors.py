"""Words for directions: each word has a sector of bearings, counter-clockwise seen from above."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product
from typing import Annotated, Any

import numpy as np
from pydantic import AfterValidator, Field

from vsidata.geometry.bearing import Sector, edge_margin, sector_of
from vsidata.rules.constant import Angle
from vsidata.scene import Array
from vsidata.topics import shapes as drawn
from vsidata.topics.question import Role, Shape
from vsidata.topics.topic import Row

_BEYOND = 1e-6  # radians past the edge of a sector: more than rounding errors, less than any sector

Degrees = Annotated[float, Field(ge=0, le=360)]


def _disjoint(sectors: dict[str, tuple[float, float]]) -> dict[str, tuple[float, float]]:
    for (word, (start, end)), (other, (begin, _)) in product(sectors.items(), repeat=2):
        if word == other and (end - start) % 360 == 0:
            raise ValueError(f"`{word}` ends where it starts")
        if word != other and (begin - start) % 360 < (end - start) % 360:
            raise ValueError(f"`{other}` starts within `{word}`")
    return sectors


Sectors = Annotated[dict[str, tuple[Degrees, Degrees]], AfterValidator(_disjoint)]
"""Word → start and end of its sector, degrees in [0, 360]. Sectors do not overlap."""


@dataclass(frozen=True)
class Direction:
    """A bearing and its word.

    Attributes:
        bearing: radians in (-pi, pi], positive to the left.
        word: the sector's word; None if the bearing is outside all sectors.
        margin: radians to the nearest edge of any sector.
    """

    bearing: float
    word: str | None
    margin: float


def in_radians(sectors: Mapping[str, tuple[float, float]]) -> dict[str, Sector]:
    """The sectors in radians."""
    return {word: (math.radians(start), math.radians(end)) for word, (start, end) in sectors.items()}


def direction_of(sectors: Mapping[str, tuple[float, float]], bearing: float) -> Direction:
    """The word of a bearing, radians in (-pi, pi]."""
    words, edges = zip(*in_radians(sectors).items(), strict=True)
    index = int(sector_of(bearing, edges))
    return Direction(bearing, words[index] if index >= 0 else None, float(edge_margin(bearing, edges)))


def strays(sectors: Mapping[str, tuple[float, float]], word: str, bearings: Array) -> int:
    """The number of bearings outside the sector of a word."""
    return int(np.count_nonzero(sector_of(bearings, [in_radians(sectors)[word]]) < 0))


def beyond_nearest_edge(sectors: Mapping[str, tuple[float, float]], row: Row) -> str | None:
    """The word of the sector beyond the nearest edge of the right sector; None if there is no such sector.

    Args:
        sectors: the sectors of the question type.
        row: a question. The value of its evidence is the bearing.
    """
    evidence: Mapping[str, Any] = row.get("evidence") or {}
    bearing, margin = evidence.get("value"), evidence.get("margin")
    if bearing is None or margin is None:
        return None
    words, edges = zip(*in_radians(sectors).items(), strict=True)
    places = (sector_of(bearing + side * (margin + _BEYOND), edges) for side in (-1, 1))
    found = [str(words[int(at)]) for at in places if at >= 0]
    return next((word for word in found if word != row["answer"]), None)


def sector_shapes(
    sectors: Mapping[str, tuple[float, float]],
    margin: Angle | None,
    answer: str | None,
    center: Array,
    ahead: float,
    radius: float,
) -> list[Shape]:
    """The sectors around a place, and the margins along their edges.

    Args:
        sectors: the sectors.
        margin: the margin that the rules require; None for none.
        answer: the word of the answer.
        center: (3,) the place.
        ahead: the direction of bearing 0, radians counter-clockwise from the room's x axis.
        radius: metres.
    """
    found = []
    for word, (start, end) in sectors.items():
        begin, turn = ahead + math.radians(start), math.radians((end - start) % 360 or 360)
        role: Role = "answer" if word == answer else "other"
        found.append(drawn.sector(center, radius, begin, begin + turn, role, word))
    if margin is not None and margin.value > 0:
        for edge in sorted({degrees % 360 for pair in sectors.values() for degrees in pair}):
            at = ahead + math.radians(edge)
            found.append(drawn.sector(center, radius, at - margin.radians, at + margin.radians, "margin"))
    return found
