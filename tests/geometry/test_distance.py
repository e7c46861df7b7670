import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import nnls
from scipy.spatial.transform import Rotation

from vsidata.errors import DegenerateGeometry
from vsidata.geometry.distance import (
    box_distance,
    box_distances,
    closest_points,
    surface,
    surface_distance,
)
from vsidata.scene import Array, IntArray, OrientedBox

seeds = st.integers(0, 2**32 - 1)


def hull_distance(a: Array, b: Array) -> float:
    """Return the distance between the convex hulls of a (n, 3) and b (m, 3).

    It is the length of the shortest vector in the hull of the differences d of their points. This vector is
    sum(x d) / sum(x) for the x >= 0 that minimises |sum(x d)|² + (sum(x) - 1)² (Lawson and Hanson, Solving
    Least Squares Problems, chapter 23).
    """
    differences = (a[:, None] - b).reshape(-1, 3).T
    system = np.vstack([differences, np.ones(differences.shape[1])])
    x, _ = nnls(system, np.array([0.0, 0.0, 0.0, 1.0]))
    return float(np.linalg.norm(differences @ x) / x.sum())


def random_box(rng: np.random.Generator, spread: float) -> OrientedBox:
    """Return any box. It may be flat, a rod, axis-aligned, or have a direction in common with other boxes."""
    extents = rng.uniform(0.05, 1.5, 3) * (rng.random(3) > 0.1)
    turn = (
        Rotation.random(rng=rng)
        if rng.random() < 0.7
        else Rotation.from_rotvec([0, 0, rng.choice([0, np.pi / 4])])
    )
    return OrientedBox(rng.uniform(-spread, spread, 3), extents, turn.as_matrix().T)


def box_at(center, extents, turn=None) -> OrientedBox:
    axes = np.eye(3) if turn is None else turn.as_matrix().T
    return OrientedBox(np.array(center, dtype=float), np.array(extents, dtype=float), axes)


def patch(rng: np.random.Generator, rows: int, columns: int) -> tuple[Array, IntArray]:
    """Return a crumpled sheet of rows x columns x 2 triangles, anywhere in the room."""
    x, y = np.meshgrid(np.arange(columns + 1.0), np.arange(rows + 1.0))
    vertices = np.stack([x, y, 0 * x], axis=2).reshape(-1, 3) * rng.uniform(0.05, 0.3)
    vertices += rng.normal(0, 0.03, vertices.shape)
    corner = (np.arange(rows)[:, None] * (columns + 1) + np.arange(columns)).ravel()
    lower = np.stack([corner, corner + 1, corner + columns + 1], axis=1)
    upper = np.stack([corner + 1, corner + columns + 2, corner + columns + 1], axis=1)
    return Rotation.random(rng=rng).apply(vertices) + rng.uniform(-1, 1, 3), np.vstack([lower, upper])


def shell(center, extents, turn=None) -> tuple[Array, IntArray]:
    """Return the surface of a box: 8 corners and 12 triangles."""
    quads = np.array([[0, 1, 3, 2], [4, 6, 7, 5], [0, 4, 5, 1], [2, 3, 7, 6], [0, 2, 6, 4], [1, 5, 7, 3]])
    return box_at(center, extents, turn).corners, np.vstack([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]])


# --- boxes


@given(seed=seeds, spread=st.sampled_from([0.3, 1.0, 3.0]))
def test_box_distance_agrees_with_the_convex_hulls_of_the_corners(seed, spread):
    rng = np.random.default_rng(seed)
    a, b = random_box(rng, spread), random_box(rng, spread)
    assert box_distance(a, b) == pytest.approx(hull_distance(a.corners, b.corners), abs=1e-9)


@given(seed=seeds)
def test_box_distance_is_symmetric_and_does_not_change_when_both_move(seed):
    rng = np.random.default_rng(seed)
    a, b = random_box(rng, 1.0), random_box(rng, 1.0)
    turn, shift = Rotation.random(rng=rng), rng.uniform(-20, 20, 3)
    moved = [OrientedBox(turn.apply(x.center) + shift, x.extents, turn.apply(x.axes)) for x in (a, b)]
    assert box_distance(b, a) == pytest.approx(box_distance(a, b), abs=1e-9)
    assert box_distance(*moved) == pytest.approx(box_distance(a, b), abs=1e-9)


@given(seed=seeds, scale=st.floats(0.01, 100))
def test_box_distance_in_a_scaled_scene_is_scaled(seed, scale):
    rng = np.random.default_rng(seed)
    a, b = random_box(rng, 2.0), random_box(rng, 2.0)
    larger = [OrientedBox(scale * x.center, scale * x.extents, x.axes) for x in (a, b)]
    assert box_distance(*larger) == pytest.approx(scale * box_distance(a, b), abs=1e-9 * max(1, scale))


