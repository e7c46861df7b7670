"""Time of the geometry of a scan of 40 objects and 100k object vertices.

Run `pytest tests/benchmarks/test_geometry_speed.py --benchmark-enable`; compare within a group.
"""

from itertools import combinations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.spatial import ConvexHull, Delaunay
from scipy.spatial.transform import Rotation

from vsidata.geometry.area import floor_shape, vsi100k_shape, vsibench_shape
from vsidata.geometry.boxes import minimal_box, upright_box
from vsidata.geometry.distance import box_distances, surface, surface_distance
from vsidata.geometry.trimming import keep_mask
from vsidata.scene import Array, IntArray

Mesh = tuple[Array, IntArray]

OBJECTS = 40
VERTICES = 2500


def blob(seed: int) -> Mesh:
    """A lumpy, noisy object of about VERTICES vertices, somewhere in a room of 6 by 6 m."""
    rng = np.random.default_rng(seed)
    directions = rng.normal(size=(VERTICES, 3))
    directions /= np.linalg.norm(directions, axis=1)[:, None]
    triangles = ConvexHull(directions).simplices.astype(np.int64)
    cubic = directions / np.linalg.norm(directions, ord=6, axis=1)[:, None]  # nearly a box
    shape = cubic * rng.uniform(0.1, 0.6, 3) + rng.normal(0, 0.003, directions.shape)
    return Rotation.from_rotvec([0, 0, rng.uniform(0, 6)]).apply(shape) + rng.uniform(
        (0, 0, 0), (6, 6, 1)
    ), triangles


@pytest.fixture(scope="module")
def meshes() -> list[Mesh]:
    return [blob(seed) for seed in range(OBJECTS)]


@pytest.fixture(scope="module")
def room() -> Array:
    """150k vertices of an L-shaped room of 27 m²: floor, walls and furniture, 3 mm noise."""
    rng = np.random.default_rng(0)
    floor = rng.uniform((0, 0, 0), (6, 6, 0), (60_000, 3))
    floor = floor[(floor[:, :2] < 3).any(axis=1)]
    walls = [
        np.array([*start, 0]) + rng.random((15_000, 1)) * [*step, 0] + rng.random((15_000, 1)) * [0, 0, 2.4]
        for start, step in [
            ((0, 0), (6, 0)),
            ((6, 0), (0, 3)),
            ((6, 3), (-3, 0)),
            ((3, 3), (0, 3)),
            ((0, 0), (0, 6)),
        ]
    ]
    things = rng.uniform((0.5, 0.5, 0), (5.5, 2.5, 1.5), (30_000, 3))
    points = np.vstack([floor, *walls, things])
    return points + rng.normal(0, 0.003, points.shape)


# --- boxes


@pytest.mark.benchmark(group="minimal boxes of 40 objects")
def test_minimal_boxes(benchmark, meshes):
    benchmark(lambda: [minimal_box(vertices) for vertices, _ in meshes])


@pytest.mark.benchmark(group="minimal boxes of 40 objects")
def test_minimal_boxes_of_open3d(benchmark, meshes):
    o3d = pytest.importorskip("open3d", exc_type=ImportError)
    create = o3d.t.geometry.OrientedBoundingBox.create_from_points  # by MINIMAL_APPROX
    benchmark.pedantic(lambda: [create(o3d.core.Tensor(vertices)) for vertices, _ in meshes], rounds=2)


@pytest.mark.benchmark(group="upright boxes of 40 objects")
def test_upright_boxes(benchmark, meshes):
    benchmark(lambda: [upright_box(vertices) for vertices, _ in meshes])


# --- distances


@pytest.mark.benchmark(group="780 box distances")
def test_box_distances(benchmark, meshes):
    boxes = [upright_box(vertices) for vertices, _ in meshes]
    first, second = zip(*combinations(boxes, 2), strict=True)
    benchmark(box_distances, first, second)


def pairs() -> list[tuple[int, int]]:
    """60 pairs: the number that the kept questions of a scan need."""
    return [
        tuple(pair)
        for pair in np.random.default_rng(0).permutation(list(combinations(range(OBJECTS), 2)))[:60]
    ]


