"""The truth agrees with rooms and bodies with distances that are known by construction."""

import numpy as np
import pytest
import trimesh
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from vsidata.synthetic.layout import STRUCTURE, lay_out
from vsidata.synthetic.scan import CLEAN, scan_room
from vsidata.synthetic.truth import Body, bearing, closest_distance, describe, minimal_box


def _body(mesh: trimesh.Trimesh, edge: float = 0.2) -> Body:
    fine = mesh.subdivide_to_size(edge)
    return Body(np.array(fine.vertices), np.array(fine.faces))


def _box(size, at, turn: Rotation | None = None) -> trimesh.Trimesh:
    mesh = trimesh.creation.box(extents=size)
    if turn is not None:
        mesh.vertices = turn.apply(mesh.vertices)
    mesh.apply_translation(at)
    return mesh


@pytest.mark.parametrize("gap", [0.0005, 0.02, 0.3, 2.5])
def test_distance_between_parallel_faces_is_the_gap(gap):
    first = _body(_box((1, 1, 1), (0, 0, 0)))
    second = _body(_box((0.4, 2, 0.6), (0.7 + gap, 0.3, 0.1)))
    assert closest_distance(first, second) == pytest.approx(gap, abs=1.5e-4)


@pytest.mark.parametrize("gap", [0.003, 0.05, 1.0])
def test_distance_between_crossing_edges_is_the_gap(gap):
    """Two bars like roofs cross at right angles, edge over edge. The crossing is far from their corners."""
    lower = _box((2, 0.2, 0.2), (0, 0, 0), Rotation.from_euler("x", 45, degrees=True))
    upper = _box((0.2, 2, 0.2), (0.137, 0.211, 0), Rotation.from_euler("y", 45, degrees=True))
    ridge = 0.2 / np.sqrt(2)
    upper.apply_translation((0, 0, 2 * ridge + gap))
    assert closest_distance(_body(lower, 0.5), _body(upper, 0.5)) == pytest.approx(gap, abs=1.5e-4)


@pytest.mark.parametrize("gap", [0.001, 0.04, 0.8])
def test_distance_from_a_corner_to_a_face_is_the_gap(gap):
    plate = _body(_box((3, 3, 0.1), (0, 0, -0.05)), 1.0)
    to_corner = Rotation.align_vectors([[0, 0, -1]], [[1, 1, 1]])[0]
    cube = _box((0.5, 0.5, 0.5), (0.31, -0.22, 0), to_corner)
    cube.apply_translation((0, 0, gap - cube.vertices[:, 2].min()))
    assert closest_distance(plate, _body(cube)) == pytest.approx(gap, abs=1.5e-4)


def test_crossing_surfaces_have_the_distance_zero():
    first, second = _body(_box((1, 1, 1), (0, 0, 0)), 0.5), _body(_box((0.2, 0.2, 3), (0.1, 0.07, 0)), 0.5)
    assert closest_distance(first, second) < 1.5e-4


def test_a_needle_through_the_middle_of_a_large_triangle_crosses_it():
    triangle = Body(np.array([(-2.0, -2, 0), (2, -2, 0), (0, 3, 0)]), np.array([(0, 1, 2)]))
    needle = _body(_box((0.01, 0.01, 2), (0.05, 0.03, 0.4)), 3.0)
    assert closest_distance(triangle, needle) < 1.5e-4
    assert closest_distance(needle, triangle) < 1.5e-4


@settings(max_examples=40)
@given(st.integers(0, 100_000))
def test_distance_agrees_with_dense_sampling_and_does_not_depend_on_the_order(seed):
    rng = np.random.default_rng(seed)
    meshes = [
        _box(rng.uniform(0.1, 1, 3), rng.uniform(-1, 1, 3) + shift, Rotation.random(random_state=rng))
        for shift in (0.0, rng.uniform(0.5, 2.0))
    ]
    first, second = (_body(mesh) for mesh in meshes)
    found = closest_distance(first, second)
    assert closest_distance(second, first) == pytest.approx(found, abs=2e-4)
    points = trimesh.sample.sample_surface(meshes[0], 4000, seed=1)[0]
    sampled = second.distance_to(points).min()
    assert found <= sampled + 1e-4
    assert sampled <= found + 0.06  # the samples are a few centimetres apart


