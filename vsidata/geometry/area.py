"""Three methods for the area of a room from the points of its scan.

Each is an alpha shape on the ground plane.

An alpha shape is the union of the Delaunay triangles that fit into a circle of radius 1 / alpha.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import scipy
from numpy.random import Generator
from numpy.typing import NDArray

from vsidata.errors import DegenerateGeometry
from vsidata.geometry.outline import Ring, outline
from vsidata.geometry.sampling import points_on_large_triangles
from vsidata.scene import Array, IntArray

# Side of the cells for extreme points, in radii of the alpha shape's disc.
_EXTREMES_CELL = 1 / 16
# Directions in which the extreme point of each cell is kept.
_EXTREMES_ANGLES = np.arange(8) * np.pi / 8

# No scan of rooms has more cells (200 by 200 m in cells of 10 cm). Their counts take 130 MB.
_MOST_CELLS = 1 << 22


@dataclass(frozen=True, eq=False)
class FloorShape:
    """A part of the ground plane.

    Attributes:
        points: (n, 2) metres.
        triangles: (m, 3) rows of `points`, counter-clockwise. The part is the union of these triangles.
        area: square metres.
    """

    points: Array
    triangles: IntArray
    area: float

    @cached_property
    def outline(self) -> tuple[Ring, ...]:
        """The edge of the part, as `vsidata.geometry.outline.outline` returns it.

        The rings enclose `area`, without the holes.
        """
        return outline(self.points, self.triangles)


def floor_shape(
    points: Array, triangles: IntArray | None = None, *, alpha: float, cell: float, min_density: float
) -> FloorShape:
    """Return the floor that a scan shows. It is robust against stray points and small parts of other rooms.

    First, the points in each square cell are replaced by their mean, so that a noisy wall becomes thin. Cells
    along the outline are half as wide. Cells with few points, or with few points around them, are left out.
    If triangles have vertices further apart than a cell, points on them are added. Then the alpha shape of
    all these points is computed, and its holes under furniture are filled.

    Args:
        points: (n, 2) or (n, 3) all vertices of the scan, metres, room frame; z is ignored.
        triangles: (m, 3) rows of `points`; None if they are unknown.
        alpha: per metre.
        cell: metres.
        min_density: smallest number of points, as a share of the lower quartile over all non-empty cells. It
            applies to each cell, and to the mean of the cell and its eight neighbours. The lower quartile is
            the number of points on bare floor, which has the fewest points in a room.

    Raises:
        DegenerateGeometry: the remaining points enclose no area.
    """
    plan = _on_ground(points)
    averaged = _thinned(plan, cell, min_density)
    if triangles is not None:
        averaged = np.vstack([averaged, points_on_large_triangles(plan, triangles, cell)])
    return _filled(averaged, alpha)


def vsibench_shape(points: Array, rng: Generator, *, alpha: float, samples: int) -> FloorShape:
    """Return an alpha shape of a sample of the vertices.

    A public derivative of VSI-Bench measures rooms in this way.

    The sample is drawn with replacement and holes are filled, as in that code and the `alphashape` package.

    Args:
        points: (n, 2) or (n, 3) all vertices of the scan, metres; z is ignored.
        rng: the generator that draws the sample.
        alpha: per metre.
        samples: how many points to draw.

    Raises:
        DegenerateGeometry: the sample encloses no area.
    """
    return _filled(_on_ground(points)[rng.integers(len(points), size=samples)], alpha)


def vsi100k_shape(points: Array, *, alpha: float) -> FloorShape:
    """Return an alpha shape of all vertices with a disc larger than most rooms: nearly the convex hull.

    Points that such a disc cannot touch do not matter. They are left out first. So this takes a fortieth of
    the time of `alpha_shape`.

    Args:
        points: (n, 2) or (n, 3) all vertices of the scan, metres; z is ignored.
        alpha: per metre.

    Raises:
        DegenerateGeometry: the points enclose no area.
    """
    return alpha_shape(_extremes(_on_ground(points), cell=_EXTREMES_CELL / alpha), alpha)


def alpha_shape(points: Array, alpha: float) -> FloorShape:
    """Return the alpha shape of points (n, 2) in metres. `alpha` is per metre.

    Raises:
        DegenerateGeometry: fewer than three points, or all on one line.
    """
    triangulation, areas, inside = _triangulated(points, alpha)
    return _shape(triangulation, areas, inside)


def _filled(points: Array, alpha: float) -> FloorShape:
    """Return the alpha shape of points (n, 2), with its holes filled."""
    triangulation, areas, inside = _triangulated(points, alpha)
    return _shape(triangulation, areas, ~_around(triangulation, inside))


def _shape(triangulation: "scipy.spatial.Delaunay", areas: Array, chosen: NDArray[np.bool_]) -> FloorShape:
    triangles = triangulation.simplices[chosen].astype(np.int64)
    return FloorShape(triangulation.points, triangles, float(areas[chosen].sum()))


def _triangulated(points: Array, alpha: float) -> tuple["scipy.spatial.Delaunay", Array, NDArray[np.bool_]]:
    """Triangulate points (n, 2).

    Return the Delaunay triangulation, the areas (m,) of its triangles, and (m,) whether each triangle is in
    the alpha shape.
    """
    try:
        triangulation = scipy.spatial.Delaunay(points)
    except (
        scipy.spatial.QhullError,
        ValueError,
    ) as error:  # ValueError: there are no points, or a point is not finite
        raise DegenerateGeometry(f"{len(points)} points enclose no area") from error
    a, b, c = points[triangulation.simplices.T]
    ab, bc, ca = b - a, c - b, a - c
    areas = np.abs(ab[:, 0] * ca[:, 1] - ab[:, 1] * ca[:, 0]) / 2
    sides = np.hypot(*ab.T) * np.hypot(*bc.T) * np.hypot(*ca.T)
    return triangulation, areas, sides * alpha < 4 * areas  # the circumradius is sides / (4 * area)


def _around(triangulation: "scipy.spatial.Delaunay", inside: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return (m,) whether each triangle is outside a shape and its holes.

    Such triangles are connected to the outside of the hull.
    """
    count = len(inside)
    beyond = np.append(~inside, True)  # the last entry is the outside of the hull: neighbour -1
    triangle, neighbour = np.repeat(np.arange(count), 3), triangulation.neighbors.ravel()
    joined = beyond[triangle] & beyond[neighbour]
    ends = (triangle[joined], neighbour[joined] % (count + 1))
    graph = scipy.sparse.coo_array((np.ones(len(ends[0])), ends), shape=(count + 1, count + 1))
    parts = scipy.sparse.csgraph.connected_components(graph, directed=False)[1]
    return np.asarray(parts[:-1] == parts[-1])


