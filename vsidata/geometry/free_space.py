"""The floor of a scan, and the part of it where a person can walk.

Room frame, metres, z up.
"""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import scipy
from numpy.typing import NDArray

from vsidata.errors import DegenerateGeometry
from vsidata.scene import Array, IntArray

BoolArray = NDArray[np.bool_]

# Metres. Heights are counted in layers of this thickness. A floor is at most two layers thick.
_LAYER = 0.025
# No scan has more layers (2 km).
_MOST_LAYERS = 80_000
# The floor is the lowest layer with at least this share of the points in the layer with the most. A ceiling
# or a large table may have more points than the floor between the furniture. A layer of wall has a twentieth.
_FLOOR_SHARE = 0.25

# Triangles of the floor may be this far from its level (in metres), and this steep, because of noise,
# thresholds and rugs.
_FLOOR_DEPTH = 0.1
_FLOOR_STEEPEST = 0.8  # cosine of 37°

# Metres. The grid extends this far beyond the floor. Objects further away do not block a path.
_AROUND = 1.0
# A cell is blocked if it and its eight neighbours have this many points. A chair's leg has ten, noise has
# one.
_FEWEST = 3
# Lines are tested in steps of this many cells, so that a line can miss only the corner of a cell.
_STEP = 0.5
# No scan of rooms has more cells (100 by 100 m in cells of 5 cm).
_MOST_CELLS = 1 << 22


def floor_level(points: Array) -> float:
    """Return the height of the floor, which is the lowest layer with many points of the scan.

    Args:
        points: (n, 3) all vertices of the scan.

    Raises:
        DegenerateGeometry: there are no points, or their heights differ too much for a scan.
    """
    heights = points[:, 2]
    if not len(heights) or not np.ptp(heights) < _MOST_LAYERS * _LAYER:
        raise DegenerateGeometry(f"{len(points)} points show no floor")
    lowest = heights.min()
    counts = np.bincount(((heights - lowest) / _LAYER).astype(np.int64))
    # in pairs, because a floor may be on the boundary of two layers
    pairs = counts + np.append(counts[1:], 0)
    first = int(np.argmax(pairs >= _FLOOR_SHARE * pairs.max()))
    fullest = first + int(
        np.argmax(pairs[first : first + 3])
    )  # the first pair may contain only a part of the floor
    bottom = lowest + fullest * _LAYER
    return float(np.median(heights[(heights >= bottom) & (heights < bottom + 2 * _LAYER)]))


def floor_triangles(points: Array, triangles: IntArray) -> BoolArray:
    """Return (m,) whether each triangle of a scan is floor: level, and at the floor's height.

    Args:
        points: (n, 3) all vertices of the scan.
        triangles: (m, 3) rows of `points`.

    Raises:
        DegenerateGeometry: the scan shows no floor.
    """
    at_floor = np.abs(points[:, 2] - floor_level(points)) < _FLOOR_DEPTH
    rows = np.flatnonzero(at_floor[triangles].all(axis=1))
    a, b, c = points[triangles[rows].T]
    normals = np.cross(b - a, c - a)
    steepness = np.abs(normals[:, 2])
    is_floor = np.zeros(len(triangles), dtype=np.bool_)
    is_floor[rows] = (steepness > 0) & (steepness >= _FLOOR_STEEPEST * np.linalg.norm(normals, axis=1))
    return is_floor


