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

# Heights are counted in layers of this thickness. A floor lies within two of them.
_LAYER = 0.025
# More layers than any scan has: 2 km.
_MOST_LAYERS = 80_000
# The floor is the lowest layer with at least this share of the points in the fullest one. A ceiling or a
# large table may have more points than the floor between the furniture; a layer of wall has a twentieth.
_FLOOR_SHARE = 0.25

# How far the floor's surface may be from its level, and how steep it may be: noise, thresholds, rugs.
_FLOOR_DEPTH = 0.1
_FLOOR_STEEPEST = 0.8  # cosine of 37°

# The grid extends this far beyond the floor, in metres. Objects further away block no path.
_AROUND = 1.0
# A cell is blocked if it and its eight neighbours have this many points: a chair's leg has ten, noise one.
_FEWEST = 3
# Lines are sampled in steps of this many cells, so that they cannot cut more than a cell's corner.
_STEP = 0.5
# More cells than any scan of rooms has: 100 by 100 m in cells of 5 cm.
_MOST_CELLS = 1 << 22


def floor_level(points: Array) -> float:
    """Height of the floor: the height of the lowest layer with many points of the scan.

    Args:
        points: (n, 3) all vertices of the scan.

    Raises:
        DegenerateGeometry: there are no points, or they are spread too far for a scan.
    """
    heights = points[:, 2]
    if not len(heights) or not np.ptp(heights) < _MOST_LAYERS * _LAYER:
        raise DegenerateGeometry(f"{len(points)} points show no floor")
    lowest = heights.min()
    counts = np.bincount(((heights - lowest) / _LAYER).astype(np.int64))
    pairs = counts + np.append(counts[1:], 0)  # for a floor on the boundary of two layers
    first = int(np.argmax(pairs >= _FLOOR_SHARE * pairs.max()))
    fullest = first + int(
        np.argmax(pairs[first : first + 3])
    )  # the first pair may only partly contain the floor
    bottom = lowest + fullest * _LAYER
    return float(np.median(heights[(heights >= bottom) & (heights < bottom + 2 * _LAYER)]))


def floor_triangles(points: Array, triangles: IntArray) -> BoolArray:
    """(m,) mask of the triangles of a scan that are floor: level, and at the floor's height.

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
    """The places where a body can stand, as a grid of square cells on the ground plane.

    Attributes:
        corner: (2,) the grid's lowest x and y.
        cell: side of a cell.
        free: (columns, rows) mask of the free cells, by x and y.
        level: height of the floor.
        obstacles: (m, 3) points that block a body: x, y, and height above the floor.
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
        """Column and row of the cells that contain places (n, 2); the nearest cell for places outside."""
        found = np.floor((places - self.corner) / self.cell).astype(np.int64)
        columns, rows = found.clip(0, np.array(self.free.shape) - 1).T
        return columns, rows

    def counts(self, places: Array) -> IntArray:
        """(columns, rows) number of places (n, 2) in each cell; those outside the grid are left out."""
        inside = (
            (places >= self.corner) & (places < self.corner + self.cell * np.array(self.free.shape))
        ).all(axis=1)
        columns, rows = self.cells(places[inside])
        counts = np.bincount(columns * self.free.shape[1] + rows, minlength=self.free.size)
        return counts.reshape(self.free.shape)

    def near(self, places: Array, reach: float) -> BoolArray:
        """(columns, rows) mask of the cells within reach, in metres, of a cell with one of places (n, 2).

        Only the part of the grid around the places is searched: a rich scan has hundreds of objects.
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
        """(k, 2) places on the straight line from start towards end (2,), up to the first blocked cell."""
        steps = int(np.ceil(float(np.linalg.norm(end - start)) / (self.cell * _STEP))) + 1
        places = start + np.linspace(0, 1, steps)[:, None] * (end - start)
        blocked = np.flatnonzero(~self.free[self.cells(places)])
        return places[: blocked[0]] if len(blocked) else places

    def walls(self, height: float, but: Array) -> BoolArray:
        """(columns, rows) mask of the cells with points above a height that belong to other objects.

        Args:
            height: metres above the floor.
            but: (n, 3) the object's own points among the obstacles.
        """
        above = self.obstacles[self.obstacles[:, 2] > height, :2]
        own = but[but[:, 2] > height, :2]
        return _crowded(np.maximum(self.counts(above) - self.counts(own), 0))

    def sees(self, places: Array, targets: Array, walls: BoolArray, *, short_of: float) -> BoolArray:
        """(n,) true where there is no wall between place and target, each (n, 2).

        The last `short_of` metres before the target are not checked: a picture on a wall is in the same
        cell as the wall.
        """
        ways = targets - places
        lengths = np.linalg.norm(ways, axis=1)
        shares = 1 - np.minimum(short_of / np.maximum(lengths, 1e-9), 1)
        steps = int(np.ceil(lengths.max(initial=0.0) / (self.cell * _STEP))) + 1
        along = np.linspace(0, 1, steps)[:, None, None] * (ways * shares[:, None])
        cells = self.cells((places + along).reshape(-1, 2))
        return np.asarray(~walls[cells].reshape(steps, -1).any(axis=0))


def free_space(points: Array, *, cell: float, lowest: float, highest: float, radius: float) -> FreeSpace:
    """The places where an upright body can stand: on floor that the scan shows, without contact.

    Only what the scan shows as floor is free, with two exceptions: gaps of up to three cells between floor
    are floor, and a body may extend beyond the floor if nothing stands there.

    Args:
        points: (n, 3) all vertices of the scan.
        cell: side of the grid's cells, at least the distance between neighbouring vertices.
        lowest, highest: points between these heights above the floor are obstacles; points below are floor.
        radius: the radius of the body.

    Raises:
        DegenerateGeometry: the scan shows no floor, or spreads too far for a scan.
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
        # Points of two cells can be nearer to each other than the centres, by at most a diagonal.
        free &= scipy.ndimage.distance_transform_edt(~blocked) * cell >= radius + np.sqrt(2) * cell
    return replace(grid, free=free)


def _crowded(counts: IntArray) -> BoolArray:
    """(columns, rows) mask of the cells with points that are not noise: enough with those around them."""
    in_columns = np.pad(counts, ((1, 1), (0, 0)))
    in_columns = in_columns[:-2] + in_columns[1:-1] + in_columns[2:]
    around = np.pad(in_columns, ((0, 0), (1, 1)))
    around = around[:, :-2] + around[:, 1:-1] + around[:, 2:]
    return np.asarray((counts > 0) & (around >= _FEWEST))