def test_distance_between_turned_boxes_agrees_with_the_corner_to_face_construction():
    # A cube stands on a corner above a table top. The corner is half a space diagonal below the cube's
    # centre.
    on_corner = Rotation.align_vectors([[0, 0, 1]], [[1, 1, 1]])[0]
    cube = box_at((0.2, -0.1, 2.0), (1, 1, 1), on_corner)
    assert box_distance(cube, box_at((0, 0, 0), (3, 3, 0.5))) == pytest.approx(
        2 - np.sqrt(3) / 2 - 0.25, abs=1e-12
    )


def test_distance_between_crossed_edges_agrees_with_the_construction():
    # Two rods stand on their edges. The upper edge of one crosses the lower edge of the other at right
    # angles.
    lower = box_at((0, 0, 0), (4, 1, 1), Rotation.from_rotvec([np.pi / 4, 0, 0]))
    upper = box_at((0, 0, 3), (1, 4, 1), Rotation.from_rotvec([0, np.pi / 4, 0]))
    assert box_distance(lower, upper) == pytest.approx(3 - np.sqrt(2), abs=1e-12)


@pytest.mark.parametrize(
    ("a", "b", "distance"),
    [
        (box_at((0, 0, 0), (1, 1, 1)), box_at((3, 0, 0), (1, 1, 1)), 2.0),  # face to face
        (box_at((0, 0, 0), (1, 1, 1)), box_at((2, 3, 0), (1, 1, 1)), np.hypot(1, 2)),  # edge to edge
        (box_at((0, 0, 0), (1, 1, 1)), box_at((2, 3, 3), (1, 1, 1)), 3.0),  # corner to corner
        (box_at((0, 0, 0), (1, 1, 1)), box_at((1, 0, 0), (1, 1, 1)), 0.0),  # touching
        (box_at((0, 0, 0), (2, 2, 2)), box_at((0.1, 0, 0), (0.5, 0.5, 0.5)), 0.0),  # one box inside the other
        (
            box_at((0, 0, 0), (4, 0.2, 0.2)),
            box_at((0, 0, 0), (0.2, 4, 0.2)),
            0.0,
        ),  # a cross: no corner is inside the other box
        (box_at((0, 0, 0), (2, 2, 0)), box_at((0, 0, 0.7), (2, 2, 0)), 0.7),  # two sheets
        (box_at((0, 0, 0), (2, 2, 0)), box_at((3, 0, 0), (2, 2, 0)), 1.0),  # two sheets in one plane
        (box_at((0, 0, 0), (2, 0, 0)), box_at((0, 1, 0), (0, 2, 0)), 0.0),  # two lines that meet
        (box_at((0, 0, 0), (0, 0, 0)), box_at((3, 4, 0), (0, 0, 0)), 5.0),  # two points
    ],
)
def test_box_distance_in_simple_cases(a, b, distance):
    assert box_distance(a, b) == pytest.approx(distance, abs=1e-12)


@pytest.mark.parametrize("angle", [1e-3, 1e-6, 1e-8, 1e-9, 1e-12, 1e-16])
def test_nearly_parallel_boxes_are_as_far_apart_as_parallel_boxes(angle):
    b = box_at((0.3, 0.2, 2.0), (3, 1, 1), Rotation.from_rotvec([angle, -angle, angle]))
    assert box_distance(box_at((0, 0, 0), (2, 2, 1)), b) == pytest.approx(
        hull_distance(box_at((0, 0, 0), (2, 2, 1)).corners, b.corners), abs=1e-9
    )


@given(seed=seeds, spread=st.sampled_from([0.3, 1.0, 3.0]), flat=st.booleans())
def test_closest_points_lie_in_their_boxes_and_are_as_far_apart_as_the_boxes(seed, spread, flat):
    rng = np.random.default_rng(seed)
    a, b = random_box(rng, spread), random_box(rng, spread)
    if flat:
        b = OrientedBox(b.center, b.extents * (1, 1, 0), b.axes)
    on_a, on_b = closest_points(a, b)
    assert np.linalg.norm(on_a - on_b) == pytest.approx(box_distance(a, b), abs=1e-7)
    for box, point in ((a, on_a), (b, on_b)):
        assert (np.abs((point - box.center) @ box.axes.T) <= box.extents / 2 + 1e-9).all()


@pytest.mark.parametrize("flat_sides", [1, 2, 3])
def test_closest_points_of_exactly_flat_boxes_are_as_far_apart_as_the_boxes(flat_sides):
    rng = np.random.default_rng(flat_sides)
    for _ in range(300):
        a, b = (
            OrientedBox(
                rng.uniform(-2, 2, 3),
                rng.permuted(np.where(np.arange(3) < flat_sides, 0.0, rng.uniform(0.05, 2, 3))),
                Rotation.random(rng=rng).as_matrix() if rng.random() < 0.5 else np.eye(3),
            )
            for _ in range(2)
        )
        on_a, on_b = closest_points(a, b)
        assert np.linalg.norm(on_a - on_b) == pytest.approx(hull_distance(a.corners, b.corners), abs=1e-6)


