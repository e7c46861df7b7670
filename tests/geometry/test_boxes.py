import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.spatial import ConvexHull
from scipy.spatial.transform import Rotation

from vsidata.errors import DegenerateGeometry
from vsidata.geometry.boxes import minimal_box, minimal_box_and_slack, upright_box
from vsidata.geometry.distance import box_distance
from vsidata.scene import Array, OrientedBox

BOXES = pytest.mark.parametrize("fit", [upright_box, minimal_box])

seeds = st.integers(0, 2**32 - 1)
clouds = arrays(np.float64, st.tuples(st.integers(2, 40), st.just(3)), elements=st.floats(-9, 9, width=32))


def cloud(seed: int, count: int = 200) -> Array:
    """Return points in a stretched ball."""
    rng = np.random.default_rng(seed)
    return rng.normal(size=(count, 3)) * rng.uniform(0.1, 2.0, 3) + rng.uniform(-5, 5, 3)


def furniture(seed: int) -> Array:
    """Return vertices of a scanned piece of furniture, turned: a top, legs and perhaps a back.

    Noise is 3 mm.
    """
    rng = np.random.default_rng(seed)
    width, depth, height = rng.uniform(0.3, 2.0, 3)
    slabs = [((0, 0, height), (width, depth, 0.04))]
    slabs += [((x, y, height / 2), (0.05, 0.05, height)) for x in (0, width) for y in (0, depth)]
    if rng.random() < 0.5:
        slabs.append(((0, depth, 1.3 * height), (width, 0.05, 0.6 * height)))
    parts = [np.array(at) + np.array(size) * rng.random((300, 3)) for at, size in slabs]
    turn = Rotation.from_rotvec([0, 0, rng.uniform(0, 6)]) * Rotation.from_rotvec(rng.normal(0, 0.2, 3))
    return turn.apply(np.vstack(parts) + rng.normal(0, 0.003, (300 * len(parts), 3)))


def holds(box: OrientedBox, points: Array) -> bool:
    local = (points - box.center) @ box.axes.T
    return bool((np.abs(local) <= box.extents / 2 + 1e-6).all())


def cuboid(sides: Array, turn: Rotation, middle: Array, rng: np.random.Generator) -> Array:
    """Return the corners of a box and points in it."""
    corners = np.array([[x, y, z] for x in (-0.5, 0.5) for y in (-0.5, 0.5) for z in (-0.5, 0.5)])
    return turn.apply(np.vstack([corners, rng.uniform(-0.5, 0.5, (100, 3))]) * sides) + middle


@BOXES
@given(points=clouds)
def test_box_contains_its_points_and_has_right_angles(fit, points):
    try:
        box = fit(points)
    except DegenerateGeometry:
        assert len(np.unique(points, axis=0)) == 1
        return
    assert holds(box, points)
    np.testing.assert_allclose(box.axes @ box.axes.T, np.eye(3), atol=1e-9)


@BOXES
@given(points=clouds)
def test_box_touches_its_points_on_all_six_sides(fit, points):
    try:
        box = fit(points)
    except DegenerateGeometry:
        return
    local = (points - box.center) @ box.axes.T
    np.testing.assert_allclose(local.max(axis=0), box.extents / 2, atol=1e-6)
    np.testing.assert_allclose(local.min(axis=0), -box.extents / 2, atol=1e-6)


@given(seed=seeds)
def test_box_of_a_turned_cuboid_has_the_sides_of_the_cuboid(seed):
    rng = np.random.default_rng(seed)
    sides, middle = rng.uniform(0.1, 3.0, 3), rng.uniform(-4, 4, 3)
    box = minimal_box(cuboid(sides, Rotation.random(rng=rng), middle, rng))
    np.testing.assert_allclose(np.sort(box.extents), np.sort(sides), rtol=1e-6)
    np.testing.assert_allclose(box.center, middle, atol=1e-6)
    upright = upright_box(cuboid(sides, Rotation.from_rotvec([0, 0, rng.uniform(0, 6)]), middle, rng))
    np.testing.assert_allclose(np.sort(upright.extents[:2]), np.sort(sides[:2]), rtol=1e-6)
    assert upright.extents[2] == pytest.approx(sides[2], rel=1e-6)


@given(seed=seeds)
def test_upright_box_of_turned_and_moved_points_has_the_same_size(seed):
    points = cloud(seed)
    rng = np.random.default_rng(seed)
    moved = Rotation.from_rotvec([0, 0, rng.uniform(0, 6)]).apply(points) + rng.uniform(-50, 50, 3)
    before, after = upright_box(points), upright_box(moved)
    assert after.volume == pytest.approx(before.volume, rel=1e-6)
    assert after.extents[2] == pytest.approx(before.extents[2], rel=1e-9)


@BOXES
@given(seed=seeds, scale=st.floats(0.01, 100))
def test_box_of_scaled_points_is_scaled(fit, seed, scale):
    points = cloud(seed)
    box = fit(scale * points)
    np.testing.assert_allclose(np.sort(box.extents), scale * np.sort(fit(points).extents), rtol=1e-6)


@given(seed=seeds)
def test_volume_of_the_minimal_box_is_between_the_hull_and_the_axis_aligned_box(seed):
    points = cloud(seed)
    volume = minimal_box(points).volume
    assert ConvexHull(points).volume <= volume <= np.ptp(points, axis=0).prod() * (1 + 1e-9)