@pytest.mark.benchmark(group="60 surface distances among 40 objects")
def test_surface_distances(benchmark, meshes):
    def run() -> list[float]:
        surfaces = [surface(*mesh) for mesh in meshes]
        return [surface_distance(surfaces[a], surfaces[b]) for a, b in pairs()]

    benchmark.pedantic(run, rounds=3)


@pytest.mark.benchmark(group="60 surface distances among 40 objects")
def test_surface_distances_of_fcl_alone(benchmark, meshes):
    fcl = pytest.importorskip("fcl")

    def model(vertices: Array, triangles: IntArray) -> object:
        hierarchy = fcl.BVHModel()
        hierarchy.beginModel(len(triangles), len(vertices))
        hierarchy.addSubModel(vertices, triangles.tolist())
        hierarchy.endModel()
        return fcl.CollisionObject(hierarchy)

    def run() -> list[float]:
        models = [model(*mesh) for mesh in meshes]
        return [fcl.distance(models[a], models[b]) for a, b in pairs()]

    benchmark.pedantic(run, rounds=2)


# --- areas


@pytest.mark.benchmark(group="area of a room of 150k vertices")
def test_floor_area(benchmark, room):
    benchmark(floor_shape, room, alpha=2.0, cell=0.1, min_density=0.8)


@pytest.mark.benchmark(group="area of a room of 150k vertices")
@pytest.mark.parametrize("with_triangles", [False, True])
def test_floor_area_of_a_dense_mesh(benchmark, with_triangles):
    """A floor of 12 by 8 m with a vertex every 2.5 cm, and its triangles, which are all small."""
    rows = np.arange(481 * 321).reshape(481, 321)
    a, b, c, d = (part.ravel() for part in (rows[:-1, :-1], rows[1:, :-1], rows[1:, 1:], rows[:-1, 1:]))
    points = np.column_stack([np.argwhere(rows >= 0) * 0.025, np.zeros(rows.size)])
    points += np.random.default_rng(0).normal(0, 0.003, points.shape)
    triangles = np.vstack([np.stack([a, b, c], axis=1), np.stack([a, c, d], axis=1)])
    benchmark(
        floor_shape, points, triangles if with_triangles else None, alpha=2.0, cell=0.1, min_density=0.8
    )


@pytest.mark.benchmark(group="area of a room of 150k vertices")
def test_vsibench_area(benchmark, room):
    benchmark(vsibench_shape, room, np.random.default_rng(0), alpha=5.0, samples=10_000)


@pytest.mark.benchmark(group="area of a room of 150k vertices")
def test_vsi100k_area(benchmark, room):
    benchmark(vsi100k_shape, room, alpha=0.12)


@pytest.mark.benchmark(group="area of a room of 150k vertices")
def test_delaunay_of_20k_points_as_a_floor(benchmark, room):
    benchmark.pedantic(Delaunay, (room[:20_000, :2],), rounds=2)


# --- trimming


def with_strays(mesh: Mesh) -> Mesh:
    """One triangle of noise per 200 vertices, within half a metre."""
    vertices, triangles = mesh
    count = len(vertices) // 200
    rng = np.random.default_rng(0)
    centers = vertices[rng.integers(len(vertices), size=count)] + rng.normal(0, 0.2, (count, 3))
    flecks = (centers[:, None] + rng.normal(0, 0.006, (count, 3, 3))).reshape(-1, 3)
    return np.vstack([vertices, flecks]), np.vstack(
        [triangles, len(vertices) + np.arange(3 * count).reshape(-1, 3)]
    )


@pytest.mark.benchmark(group="trimming 40 objects")
@pytest.mark.parametrize("flaw", ["whole", "strays"])
def test_trimming(benchmark, meshes, flaw):
    objects = [with_strays(mesh) for mesh in meshes] if flaw == "strays" else meshes

    def run() -> list[NDArray[np.bool_]]:
        return [keep_mask(*mesh, gap=0.025, far=0.5, min_share=0.2) for mesh in objects]

    benchmark(run)