@dataclass(frozen=True, eq=False)
class FreeSpace:
    """The places where a body can stand, as cells of a square grid on the ground plane.

    Attributes:
        corner: (2,) the grid's lowest x and y.
        cell: side of a cell.
        free: (columns, rows) whether each cell is free. Columns go along x, rows along y.
        level: height of the floor.
        obstacles: (m, 3) the points that block a body: x, y, and height above the floor.
    """

    corner: Array
    cell: float
    free: BoolArray
    level: float
    obstacles: Array

    @cached_property
    def places(self) -> Array:
        """(n, 2) the centres of the free cells."""
        return self.corner + (np.argwhere(self.free) + 0.5) * self.cell

    def cells(self, places: Array) -> tuple[IntArray, IntArray]:
        """Return column and row of the cells that contain places (n, 2).

        For places outside, it is the nearest cell.
        """
        found = np.floor((places - self.corner) / self.cell).astype(np.int64)
        columns, rows = found.clip(0, np.array(self.free.shape) - 1).T
        return columns, rows

    def counts(self, places: Array) -> IntArray:
        """Return (columns, rows) the number of places (n, 2) in each cell.

        Places outside the grid do not count.
        """
        inside = (
            (places >= self.corner) & (places < self.corner + self.cell * np.array(self.free.shape))
        ).all(axis=1)
        columns, rows = self.cells(places[inside])
        counts = np.bincount(columns * self.free.shape[1] + rows, minlength=self.free.size)
        return counts.reshape(self.free.shape)

    def near(self, places: Array, reach: float) -> BoolArray:
        """Return (columns, rows) which cells are at most `reach` metres from a cell that contains a place.

        Places are (n, 2). Only the grid around them is searched, because a scan may have hundreds of objects.
        """
        taken = self.counts(places) > 0
        near = np.zeros(self.free.shape, dtype=np.bool_)
        if not taken.any():
            return near
        margin = int(np.ceil(min(reach / self.cell, max(self.free.shape)))) + 1
        held = [np.flatnonzero(taken.any(axis=axis)) for axis in (1, 0)]
        around = tuple(slice(max(0, int(at[0]) - margin), int(at[-1]) + margin + 1) for at in held)
        near[around] = scipy.ndimage.distance_transform_edt(~taken[around]) * self.cell <= reach
        return near

    def way(self, start: Array, end: Array) -> Array:
        """Return (k, 2) places on the line from `start` to `end` (2,), up to the first blocked cell."""
        steps = int(np.ceil(float(np.linalg.norm(end - start)) / (self.cell * _STEP))) + 1
        places = start + np.linspace(0, 1, steps)[:, None] * (end - start)
        blocked = np.flatnonzero(~self.free[self.cells(places)])
        return places[: blocked[0]] if len(blocked) else places

    def walls(self, height: float, but: Array) -> BoolArray:
        """Return (columns, rows) which cells contain points of other objects above a height.

        Args:
            height: metres above the floor.
            but: (n, 3) the points of this object among the obstacles.
        """
        above = self.obstacles[self.obstacles[:, 2] > height, :2]
        own = but[but[:, 2] > height, :2]
        return _crowded(np.maximum(self.counts(above) - self.counts(own), 0))

    def sees(self, places: Array, targets: Array, walls: BoolArray, *, short_of: float) -> BoolArray:
        """Return (n,) whether there is no wall between each place and its target. Both are (n, 2).

        The last `short_of` metres before the target are not checked, because a picture on a wall is in the
        same cell as the wall.
        """
        ways = targets - places
        lengths = np.linalg.norm(ways, axis=1)
        shares = 1 - np.minimum(short_of / np.maximum(lengths, 1e-9), 1)
        steps = int(np.ceil(lengths.max(initial=0.0) / (self.cell * _STEP))) + 1
        along = np.linspace(0, 1, steps)[:, None, None] * (ways * shares[:, None])
        cells = self.cells((places + along).reshape(-1, 2))
        return np.asarray(~walls[cells].reshape(steps, -1).any(axis=0))


def free_space(points: Array, *, cell: float, lowest: float, highest: float, radius: float) -> FreeSpace:
    """Return the places where an upright body can stand on floor that the scan shows, without contact.

    A place is free only if the scan shows floor there. There are two exceptions. Gaps of up to three cells
    between cells of floor count as floor. And a body may extend beyond the floor if nothing stands there.

    Args:
        points: (n, 3) all vertices of the scan.
        cell: side of the grid's cells, at least the distance between neighbouring vertices.
        lowest, highest: points between these heights above the floor are obstacles. Points below are floor.
        radius: the radius of the body.

    Raises:
        DegenerateGeometry: the scan shows no floor, or the floor extends too far for a scan.
    """
    level = floor_level(points)
    heights = points[:, 2] - level
    is_floor = np.abs(heights) <= lowest
    low, high = points[is_floor, :2].min(axis=0) - _AROUND, points[is_floor, :2].max(axis=0) + _AROUND
    shape = np.ceil((high - low) / cell).astype(np.int64)
    if shape.prod() > _MOST_CELLS:
        raise DegenerateGeometry(f"the floor extends over {high - low} m, which is too far for a scan")
    in_the_way = (heights > lowest) & (heights < highest)
    obstacles = np.column_stack([points[in_the_way, :2], heights[in_the_way]])
    grid = FreeSpace(low, cell, np.zeros(tuple(shape), dtype=np.bool_), level, obstacles)
    free = scipy.ndimage.binary_closing(
        grid.counts(points[is_floor, :2]) > 0, np.ones((3, 3), dtype=np.bool_)
    )
    blocked = _crowded(grid.counts(obstacles[:, :2]))
    if blocked.any():
        # Points in two cells may be nearer to each other than the cells' centres, by at most a diagonal of a
        # cell.
        free &= scipy.ndimage.distance_transform_edt(~blocked) * cell >= radius + np.sqrt(2) * cell
    return replace(grid, free=free)


def _crowded(counts: IntArray) -> BoolArray:
    """Return (columns, rows) which cells have points that are not noise.

    A cell and its neighbours must have enough points together.
    """
    in_columns = np.pad(counts, ((1, 1), (0, 0)))
    in_columns = in_columns[:-2] + in_columns[1:-1] + in_columns[2:]
    around = np.pad(in_columns, ((0, 0), (1, 1)))
    around = around[:, :-2] + around[:, 1:-1] + around[:, 2:]
    return np.asarray((counts > 0) & (around >= _FEWEST))
