"""Areas agree with floor plans of known area, and alpha shapes with shapely."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.random import Generator
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from vsidata.errors import DegenerateGeometry
from vsidata.geometry.area import FloorShape, alpha_shape, floor_shape, vsi100k_shape, vsibench_shape
from vsidata.geometry.outline import signed_area
from vsidata.measuring.measure import measure
from vsidata.scene import Array, IntArray, Scene
from vsidata.topics.rule_set import load_rules

Rectangle = tuple[float, float, float, float]  # x0, y0, x1, y1

FLOOR = {"alpha": 2.0, "cell": 0.1, "min_density": 0.8}
VSIBENCH = {"alpha": 5.0, "samples": 10_000}
VSI100K = {"alpha": 0.12}

HEIGHT = 2.4
SPACING = 0.035  # between vertices, metres


def alpha_shape_area(points: Array, alpha: float) -> float:
    return checked(alpha_shape(points, alpha))


def floor_area(points: Array, **constants: float) -> float:
    return checked(floor_shape(points, **constants))


def vsibench_area(points: Array, rng: Generator, *, alpha: float, samples: int) -> float:
    return checked(vsibench_shape(points, rng, alpha=alpha, samples=samples))


def vsi100k_area(points: Array, *, alpha: float) -> float:
    return checked(vsi100k_shape(points, alpha=alpha))


def checked(shape: FloorShape) -> float:
    """Return the area of a shape. It must be the area inside the outline."""
    assert sum(signed_area(ring) for ring in shape.outline) == pytest.approx(shape.area, abs=1e-9)
    return shape.area


def within(points: Array, rectangles: list[Rectangle]) -> NDArray[np.bool_]:
    x, y = points[:, 0], points[:, 1]
    return np.any([(x0 <= x) & (x <= x1) & (y0 <= y) & (y <= y1) for x0, y0, x1, y1 in rectangles], axis=0)


def strewn(rectangle: Rectangle, height: float, rng: Generator, density: float = 1.0) -> Array:
    """Return points all over a level rectangle."""
    x0, y0, x1, y1 = rectangle
    count = round((x1 - x0) * (y1 - y0) / SPACING**2 * density)
    return rng.uniform((x0, y0, height), (x1, y1, height), (count, 3))


def upright(rectangle: Rectangle, top: float, rng: Generator) -> Array:
    """Return points all over the four sides of an object with a rectangular base."""
    x0, y0, x1, y1 = rectangle
    corners = np.array([(x0, y0), (x1, y0), (x1, y1), (x0, y1)])
    sides = []
    for a, b in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        along = rng.random((round(np.linalg.norm(b - a) * top / SPACING**2), 1))
        sides.append(np.hstack([a + along * (b - a), rng.uniform(0, top, along.shape)]))
    return np.vstack(sides)


def plan(kind: str, rng: Generator) -> tuple[list[Rectangle], float]:
    """Return the rectangles of a floor and their total area. The first rectangle is a room."""
    w, d = rng.uniform(3.0, 7.0, 2)
    if kind == "rectangle":
        return [(0, 0, w, d)], w * d
    if kind == "L":
        return [(0, 0, w, d / 2), (0, 0, w / 2, d)], 0.75 * w * d
    if kind == "T":
        return [(0, 0, w, d / 2), (0.3 * w, 0, 0.7 * w, d)], 0.7 * w * d
    other = rng.uniform(2.5, 5.0)  # two rooms with a wall of 12 cm between them and a doorway in it
    return [
        (0, 0, w, d),
        (w + 0.12, 0, w + 0.12 + other, d),
        (w, 0.5, w + 0.12, 1.4),
    ], w * d + other * d + 0.108


def scanned_room(kind: str, seed: int, flaws: bool = True) -> tuple[Array, float]:
    """Return the vertices of a scan of furnished rooms, which is turned, and the area of their floors.

    With flaws, the floor under furniture and the wall behind it are missing. There is noise of 3 mm. Stray
    points are up to a metre beyond the walls. A few points show a wedge of the floor beyond an open door.
    """
    rng = np.random.default_rng((seed, *kind.encode()))
    rooms, area = plan(kind, rng)
    floor = np.vstack([strewn(room, 0.0, rng) for room in rooms])
    walls = np.vstack([upright(room, HEIGHT, rng) for room in rooms])
    inner = [(x0 + 0.01, y0 + 0.01, x1 - 0.01, y1 - 0.01) for x0, y0, x1, y1 in rooms]
    parts = []
    if flaws:
        for _ in range(round(area / 4)):
            x0, y0, x1, y1 = rooms[rng.integers(min(2, len(rooms)))]
            width, depth, height = rng.uniform((0.4, 0.4, 0.4), (1.8, 0.8, 2.0))
            x, y = (
                rng.uniform((x0, y0), (x1 - width, y1 - depth))
                if rng.random() < 0.5
                else (x1 - width, y1 - depth)
            )
            item = (x, y, x + width, y + depth)
            behind = (x - 0.02, y - 0.02, x + width + 0.02, y + depth + 0.02)
            floor = floor[~within(floor, [item])]
            walls = walls[~(within(walls, [behind]) & (walls[:, 2] < height))]
            parts += [upright(item, height, rng)] + ([strewn(item, height, rng)] if height < 1.5 else [])
        x0, y0, _, _ = rooms[0]
        depth = rng.uniform(0.5, 1.5)
        beyond = strewn((x0 - depth, y0 + 0.2, x0 - 0.1, y0 + 2.6), 0.0, rng, density=0.2)
        parts.append(beyond[np.abs(beyond[:, 1] - y0 - 1.4) < 0.45 + 0.4 * (x0 - beyond[:, 0])])
    open_walls = ~within(walls, inner)
    points = np.vstack([floor, walls[open_walls], *parts])
    if flaws:
        points += rng.normal(0, 0.003, points.shape)
        low, high = points.min(axis=0) - 1, points.max(axis=0) + 1
        points = np.vstack([points, rng.uniform(low, high, (len(points) // 400, 3))])
    turn = Rotation.from_rotvec([0, 0, rng.uniform(0, 6)])
    return turn.apply(points) + rng.uniform(-30, 30, 3), area


# --- alpha shapes


@settings(max_examples=30)
@given(seed=st.integers(0, 2**32 - 1), alpha=st.floats(0.3, 8))
def test_alpha_shape_is_the_union_of_the_delaunay_triangles_that_fit_the_circle(seed, alpha):
    shapely = pytest.importorskip("shapely")
    points = np.random.default_rng(seed).uniform(0, 3, (120, 2))
    triangles = shapely.get_parts(shapely.delaunay_triangles(shapely.MultiPoint(points)))
    # A triangle fits into a circle if the circle through its corners is not larger.
    a, b, c = (shapely.get_coordinates(triangles).reshape(-1, 4, 2)[:, k] for k in range(3))
    sides = [np.linalg.norm(p - q, axis=1) for p, q in ((a, b), (b, c), (c, a))]
    radius = np.prod(sides, axis=0) / (4 * shapely.area(triangles))
    union = shapely.union_all(triangles[radius < 1 / alpha])
    assert alpha_shape_area(points, alpha) == pytest.approx(union.area, rel=1e-6, abs=1e-9)


def test_small_alpha_gives_the_convex_hull():
    shapely = pytest.importorskip("shapely")
    points = np.random.default_rng(1).normal(size=(500, 2))
    assert alpha_shape_area(points, 1e-9) == pytest.approx(shapely.MultiPoint(points).convex_hull.area)


def test_three_points_enclose_their_triangle_or_nothing():
    triangle = np.array([[0.0, 0], [3, 0], [0, 4]])  # circumradius 2.5
    assert alpha_shape_area(triangle, 1 / 2.51) == pytest.approx(6.0)
    assert alpha_shape_area(triangle, 1 / 2.49) == 0.0


def grid(width: float, depth: float, spacing: float) -> Array:
    x, y = np.meshgrid(np.arange(0, width + 1e-9, spacing), np.arange(0, depth + 1e-9, spacing))
    return np.column_stack([x.ravel(), y.ravel()])


def test_alpha_shape_of_a_dense_grid_is_its_rectangle():
    assert alpha_shape_area(grid(4, 3, 0.1), 5.0) == pytest.approx(12.0)


def test_alpha_shape_has_holes_and_the_room_methods_fill_them():
    points = grid(4, 3, 0.1)
    around = points[
        ~within(points, [(1.05, 1.05, 1.95, 1.95)])
    ]  # a hole of 1 m²; no disc reaches its corners
    assert 11.0 < alpha_shape_area(around, 5.0) < 11.1
    assert floor_area(np.repeat(around, 5, axis=0), alpha=5.0, cell=0.1, min_density=0.2) == pytest.approx(
        12, rel=0.03
    )
    sample = vsibench_area(around, np.random.default_rng(0), alpha=5.0, samples=50_000)
    assert sample == pytest.approx(12.0)


@given(seed=st.integers(0, 2**32 - 1), scale=st.floats(0.01, 100))
def test_alpha_shape_of_scaled_points_is_scaled(seed, scale):
    points = np.random.default_rng(seed).uniform(0, 2, (60, 2))
    area = alpha_shape_area(points, 1.37)
    assert alpha_shape_area(points * scale, 1.37 / scale) == pytest.approx(scale**2 * area, rel=1e-6)


# --- rooms


@pytest.fixture(scope="module")
def rooms() -> list[tuple[Array, float]]:
    return [scanned_room(kind, seed) for kind in ("rectangle", "L", "T", "rooms") for seed in range(8)]


def test_floor_is_that_of_the_plan_despite_stray_points_open_doors_and_missing_floor(rooms):
    errors = [abs(floor_area(points, **FLOOR) / area - 1) for points, area in rooms]
    assert np.median(errors) < 0.03
    assert np.percentile(errors, 95) < 0.08


def test_floor_of_a_flawless_scan_is_exact_except_for_the_rounding_of_inner_corners():
    for kind, slack in (("rectangle", 0.01), ("L", 0.02), ("T", 0.03), ("rooms", 0.02)):
        points, area = scanned_room(kind, 1, flaws=False)
        assert floor_area(points, **FLOOR) == pytest.approx(area, rel=slack)


def test_floor_does_not_depend_on_the_order_of_the_points():
    points, _ = scanned_room("L", 3)
    shuffled = points[np.random.default_rng(0).permutation(len(points))]
    assert floor_area(shuffled, **FLOOR) == pytest.approx(floor_area(points, **FLOOR), rel=1e-9)


def test_floor_hardly_changes_when_the_room_turns():
    points, _ = scanned_room("T", 5)
    areas = [
        floor_area(Rotation.from_rotvec([0, 0, turn]).apply(points), **FLOOR) for turn in (0, 0.4, 1.0, 2.2)
    ]
    assert np.ptp(areas) < 0.02 * np.mean(areas)


def test_vsibench_draws_the_same_sample_from_the_same_seed():
    points, area = scanned_room("rectangle", 2, flaws=False)
    first, again = (vsibench_area(points, np.random.default_rng(7), **VSIBENCH) for _ in range(2))
    assert first == again
    assert first == pytest.approx(area, rel=0.03)


def test_vsi100k_is_the_alpha_shape_of_all_points():
    for kind, flaws in (("L", True), ("T", True)):
        points, _ = scanned_room(kind, 4, flaws)
        points = points[::4]
        assert vsi100k_area(points, **VSI100K) == pytest.approx(
            alpha_shape_area(points[:, :2], 0.12), rel=1e-3
        )


def test_heights_do_not_matter():
    points, _ = scanned_room("rectangle", 6)
    flat = points * [1, 1, 0]
    assert floor_area(points, **FLOOR) == floor_area(flat, **FLOOR) == floor_area(points[:, :2], **FLOOR)
    assert vsi100k_area(points, **VSI100K) == vsi100k_area(flat, **VSI100K)


METHODS = pytest.mark.parametrize(
    "measure",
    [
        lambda points: floor_area(points, **FLOOR),
        lambda points: vsibench_area(points, np.random.default_rng(0), **VSIBENCH),
        lambda points: vsi100k_area(points, **VSI100K),
    ],
    ids=["floor", "vsibench", "vsi100k"],
)


@METHODS
@pytest.mark.parametrize(
    "points",
    [
        np.zeros((0, 3)),
        np.ones((5, 3)),
        np.linspace(0, 1, 60)[:, None] * [1.0, 2.0, 0.0],
        np.full((9, 3), np.nan),
    ],
    ids=["none", "one place", "a line", "not numbers"],
)
def test_points_that_enclose_no_area_are_refused(measure, points):
    with pytest.raises(DegenerateGeometry):
        measure(points)


def test_points_kilometres_apart_are_refused_before_memory_is_allocated():
    points = np.vstack([np.random.default_rng(0).random((100, 3)), [[9000.0, 9000.0, 0.0]]])
    with pytest.raises(DegenerateGeometry, match="9000 by 9000 m"):
        floor_area(points, **FLOOR)


# --- sparse meshes


def sheet(start: tuple[float, ...], first: tuple[float, ...], second: tuple[float, ...], counts):
    """Return a rectangle, from a corner along two sides, as a grid of vertices with triangles."""
    along, across = np.meshgrid(*(np.linspace(0, 1, count) for count in counts), indexing="ij")
    points = np.array(start) + along.reshape(-1, 1) * first + across.reshape(-1, 1) * second
    rows = np.arange(len(points)).reshape(counts)
    a, b, c, d = (part.ravel() for part in (rows[:-1, :-1], rows[1:, :-1], rows[1:, 1:], rows[:-1, 1:]))
    return points, np.vstack([np.stack([a, b, c], axis=1), np.stack([a, c, d], axis=1)])


def cuboid(x: float, y: float, width: float, depth: float, height: float, spacing: float):
    """Return the top and the sides of a piece of furniture."""
    across, deep, up = (max(2, round(side / spacing) + 1) for side in (width, depth, height))
    return [
        sheet((x, y, height), (width, 0, 0), (0, depth, 0), (across, deep)),
        *(sheet((x, at, 0), (width, 0, 0), (0, 0, height), (across, up)) for at in (y, y + depth)),
        *(sheet((at, y, 0), (0, depth, 0), (0, 0, height), (deep, up)) for at in (x, x + width)),
    ]


def meshed_room(vertices: int, furniture: float) -> tuple[Array, IntArray]:
    """Return a floor of 4 by 3 m with this number of vertices per side, and three pieces of furniture."""
    parts = [sheet((0, 0, 0), (4, 0, 0), (0, 3, 0), (vertices, vertices))]
    for place in ((0.2, 0.2, 1.5, 0.8, 0.75), (2.5, 1.0, 0.5, 0.5, 0.9), (3.0, 2.2, 0.8, 0.5, 0.4)):
        parts += cuboid(*place, furniture)
    starts = np.cumsum([0, *(len(points) for points, _ in parts)])
    triangles = [rows + start for (_, rows), start in zip(parts, starts, strict=False)]
    return np.vstack([points for points, _ in parts]), np.vstack(triangles)


@pytest.mark.parametrize("furniture", [0.04, 0.5])
@pytest.mark.parametrize("vertices", [2, 5, 11, 21, 31])
def test_floor_of_a_sparse_mesh_has_the_area_of_its_triangles(vertices, furniture):
    points, triangles = meshed_room(vertices, furniture)
    turned = Rotation.from_rotvec([0, 0, 0.7]).apply(points)
    for placed in (points, turned):
        shape = floor_shape(placed, triangles, **FLOOR)
        assert checked(shape) == pytest.approx(12.0, rel=0.01)


def test_triangles_of_a_dense_mesh_do_not_matter():
    points, triangles = meshed_room(101, 0.04)
    assert floor_shape(points, triangles, **FLOOR).area == floor_area(points, **FLOOR)


def test_room_size_of_a_sparse_mesh_is_the_area_of_its_floor_plan():
    points, triangles = meshed_room(5, 0.04)
    scene = Scene("scannet", "scene0000_00", (), points=points, triangles=triangles)
    rules = load_rules("wide")
    measured = measure(scene, rules.measurement, rules.vocabulary, seed=0)
    assert measured.room_area == pytest.approx(12.0, rel=0.01)


def test_triangles_too_large_for_a_scan_are_refused_before_memory_is_allocated():
    points = np.array([(0.0, 0, 0), (150, 0, 0), (0, 150, 0), (0, 0, 0)])
    triangles = np.array([(0, 1, 2)] * 1000)
    with pytest.raises(DegenerateGeometry, match="triangles too large"):
        floor_shape(points, triangles, **FLOOR)