def test_many_box_distances_agree_with_single_distances():
    rng = np.random.default_rng(5)
    first, second = ([random_box(rng, 1.5) for _ in range(200)] for _ in range(2))
    one_by_one = [box_distance(a, b) for a, b in zip(first, second, strict=True)]
    np.testing.assert_allclose(box_distances(first, second), one_by_one, atol=1e-12)


def test_distances_of_no_boxes_are_empty():
    assert box_distances([], []).shape == (0,)


# --- surfaces


@settings(max_examples=40)
@given(seed=seeds)
def test_surface_distance_is_the_least_over_all_pairs_of_triangles(seed):
    rng = np.random.default_rng(seed)
    (va, ta), (vb, tb) = patch(rng, 2, 3), patch(rng, 3, 2)
    vb = vb + rng.choice([0.0, 1.5]) * rng.normal(size=3)
    least = min(hull_distance(va[one], vb[other]) for one in ta for other in tb)
    assert surface_distance(surface(va, ta), surface(vb, tb)) == pytest.approx(least, abs=1e-9)


@given(seed=seeds)
def test_distance_of_box_surfaces_agrees_with_the_distance_of_the_boxes(seed):
    rng = np.random.default_rng(seed)
    a, b = random_box(rng, 3.0), random_box(rng, 3.0)
    distance = box_distance(a, b)
    if distance == 0:  # a surface is hollow
        return
    shells = [surface(*shell(x.center, x.extents, Rotation.from_matrix(x.axes.T))) for x in (a, b)]
    assert surface_distance(*shells) == pytest.approx(distance, abs=1e-9)


@settings(max_examples=40)
@given(seed=seeds)
def test_surface_distance_is_symmetric_and_does_not_change_when_both_move(seed):
    rng = np.random.default_rng(seed)
    (va, ta), (vb, tb) = patch(rng, 5, 8), patch(rng, 9, 4)
    turn, shift = Rotation.random(rng=rng), rng.uniform(-20, 20, 3)
    distance = surface_distance(surface(va, ta), surface(vb, tb))
    moved = surface(turn.apply(vb) + shift, tb), surface(turn.apply(va) + shift, ta)
    assert surface_distance(*moved) == pytest.approx(distance, abs=1e-9)


@settings(max_examples=20)
@given(seed=seeds)
def test_leaving_out_far_triangles_changes_no_surface_distance(seed):
    fcl = pytest.importorskip("fcl")
    rng = np.random.default_rng(seed)
    whole, surfaces = [], []
    for vertices, triangles in (patch(rng, 20, 30), patch(rng, 30, 12)):
        vertices = vertices + rng.uniform(-2, 2, 3)
        model = fcl.BVHModel()
        model.beginModel(len(vertices), len(triangles))
        model.addSubModel(vertices, triangles)
        model.endModel()
        whole.append(fcl.CollisionObject(model))
        surfaces.append(surface(vertices, triangles))
    assert surface_distance(*surfaces) == pytest.approx(max(0.0, fcl.distance(*whole)), abs=1e-9)


def test_surfaces_that_cross_have_the_distance_zero():
    a = surface(*shell((0, 0, 0), (4, 0.2, 0.2)))
    assert surface_distance(a, surface(*shell((0, 0, 0), (0.2, 4, 0.2)))) == 0.0
    assert surface_distance(a, a) == 0.0


def test_distance_to_an_object_inside_a_hollow_object_is_not_zero():
    bowl, apple = surface(*shell((0, 0, 0), (2, 2, 2))), surface(*shell((0, 0, 0), (1, 1, 1)))
    assert surface_distance(bowl, apple) == pytest.approx(0.5)


def test_vertices_without_a_triangle_do_not_count():
    vertices, triangles = shell((0, 0, 0), (1, 1, 1))
    strays = np.vstack([[[1.9, 0, 0]], vertices, [[2.1, 0, 0]]])
    b = surface(*shell((3, 0, 0), (1, 1, 1)))
    assert surface_distance(surface(strays, triangles + 1), b) == pytest.approx(2.0)


def test_triangles_without_area_count_for_distances():
    vertices = np.array([[0.0, 0, 0], [1, 0, 0], [2, 0, 0]])
    needle = surface(vertices, np.array([[0, 1, 2]]))
    dot = surface(vertices + np.array([1, 3, 0]), np.array([[0, 0, 0]]))
    assert surface_distance(needle, dot) == pytest.approx(3.0)
    assert surface_distance(dot, dot) == 0.0


def test_surface_without_triangles_is_refused():
    with pytest.raises(DegenerateGeometry, match="no triangles"):
        surface(np.zeros((4, 3)), np.zeros((0, 3), dtype=np.int64))


def test_surface_with_a_corner_that_is_not_finite_is_refused():
    with pytest.raises(DegenerateGeometry, match="not finite"):
        surface(np.array([[0, 0, 0], [1, 0, np.nan], [0, 1, 0]]), np.array([[0, 1, 2]]))