def test_minimal_box_of_a_turned_cuboid_is_the_cuboid():
    turned = _box((1.2, 0.5, 0.3), (3, -1, 2), Rotation.from_euler("zyx", [30, 10, 50], degrees=True))
    box = minimal_box(np.array(turned.subdivide_to_size(0.2).vertices))
    assert sorted(box["extents"]) == pytest.approx([0.3, 0.5, 1.2], abs=1e-5)
    assert box["center"] == pytest.approx([3, -1, 2], abs=1e-5)
    assert np.allclose(np.array(box["axes"]) @ np.array(box["axes"]).T, np.eye(3), atol=1e-5)


def test_a_flat_surface_has_no_minimal_box():
    grid = np.stack(np.meshgrid(*np.linspace((0, 0), (1, 2), 5).T), axis=-1).reshape(-1, 2)
    assert minimal_box(np.column_stack([grid, grid @ (0.3, 0.4)])) is None


@pytest.fixture(scope="module")
def clean():
    room = lay_out(0, 3)
    return room, describe(scan_room(room, CLEAN), CLEAN)


def test_the_kept_surface_of_a_scan_without_flaws_is_that_of_the_recipe(clean):
    _, truth = clean
    assert truth["unseen"] == []
    for thing in truth["objects"]:
        if thing["label"] in ("floor", "ceiling"):
            continue
        assert thing["kept"]["extents"] == pytest.approx(thing["recipe"]["extents"], abs=2e-6)
        assert thing["kept"]["center"] == pytest.approx(thing["recipe"]["center"], abs=2e-6)


def test_the_truth_has_the_counts_of_the_recipe(clean):
    room, truth = clean
    labels = [item.label for item in room.items]
    assert truth["counts"] == {label: labels.count(label) for label in sorted(set(labels))}
    assert truth["room"]["area"] == pytest.approx(room.plan.area, abs=1e-6)


def test_pairs_are_all_pairs_with_a_label_that_occurs_once(clean):
    _, truth = clean
    counts = truth["counts"]
    labels = {
        thing["instance"]: thing["label"] for thing in truth["objects"] if thing["label"] not in STRUCTURE
    }
    wanted = {
        (first, second)
        for first in labels
        for second in labels
        if first < second and 1 in (counts[labels[first]], counts[labels[second]])
    }
    assert {(pair["first"], pair["second"]) for pair in truth["pairs"]} == wanted


def test_bearings_of_objects_at_known_places():
    places = {0: (0, 0), 1: (0, 2), 2: (-3, 0), 3: (3, 3), 4: (0, -1)}
    truth = {"objects": [{"instance": key, "kept": {"center": [*at, 0.5]}} for key, at in places.items()]}
    # for an observer who faces north, west is left
    assert bearing(truth, 0, 1, 2) == pytest.approx(np.pi / 2)
    assert bearing(truth, 0, 1, 3) == pytest.approx(-np.pi / 4)
    assert abs(bearing(truth, 0, 1, 4)) == pytest.approx(np.pi)


def test_pairs_agree_with_centres_and_boxes(clean):
    _, truth = clean
    things = {thing["instance"]: thing for thing in truth["objects"]}
    for pair in truth["pairs"]:
        first, second = (np.array(things[pair[end]]["kept"]["center"]) for end in ("first", "second"))
        assert pair["center_distance"] == pytest.approx(np.linalg.norm(second - first), abs=1e-5)
        assert first[:2] + np.hypot(*(second - first)[:2]) * np.array(
            [np.cos(pair["azimuth"]), np.sin(pair["azimuth"])]
        ) == pytest.approx(second[:2], abs=1e-4)
        assert 0 <= pair["surface_distance"] <= pair["center_distance"] + 1e-4
