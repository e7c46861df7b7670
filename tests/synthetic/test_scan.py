"""The flaws of a scan remove or add surface. Without flaws, nothing is missing."""

import numpy as np
import pytest
from scipy.spatial import cKDTree

from vsidata.synthetic.layout import STRUCTURE, lay_out
from vsidata.synthetic.scan import CLEAN, VERTICES, Flaws, Scan, scan_room

ONLY_NOISE = Flaws(noise=0.003, unseen=False, holes=0.0, strays=0.0, bled=0.0, unannotated=0.0)


@pytest.fixture(scope="module")
def room():
    return lay_out(0, 3)


@pytest.fixture(scope="module")
def scan(room) -> Scan:
    return scan_room(room)


@pytest.fixture(scope="module")
def clean(room) -> Scan:
    return scan_room(room, CLEAN)


def test_a_scan_has_as_many_vertices_as_real_scans(scan):
    assert VERTICES[0] <= len(scan.vertices) <= VERTICES[1]


def test_edges_are_as_long_as_in_real_meshes(scan):
    ends = scan.clean[scan.triangles]
    lengths = np.linalg.norm(ends - np.roll(ends, 1, axis=1), axis=2)
    assert 0.01 < np.median(lengths) < 0.05


def test_without_flaws_every_object_is_complete_and_exact(clean, room):
    assert np.array_equal(clean.clean, clean.vertices)
    assert not clean.stray.any()
    for item in room.items:
        vertices, triangles = clean.kept_surface(item.instance)
        own = (vertices - item.position) @ item.axes.T
        if item.label not in ("floor", "ceiling"):
            assert np.allclose(np.ptp(own, axis=0), item.size, atol=1e-6)
        assert triangles.max() < len(vertices)


def test_noise_has_the_requested_size_and_is_correlated_over_5_to_10_cm(room):
    scan = scan_room(room, ONLY_NOISE)
    moved = np.linalg.norm(scan.vertices - scan.clean, axis=1)
    assert np.sqrt((moved**2).mean()) == pytest.approx(0.003, rel=0.15)
    wall = next(item for item in room.items if item.label == "wall")
    mine = scan.instances == wall.instance
    normal = wall.axes[1]
    heights, spots = (scan.vertices - scan.clean)[mine] @ normal, scan.clean[mine]
    pairs = cKDTree(spots).query_pairs(0.6, output_type="ndarray")
    apart = np.linalg.norm(spots[pairs[:, 0]] - spots[pairs[:, 1]], axis=1)
    product = heights[pairs[:, 0]] * heights[pairs[:, 1]] / heights.var()
    assert product[apart < 0.045].mean() > 0.6
    assert abs(product[apart > 0.4].mean()) < 0.2


def test_undersides_near_the_floor_are_unseen(scan, clean, room):
    def facing_down(surface):
        vertices, triangles = surface
        a, b, c = (vertices[triangles[:, corner]] for corner in range(3))
        across = np.cross(b - a, c - a)
        down = across[:, 2] < -0.99 * np.linalg.norm(across, axis=1)
        low = vertices[triangles][:, :, 2].max(axis=1) < 0.03
        return np.count_nonzero(down & low)

    furniture = [item for item in room.items if item.label not in STRUCTURE]
    assert sum(facing_down(clean.kept_surface(item.instance)) for item in furniture) > 0
    assert sum(facing_down(scan.kept_surface(item.instance)) for item in furniture) == 0


def test_holes_take_a_small_part_of_the_surface(room):
    whole = scan_room(room, Flaws(holes=0.0, unseen=False, noise=0.0, strays=0.0, bled=0.0))
    holed = scan_room(room, Flaws(holes=0.35, unseen=False, noise=0.0, strays=0.0, bled=0.0))
    missing = cKDTree(holed.clean).query(whole.clean)[0] > 1e-6
    assert 0.001 < missing.mean() < 0.05


def test_stray_flecks_are_few_and_away_from_the_kept_surface(scan):
    assert 0.001 < scan.stray.mean() < 0.02
    for instance in np.unique(scan.instances[scan.instances >= 0]):
        vertices, _ = scan.kept_surface(instance)
        assert len(vertices) == np.count_nonzero((scan.instances == instance) & ~scan.stray)


def test_some_vertices_belong_to_no_object(scan):
    assert 0.01 < (scan.instances < 0).mean() < 0.4


def test_no_segment_contains_parts_of_two_objects(scan):
    pairs = np.unique(np.column_stack([scan.segments, scan.instances]), axis=0)
    assert len(np.unique(pairs[:, 0])) == len(pairs)


def test_scans_of_the_same_room_have_the_same_bytes(scan, room):
    again = scan_room(lay_out(room.seed, room.index))
    assert again.vertices.tobytes() == scan.vertices.tobytes()
    assert again.triangles.tobytes() == scan.triangles.tobytes()
    assert again.colours.tobytes() == scan.colours.tobytes()


def test_parts_and_categories_differ_in_colour(clean, room):
    colours = {
        item.label: tuple(np.median(clean.colours[clean.instances == item.instance], axis=0) // 16)
        for item in room.items
    }
    assert len(set(colours.values())) > 0.5 * len(colours)
