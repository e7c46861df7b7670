import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from vsidata.geometry.trimming import keep_mask
from vsidata.scene import Array, IntArray

Mesh = tuple[Array, IntArray]
LIMITS = {"gap": 0.025, "far": 0.5, "min_share": 0.2}
NO_TRIANGLES = np.zeros((0, 3), dtype=np.int64)


def sheet(corner, width: float, depth: float, across=(0, 0, 0), spacing: float = 0.03) -> Mesh:
    """Return a flat mesh from `corner` along x and y, turned by the rotation vector `across`."""
    columns, rows = max(1, round(width / spacing)), max(1, round(depth / spacing))
    x, y = np.meshgrid(np.linspace(0, width, columns + 1), np.linspace(0, depth, rows + 1))
    vertices = np.stack([x, y, 0 * x], axis=2).reshape(-1, 3)
    start = (np.arange(rows)[:, None] * (columns + 1) + np.arange(columns)).ravel()
    lower = np.stack([start, start + 1, start + columns + 1], axis=1)
    upper = np.stack([start + 1, start + columns + 2, start + columns + 1], axis=1)
    return Rotation.from_rotvec(across).apply(vertices) + corner, np.vstack([lower, upper])


def together(*meshes: Mesh) -> tuple[Array, IntArray, IntArray]:
    """Join several meshes. Return the mesh, and the number of the source mesh of each vertex."""
    starts = np.cumsum([0] + [len(vertices) for vertices, _ in meshes])
    vertices = np.vstack([vertices for vertices, _ in meshes])
    triangles = np.vstack([triangles + start for (_, triangles), start in zip(meshes, starts, strict=False)])
    return vertices, triangles, np.repeat(np.arange(len(meshes)), np.diff(starts))


def kept(*meshes: Mesh, **limits) -> list[bool]:
    """Return whether each mesh is kept. No mesh may be kept in part."""
    vertices, triangles, source = together(*meshes)
    mask = keep_mask(vertices, triangles, **{**LIMITS, **limits})
    shares = [mask[source == k].mean() for k in range(len(meshes))]
    assert set(shares) <= {0.0, 1.0}
    return [share == 1.0 for share in shares]


def fleck(at) -> Mesh:
    corners = np.array([[0, 0, 0], [0.01, 0, 0], [0, 0.01, 0]])
    return corners + at, np.array([[0, 1, 2]])


TOP = sheet((0, 0, 0.75), 1.2, 0.6)


def test_stray_flecks_are_removed():
    assert kept(TOP, fleck((0.5, 0.3, 0.82)), fleck((3, 2, 1)), fleck((0.5, 0.3, 0.70))) == [
        True,
        False,
        False,
        False,
    ]


def test_point_without_a_triangle_is_removed_unless_it_touches_the_object():
    vertices, triangles = TOP
    points = np.vstack([vertices, [[0.6, 0.3, 0.76], [0.6, 0.3, 0.85]]])
    assert keep_mask(points, triangles, **LIMITS)[-2:].tolist() == [True, False]


def test_thin_leg_below_a_hole_in_the_scan_is_kept():
    leg = sheet(
        (0.02, 0.02, 0.0), 0.03, 0.6, across=(np.pi / 2, 0, 0)
    )  # 15 cm of the leg are missing under the top
    assert kept(TOP, leg) == [True, True]


def test_leg_in_pieces_is_kept_if_each_piece_is_near_the_next():
    pieces = [
        sheet((0.02, 0.02, z), 0.03, 0.09, across=(np.pi / 2, 0, 0)) for z in (0.62, 0.48, 0.34, 0.20, 0.06)
    ]
    assert kept(TOP, *pieces) == [True] * 6


def test_small_piece_far_away_is_removed():
    assert kept(TOP, sheet((2.5, 0, 0.75), 0.2, 0.2)) == [True, False]


def test_small_piece_is_kept_only_if_it_is_nearer_than_its_own_length():
    assert kept(TOP, sheet((1.3, 0, 0.75), 0.1, 0.1)) == [True, True]
    assert kept(TOP, sheet((1.5, 0, 0.75), 0.1, 0.1)) == [True, False]


def test_large_piece_is_kept_up_to_the_limit():
    assert kept(TOP, sheet((1.6, 0, 0.75), 0.6, 0.15)) == [True, True]
    assert kept(TOP, sheet((1.8, 0, 0.75), 0.6, 0.15)) == [True, False]


def test_two_curtains_with_one_annotation_are_both_kept():
    assert kept(sheet((0, 0, 1), 0.6, 0.6), sheet((3, 0, 1), 0.6, 0.5)) == [True, True]


def test_piece_near_the_second_half_is_kept_too():
    assert (
        kept(sheet((0, 0, 1), 0.6, 0.6), sheet((3, 0, 1), 0.6, 0.5), sheet((3.7, 0, 1), 0.2, 0.2))
        == [True] * 3
    )


def test_object_in_one_piece_stays_complete():
    vertices, triangles = TOP
    assert keep_mask(vertices, triangles, **LIMITS).all()


@pytest.mark.parametrize("count", [0, 1, 5])
def test_points_without_triangles_are_all_kept(count):
    assert keep_mask(np.zeros((count, 3)), NO_TRIANGLES, **LIMITS).tolist() == [True] * count


@settings(max_examples=30)
@given(seed=st.integers(0, 2**32 - 1))
def test_order_position_and_rotation_of_the_vertices_do_not_matter(seed):
    rng = np.random.default_rng(seed)
    meshes = [sheet(rng.uniform(-1, 1, 3), *rng.uniform(0.03, 0.8, 2)) for _ in range(6)]
    vertices, triangles, _ = together(*meshes, *(fleck(rng.uniform(-1, 1, 3)) for _ in range(10)))
    mask = keep_mask(vertices, triangles, **LIMITS)
    order = rng.permutation(len(vertices))
    row = np.argsort(order)
    quarter_turn = vertices[:, [1, 0, 2]] * [-1, 1, 1] + [
        5,
        -7,
        2,
    ]  # lengths of pieces are measured along the axes
    np.testing.assert_array_equal(keep_mask(quarter_turn[order], row[triangles], **LIMITS), mask[order])