def _on_ground(points: Array) -> Array:
    """Return (n, 2) the points without their heights."""
    if not len(points) or not np.isfinite(points).all():
        raise DegenerateGeometry(
            f"the points enclose no area, because they are not all finite: {len(points)}"
        )
    return points[:, :2]


def _cells(points: Array, cell: float) -> tuple[IntArray, tuple[int, int]]:
    """Return (n,) the index of each point's square cell, and the numbers of rows and columns.

    Cells are numbered row by row. Points are (n, 2).
    """
    # One column at a time, because numpy is slow at reducing rows of two.
    corner = np.array([along.min() for along in points.T])
    size = np.array([along.max() for along in points.T]) - corner
    rows, columns = (int(count) + 1 for count in size / cell)
    if rows * columns > _MOST_CELLS:
        raise DegenerateGeometry(
            f"the points extend over {size[0]:.0f} by {size[1]:.0f} m, which is too far for a scan"
        )
    row, column = ((points - corner) / cell).astype(np.int64).T
    return row * columns + column, (rows, columns)


def _thinned(points: Array, cell: float, min_density: float) -> Array:
    """Return (k, 2) the means of points (n, 2) in each cell.

    Cells with too few points, alone or with their neighbours, are left out.
    """
    cells, shape = _cells(points, cell)
    counts = np.bincount(cells, minlength=shape[0] * shape[1]).reshape(shape)
    around = scipy.ndimage.uniform_filter(counts.astype(np.float64), size=3, mode="constant")
    enough = min_density * np.quantile(counts[counts > 0], 0.25)
    dense = (counts > 0) & (counts >= enough) & (around >= enough)
    inner = scipy.ndimage.binary_erosion(dense, np.ones((3, 3), dtype=bool))
    parts = ((inner, cell), (dense & ~inner, cell / 2))
    return np.vstack([_means(points[part.ravel()[cells]], side) for part, side in parts])


def _means(points: Array, cell: float) -> Array:
    """Return (k, 2) the mean of points (n, 2) in each non-empty cell."""
    if not len(points):
        return points
    cells, _ = _cells(points, cell)
    counts = np.bincount(cells)
    sums = [np.bincount(cells, along)[counts > 0] for along in points.T]
    return np.column_stack(sums) / counts[counts > 0, None]


def _extremes(points: Array, cell: float) -> Array:
    """Return the extreme points of each cell, from points (n, 2).

    A disc much larger than a cell can touch only these.
    """
    cells, _ = _cells(points, cell)
    order = np.argsort(cells, kind="stable")
    points, starts = points[order], np.flatnonzero(np.diff(cells[order], prepend=-1))
    counts = np.diff(starts, append=len(points))
    keep = np.zeros(len(points), dtype=bool)
    for angle in _EXTREMES_ANGLES:
        along = points @ (np.cos(angle), np.sin(angle))
        keep |= along == np.repeat(np.maximum.reduceat(along, starts), counts)
        keep |= along == np.repeat(np.minimum.reduceat(along, starts), counts)
    return points[keep]
