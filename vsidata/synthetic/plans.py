"""Floor plans: rectangular, L- and T-shaped rooms, and several rooms joined by doorways.

A plan is in the room frame (metres, walls along x and y, centred on the origin). The rooms of a multi-room
plan are in a row, with walls between them that a scanner sees from both sides. Each side of such a wall
counts as a wall of the room that it faces.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.random import Generator

from vsidata.scene import Array

PARTITION = 0.10  # metres between the two faces of an inner wall
DOORWAY = (0.90, 2.05)  # metres: width and height of the opening between two rooms

Rectangle = tuple[float, float, float, float]  # x0, y0, x1, y1


@dataclass(frozen=True, eq=False)
class Wall:
    """One face of a wall, seen from inside its room.

    Attributes:
        room: index of its room.
        start, end: (2,) metres. The room is to the left of the line from start to end.
        opening: begin and end of a doorway, metres from the wall's start; None without a doorway.
    """

    room: int
    start: Array
    end: Array
    opening: tuple[float, float] | None = None

    @property
    def length(self) -> float:
        """Metres."""
        return float(np.hypot(*(self.end - self.start)))

    @property
    def along(self) -> Array:
        """(2,) unit vector from start to end."""
        return np.asarray((self.end - self.start) / self.length)

    @property
    def inward(self) -> Array:
        """(2,) unit vector into the room."""
        x, y = self.along
        return np.array([-y, x])


@dataclass(frozen=True, eq=False)
class FloorPlan:
    """The floor of one scan.

    Attributes:
        shape: `rectangle`, `L`, `T` or `rooms`.
        outline: (k, 2) metres, counter-clockwise: the combined space of all rooms and inner walls.
        rooms: the polygon of each room, (k, 2), counter-clockwise.
        spaces: for each room, its maximal rectangles. The room is their union.
        thresholds: the rectangle of floor in each doorway between two rooms.
        walls: every wall face.
    """

    shape: str
    outline: Array
    rooms: tuple[Array, ...]
    spaces: tuple[tuple[Rectangle, ...], ...]
    thresholds: tuple[Rectangle, ...]
    walls: tuple[Wall, ...]

    @property
    def area(self) -> float:
        """Square metres inside the outline: "the size of the combined space"."""
        return polygon_area(self.outline)

    @property
    def floor_area(self) -> float:
        """Square metres of the floor of rooms and thresholds, without the ground below inner walls."""
        return sum(map(polygon_area, self.rooms)) + sum(
            (x1 - x0) * (y1 - y0) for x0, y0, x1, y1 in self.thresholds
        )


def polygon_area(polygon: Array) -> float:
    """Return the area of a simple polygon (k, 2) by the shoelace formula; positive if counter-clockwise."""
    x, y = polygon.T
    return float(x @ np.roll(y, -1) - y @ np.roll(x, -1)) / 2


def make_plan(shape: str, area: float, rng: Generator) -> FloorPlan:
    """Make a plan of a shape (`rectangle`, `L`, `T`, `rooms`) and an area in square metres."""
    if shape == "rooms":
        return _row_of_rooms(area, rng)
    outline, spaces = _OUTLINES[shape](rng)
    scale = np.sqrt(area / polygon_area(outline))
    outline = outline * scale
    middle = (outline.min(axis=0) + outline.max(axis=0)) / 2
    outline -= middle
    shift = np.tile(middle, 2)
    rectangles = tuple(_rectangle(np.array(space) * scale - shift) for space in spaces)
    return FloorPlan(shape, outline, (outline,), (rectangles,), (), _walls(0, outline))


def _rectangle(values: Array) -> Rectangle:
    x0, y0, x1, y1 = (float(value) for value in values)
    return x0, y0, x1, y1


def _walls(
    room: int, polygon: Array, openings: dict[int, tuple[float, float]] | None = None
) -> tuple[Wall, ...]:
    ends = np.roll(polygon, -1, axis=0)
    return tuple(
        Wall(room, start, end, (openings or {}).get(side))
        for side, (start, end) in enumerate(zip(polygon, ends, strict=True))
    )


def _rectangular(rng: Generator) -> tuple[Array, list[Rectangle]]:
    width = rng.uniform(1.0, 1.9)
    return _corners((0.0, 0.0, width, 1.0)), [(0.0, 0.0, width, 1.0)]


def _l_shaped(rng: Generator) -> tuple[Array, list[Rectangle]]:
    width = rng.uniform(1.0, 1.6)
    x, y = width * rng.uniform(0.45, 0.65), rng.uniform(0.45, 0.65)
    outline = np.array([(0, 0), (width, 0), (width, y), (x, y), (x, 1), (0, 1)], dtype=float)
    spaces = [(0.0, 0.0, width, y), (0.0, 0.0, x, 1.0)]
    return _maybe_mirrored(outline, spaces, width, rng)


def _t_shaped(rng: Generator) -> tuple[Array, list[Rectangle]]:
    width = rng.uniform(1.1, 1.7)
    y = rng.uniform(0.45, 0.6)
    x0 = width * rng.uniform(0.2, 0.3)
    x1 = width - width * rng.uniform(0.2, 0.3)
    outline = np.array(
        [(x0, 0), (x1, 0), (x1, y), (width, y), (width, 1), (0, 1), (0, y), (x0, y)], dtype=float
    )
    spaces = [(0.0, y, width, 1.0), (x0, 0.0, x1, 1.0)]
    return _maybe_mirrored(outline, spaces, width, rng)


def _maybe_mirrored(
    outline: Array, spaces: list[Rectangle], width: float, rng: Generator
) -> tuple[Array, list[Rectangle]]:
    if rng.random() < 0.5:
        return outline, spaces
    mirrored = np.column_stack([width - outline[:, 0], outline[:, 1]])[::-1]
    return mirrored, [(width - x1, y0, width - x0, y1) for x0, y0, x1, y1 in spaces]


_OUTLINES = {"rectangle": _rectangular, "L": _l_shaped, "T": _t_shaped}


def _corners(space: Rectangle) -> Array:
    x0, y0, x1, y1 = space
    return np.array([(x0, y0), (x1, y0), (x1, y1), (x0, y1)])


def _row_of_rooms(area: float, rng: Generator) -> FloorPlan:
    """Make two or three rectangular rooms side by side along x.

    Their walls at the lowest y are in one line.
    """
    count = 2 if area < 35 else int(rng.integers(2, 4))
    shares = rng.uniform(0.6, 1.4, count)
    shares /= shares.sum()
    depth = np.sqrt(area / rng.uniform(1.2, 2.0))
    depths = depth * rng.uniform(0.85, 1.0, count)
    widths = area * shares / depths
    spaces: list[Rectangle] = []
    left = 0.0
    for width, deep in zip(widths, depths, strict=True):
        spaces.append((left, 0.0, left + float(width), float(deep)))
        left += float(width) + PARTITION
    middle = np.array([(left - PARTITION) / 2, max(depths) / 2])
    spaces = [_rectangle(np.array(space) - np.tile(middle, 2)) for space in spaces]

    thresholds = []
    doorways: list[dict[int, tuple[float, float]]] = [{} for _ in spaces]
    for index, (west, east) in enumerate(pairwise(spaces)):
        shallow = min(west[3], east[3])
        width = DOORWAY[0]
        low = float(rng.uniform(west[1] + 0.3, shallow - width - 0.3))
        thresholds.append((west[2], low, east[0], low + width))
        doorways[index][1] = (low - west[1], low + width - west[1])
        doorways[index + 1][3] = (east[3] - low - width, east[3] - low)
    rooms = tuple(map(_corners, spaces))
    walls = tuple(wall for index, room in enumerate(rooms) for wall in _walls(index, room, doorways[index]))
    outline = _outline_of_row(spaces)
    return FloorPlan("rooms", outline, rooms, tuple((space,) for space in spaces), tuple(thresholds), walls)


def _outline_of_row(spaces: list[Rectangle]) -> Array:
    """Return the outline of the combined space.

    An inner wall is as long as the less deep of its two rooms.
    """
    upper = []
    for index, (x0, _, x1, y1) in enumerate(spaces):
        begin, end = x0, x1
        if index > 0 and spaces[index - 1][3] >= y1:
            begin = spaces[index - 1][2]
        if index + 1 < len(spaces) and spaces[index + 1][3] > y1:
            end = spaces[index + 1][0]
        upper += [(begin, y1), (end, y1)]
    bottom = spaces[0][1]
    lower = [(spaces[0][0], bottom), (spaces[-1][2], bottom)]
    return np.array(lower + upper[::-1])