def test_base_of_the_upright_box_is_the_rectangle_of_least_area():
    shapely = pytest.importorskip("shapely")
    for seed in range(50):
        points = cloud(seed, count=60)
        best = shapely.MultiPoint(points[:, :2]).minimum_rotated_rectangle.area
        assert upright_box(points).extents[:2].prod() == pytest.approx(best, rel=1e-6)


def test_minimal_box_agrees_with_open3d():
    o3d = pytest.importorskip("open3d", exc_type=ImportError)
    equal = []
    for seed in range(60):
        points = furniture(seed)
        theirs = o3d.t.geometry.OrientedBoundingBox.create_from_points(
            o3d.core.Tensor(points)
        )  # MINIMAL_APPROX
        extents, ours = np.sort(theirs.extent.numpy()), minimal_box(points)
        equal.append(np.allclose(np.sort(ours.extents), extents, rtol=1e-6, atol=0))
        assert ours.volume <= 1.1 * extents.prod()
    assert np.mean(equal) >= 0.95


@BOXES
def test_box_of_a_picture_is_flat(fit):
    rng = np.random.default_rng(1)
    flat = cuboid(
        np.array([0.9, 0.0, 0.6]), Rotation.from_rotvec([0, 0, 0.7]), np.array([3.0, 1.0, 1.5]), rng
    )
    box = fit(flat)
    np.testing.assert_allclose(np.sort(box.extents), [0, 0.6, 0.9], atol=1e-6)
    assert holds(box, flat)


def test_minimal_box_of_a_tilted_sheet_is_flat():
    rng = np.random.default_rng(2)
    flat = cuboid(np.array([0.9, 0.0, 0.6]), Rotation.random(rng=rng), np.array([3.0, 1.0, 1.5]), rng)
    np.testing.assert_allclose(np.sort(minimal_box(flat).extents), [0, 0.6, 0.9], atol=1e-6)


@BOXES
@pytest.mark.parametrize("count", [2, 3, 50])
def test_box_of_points_on_a_line_has_only_a_length(fit, count):
    line = np.linspace(0, 1, count)[:, None] * [0.0, 0.0, 2.0] + [4.0, -3.0, 1.0]
    np.testing.assert_allclose(np.sort(fit(line).extents), [0, 0, 2], atol=1e-6)


def test_box_of_a_slanting_line_has_the_length_of_the_line():
    line = np.linspace(0, 1, 20)[:, None] * [3.0, 4.0, 12.0]
    assert minimal_box(line).longest_side == pytest.approx(13.0)


@BOXES
def test_repeated_points_do_not_matter(fit):
    points = cloud(3)
    np.testing.assert_allclose(fit(np.repeat(points, 3, axis=0)).extents, fit(points).extents, rtol=1e-9)


@BOXES
@pytest.mark.parametrize(
    ("points", "fault"),
    [
        (np.zeros((0, 3)), "points given: 0"),
        (np.ones((1, 3)), "points given: 1"),
        (np.ones((7, 3)), "points given: 7"),
        (
            np.array([[0, 0, 0], [1, np.nan, 0], [1, 1, 1]]),
            "a coordinate is not finite in 1 of 3 points",
        ),
        (np.array([[0, 0, 0], [np.inf, 0, 0]]), "1 of 2 points"),
    ],
)
def test_points_without_extent_have_no_box(fit, points, fault):
    with pytest.raises(DegenerateGeometry, match=fault):
        fit(points)


@pytest.mark.parametrize("seed", range(12))
def test_no_distance_changes_by_more_than_the_slack_with_another_box_of_nearly_the_same_volume(seed):
    """The object is a right-angled wedge. Boxes along its legs and along its long side have similar volumes.

    The test computes the boxes on the faces of the convex hull again, like Open3D's source.
    """
    rng = np.random.default_rng(seed)
    corners = np.array([(x, y, z) for x, y in ((0, 0), (1, 0), (0, 1)) for z in (0, 1)], dtype=float)
    points = corners * rng.uniform(0.5, 1.5, 3) + rng.normal(0, 0.003, (6, 3))
    box, slack = minimal_box_and_slack(points, tolerance=0.03)
    rivals = []
    triangles = points[ConvexHull(points).simplices]
    faces = [np.linalg.qr(np.stack([b - a, c - a, [0.1, 0.2, 0.3]], axis=1))[0].T for a, b, c in triangles]
    for axes in (np.eye(3), *faces):
        low, high = (points @ axes.T).min(axis=0), (points @ axes.T).max(axis=0)
        rivals.append(OrientedBox((low + high) / 2 @ axes, high - low, axes))
    volume = np.prod(box.extents)
    rivals = [rival for rival in rivals if np.prod(rival.extents) <= 1.03 * volume]
    specks = [OrientedBox(place, np.zeros(3), np.eye(3)) for place in rng.normal(0, 3, (200, 3))]
    to_box = np.array([box_distance(box, speck) for speck in specks])
    changes = [np.abs(to_box - [box_distance(rival, speck) for speck in specks]).max() for rival in rivals]
    assert max(changes) <= slack + 1e-9
    assert max(changes) >= 0.5 * slack  # the slack is not much larger than necessary
