"""The floor of a scan and the free space on it, in rooms of known shape."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.ndimage import convolve

from vsidata.errors import DegenerateGeometry
from vsidata.geometry.free_space import FreeSpace, _crowded, floor_level, floor_triangles, free_space
from vsidata.scene import Array

CELL, RADIUS = 0.05, 0.2


def sheet(low: tuple[float, float, float], high: tuple[float, float, float], step: float = 0.04) -> Array:
    """Return (n, 3) a grid of points in an axis-aligned rectangle or box."""
    steps = [
        np.linspace(a, b, max(2, round((b - a) / step) + 1)) if b > a else [a]
        for a, b in zip(low, high, strict=True)
    ]
    return np.stack(np.meshgrid(*steps), axis=-1).reshape(-1, 3)


def shell(low: tuple[float, float, float], high: tuple[float, float, float]) -> Array:
    """Return (n, 3) points on the sides and the top of a box."""
    (a, b, c), (d, e, f) = low, high
    sides = [((a, b, c), (a, e, f)), ((d, b, c), (d, e, f)), ((a, b, c), (d, b, f)), ((a, e, c), (d, e, f))]
    return np.concatenate([sheet(*side) for side in [*sides, ((a, b, f), (d, e, f))]])


def walls(width: float, depth: float, height: float = 2.5) -> Array:
    return shell((0, 0, 0), (width, depth, height))[: -len(sheet((0, 0, height), (width, depth, height)))]


def walkable(points: Array) -> FreeSpace:
    return free_space(points, cell=CELL, lowest=0.1, highest=1.8, radius=RADIUS)


ROOM = np.concatenate([sheet((0, 0, 0), (5, 4, 0)), walls(5, 4)])


@given(st.floats(-50, 50), st.floats(0, 0.01), st.integers(0, 99))
def test_floor_is_found_at_any_height_beneath_furniture_and_ceiling(
    level: float, noise: float, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    table, ceiling = sheet((1, 1, 0.75), (3, 2.5, 0.75)), sheet((0, 0, 2.5), (5, 4, 2.5), step=0.02)
    strays = rng.uniform((0, 0, -3), (5, 4, 0), (20, 3))
    points = np.concatenate([ROOM, table, ceiling, strays])
    points[:, 2] += level + rng.normal(0, noise, len(points))
    assert floor_level(points) == pytest.approx(level, abs=0.015)


def test_only_level_triangles_at_the_floors_height_are_floor() -> None:
    points = np.array(
        [[0, 0, 0], [1, 0, 0.02], [0, 1, 0], [0, 0, 0.09], [0, 0, 0.7], [1, 0, 0.7], [0, 1, 0.7]]
    )
    points = np.concatenate([points, sheet((0, 0, 0), (5, 4, 0))])
    triangles = np.array([[0, 1, 2], [0, 2, 1], [0, 1, 3], [4, 5, 6], [0, 1, 1]])
    assert floor_triangles(points, triangles).tolist() == [True, True, False, False, False]


def test_empty_room_is_free_except_along_the_walls() -> None:
    free = walkable(ROOM)
    x, y = free.places.T
    assert min(x.min(), y.min(), 5 - x.max(), 4 - y.max()) >= RADIUS
    # On each side, at most three cell diagonals are lost in addition to the radius.
    rim = RADIUS + 3 * math.sqrt(2) * CELL
    assert free.free.sum() * CELL**2 > (5 - 2 * rim) * (4 - 2 * rim)


@given(st.floats(1, 3), st.floats(1, 2), st.floats(0.05, 1), st.floats(0.05, 1), st.floats(0.2, 1.5))
def test_free_space_is_at_least_a_bodys_radius_from_furniture(
    x: float, y: float, width: float, depth: float, height: float
) -> None:
    free = walkable(np.concatenate([ROOM, shell((x, y, 0), (x + width, y + depth, height))]))
    away = np.maximum(np.maximum([x, y] - free.places, free.places - [x + width, y + depth]), 0)
    inside = (np.abs(free.places - [x + width / 2, y + depth / 2]) < [width / 2, depth / 2]).all(axis=1)
    # Points of the furniture are 4 cm apart. Between two of them, a body can get 1 mm nearer.
    assert np.linalg.norm(away[~inside], axis=1).min() >= RADIUS - 0.001
    # Furniture is hollow here. Floor inside is free only if the hollow is wider than a body.
    assert not inside.any() or min(width, depth) > 2 * RADIUS


@pytest.mark.parametrize(
    ("low", "high", "is_in_the_way"),
    [
        ((2, 1, 0.02), (3, 3, 0.05), False),  # a rug
        ((2, 1, 1.9), (3, 3, 2.1), False),  # a lamp
        ((2, 1, 0.7), (3, 3, 0.75), True),  # a table's top
        ((2, 1, 0.02), (3, 3, 0.3), True),  # a step
    ],
    ids=["rug", "lamp", "table", "step"],
)
def test_only_objects_between_step_height_and_head_height_are_in_the_way(
    low: tuple[float, float, float], high: tuple[float, float, float], is_in_the_way: bool
) -> None:
    free = walkable(np.concatenate([ROOM, sheet(low, high)]))
    through = free.way(np.array([0.5, 2.0]), np.array([4.5, 2.0]))
    assert (np.linalg.norm(through[-1] - [4.5, 2.0]) > 0.1) == is_in_the_way


def test_way_is_free_up_to_the_first_obstacle() -> None:
    free = walkable(np.concatenate([ROOM, shell((2, 1, 0), (3, 3, 1))]))
    way = free.way(np.array([0.5, 2.0]), np.array([4.5, 2.0]))
    assert way[0] == pytest.approx([0.5, 2.0])
    assert way[-1] == pytest.approx([2 - RADIUS, 2], abs=3 * CELL)
    assert way[-1][0] <= 2 - RADIUS
    assert free.way(np.array([0.5, 0.5]), np.array([4.5, 0.5]))[-1] == pytest.approx([4.5, 0.5])


def test_floor_that_the_scan_does_not_show_is_not_free() -> None:
    hole = (np.abs(ROOM[:, :2] - [2.5, 2]) < 0.6).all(axis=1) & (ROOM[:, 2] == 0)
    free = walkable(ROOM[~hole])
    assert not (np.abs(free.places - [2.5, 2]) < 0.5).all(axis=1).any()


def test_single_missing_floor_points_and_single_stray_points_do_not_matter() -> None:
    rng = np.random.default_rng(0)
    thinned = ROOM[(rng.random(len(ROOM)) > 0.02) | (ROOM[:, 2] > 0)]
    strays = np.array([[1.0, 1, 0.5], [3, 2, 1.2], [4, 3, 0.3]])
    whole, worn = walkable(ROOM), walkable(np.concatenate([thinned, strays]))
    assert worn.free.sum() == pytest.approx(whole.free.sum(), rel=0.01)


@pytest.mark.parametrize("reach", [0.0, 0.3, 1.0, 2.5, 1e300])
def test_near_cells_are_those_within_reach_of_the_nearest_place(reach: float) -> None:
    free = walkable(ROOM)
    near = free.near(np.array([[1.0, 1.0], [4.0, 3.0]]), reach)
    at = free.places
    nearest = np.minimum(np.linalg.norm(at - [1, 1], axis=1), np.linalg.norm(at - [4, 3], axis=1))
    found = near[free.cells(at)]
    assert found[nearest <= reach - math.sqrt(2) * CELL].all()
    assert not found[nearest > reach + math.sqrt(2) * CELL].any()


def test_no_cell_is_near_places_outside_the_grid() -> None:
    assert not walkable(ROOM).near(np.array([[1000.0, 1000.0]]), 5.0).any()


def test_points_that_show_no_floor_are_refused() -> None:
    with pytest.raises(DegenerateGeometry):
        walkable(np.empty((0, 3)))
    with pytest.raises(DegenerateGeometry):
        walkable(np.concatenate([ROOM, np.add(ROOM, (0, 0, 5000))]))
    with pytest.raises(DegenerateGeometry):
        walkable(np.concatenate([ROOM, np.add(ROOM, (5000, 5000, 0))]))


@given(st.integers(0, 2**32 - 1))
def test_crowded_cells_agree_with_a_convolution(seed: int) -> None:
    rng = np.random.default_rng(seed)
    counts = rng.integers(0, 3, rng.integers(1, 8, 2)) * rng.integers(0, 2, 1)
    around = convolve(counts, np.ones((3, 3), dtype=np.int64), mode="constant")
    assert np.array_equal(_crowded(counts), (counts > 0) & (around >= 3))
