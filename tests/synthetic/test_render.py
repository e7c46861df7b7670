"""Pictures of rooms agree with the known geometry of the rooms."""

import csv
from dataclasses import replace
from importlib.resources import files

import cv2
import numpy as np
import pytest

from vsidata.synthetic.camera import camera
from vsidata.synthetic.catalogue import kinds
from vsidata.synthetic.layout import STRUCTURE, lay_out
from vsidata.synthetic.render import as_filmed, render, set_stage
from vsidata.synthetic.textures import SIDE, tiles
from vsidata.synthetic.walk import clearance, walk

SMALL = replace(camera(), size=(160, 120))
APARTMENTS = [(0, 17), (0, 36), (1, 17)]


@pytest.fixture(scope="module")
def room():
    return lay_out(0, 1)


@pytest.fixture(scope="module")
def shots(room):
    stage = set_stage(room, SMALL)
    rng = np.random.default_rng(0)
    return [(pose, render(stage, pose, rng)) for pose in walk(room, 12)]


def _points(pose, picture, step=1):
    """Return (height, width, 3) the place in the room that each pixel with depth shows.

    The pinhole formula gives it.
    """
    step = SMALL.depth_step
    focal = SMALL.focal_length * SMALL.size[0]
    rows, columns = np.mgrid[: picture.depth.shape[0], : picture.depth.shape[1]] * step
    z = picture.depth / 1000
    x = (columns - (SMALL.size[0] - 1) / 2) / focal * z
    y = (rows - (SMALL.size[1] - 1) / 2) / focal * z
    return np.stack([x, y, z], axis=-1) @ pose[:3, :3].T + pose[:3, 3]


def test_pixels_of_an_object_are_in_its_box_and_pixels_of_the_floor_at_height_zero(room, shots):
    boxes = {item.instance: item for item in room.items}
    found = set()
    for pose, picture in shots:
        points = _points(pose, picture)
        instances = picture.instances[:: SMALL.depth_step, :: SMALL.depth_step]
        for instance in np.unique(instances[instances >= 0]).tolist():
            item = boxes[instance]
            mine = points[(instances == instance) & (picture.depth > 0)]
            if item.label == "floor":
                assert np.abs(mine[:, 2]).max() < 0.003
            elif item.label not in STRUCTURE:
                own = (mine - item.box.center) @ item.axes.T
                assert (np.abs(own) <= item.box.extents / 2 + 0.003).all(), item.label
            found.add(item.label)
    assert {"floor", "wall"} < found
    assert len(found) > 8


def test_colours_change_where_one_object_ends_and_another_begins(shots):
    at_edges, elsewhere = [], []
    for _, picture in shots:
        grey = cv2.cvtColor(picture.colour, cv2.COLOR_BGR2GRAY).astype(float)
        step = np.abs(np.diff(grey, axis=1))
        edge = np.diff(picture.instances, axis=1) != 0
        at_edges.append(step[edge])
        elsewhere.append(step[~edge])
    assert np.median(np.concatenate(at_edges)) > 4 * np.median(np.concatenate(elsewhere))


def test_pictures_are_neither_dark_nor_blank(shots):
    for _, picture in shots:
        assert 30 < picture.colour.mean() < 235
        assert picture.colour.std() > 8


def test_every_ray_hits_a_surface_indoors(shots):
    assert all((picture.depth > 0).mean() > 0.99 for _, picture in shots)


def test_filmed_room_has_complete_walls_a_floor_and_a_ceiling():
    for index in range(12):
        filmed = as_filmed(lay_out(0, index))
        shapes = {item.shape for item in filmed.items + filmed.clutter}
        assert {"floor", "ceiling", "wall"} <= shapes
        assert {item.size[2] for item in filmed.items if item.shape == "wall"} == {filmed.height}


def test_patterns_differ_and_have_one_size():
    names, pixels = tiles()
    assert pixels.shape[1:] == (len(names), SIDE, SIDE, 3)
    assert len({tile.tobytes() for tile in pixels[0]}) == len(names)


@pytest.mark.parametrize("index", range(24))
def test_walk_passes_through_no_furniture_and_no_wall(index):
    room = lay_out(0, index)
    poses = walk(room, 60)
    places = poses[:, :3, 3]
    for item in room.items + room.clutter:
        if item.label in STRUCTURE:
            continue
        own = np.abs((places - item.box.center) @ item.axes.T)
        assert (own > item.box.extents / 2).any(axis=1).all(), item.label
    assert (clearance(room, places[:, :2], above=1.05) > 0.08).all()
    assert (places[:, 2] >= 1.2).all()
    assert (places[:, 2] <= 1.7).all()


def test_walk_looks_in_all_directions_and_down_like_a_phone_in_the_hand(room):
    poses = walk(room, 90)
    forward, down = poses[:, :3, 2], poses[:, :3, 1]
    assert np.allclose(poses[:, :3, :3] @ poses[:, :3, :3].transpose(0, 2, 1), np.eye(3), atol=1e-9)
    assert np.allclose(np.linalg.det(poses[:, :3, :3]), 1)
    quarters = np.unique(np.floor(np.arctan2(forward[:, 1], forward[:, 0]) / (np.pi / 2)))
    assert len(quarters) == 4
    tilt = np.degrees(np.arcsin(-forward[:, 2]))
    assert 8 < tilt.min() < tilt.max() < 49
    assert 18 < np.median(tilt) < 34
    assert (down[:, 2] < -0.6).all()


@pytest.mark.parametrize(("seed", "index"), APARTMENTS)
def test_walk_enters_every_room_of_an_apartment(seed, index):
    room = lay_out(seed, index)
    places = walk(room, 90)[:, :2, 3]
    assert len(room.plan.spaces) > 1
    for ((x0, y0, x1, y1),) in room.plan.spaces:
        inside = (places > (x0, y0)).all(axis=1) & (places < (x1, y1)).all(axis=1)
        assert inside.sum() >= 8


def test_walk_is_reproducible_and_differs_between_rooms(room):
    assert np.array_equal(walk(room, 20), walk(lay_out(0, 1), 20))
    assert not np.allclose(walk(room, 20), walk(lay_out(1, 1), 20))


@pytest.mark.parametrize("count", [1, 2, 5])
def test_short_walks_have_the_requested_number_of_poses(room, count):
    assert walk(room, count).shape == (count, 4, 4)


def test_every_cover_names_existing_shapes_and_patterns_and_every_pattern_is_used():
    lines = (files("vsidata.synthetic") / "data" / "textures.csv").read_text().splitlines()
    rows = list(csv.DictReader(lines))
    patterns = {name.rstrip(" 0123456789") for name in tiles()[0]}
    named = {texture for row in rows for texture in row["texture"].split("|")}
    assert named == patterns
    shapes = {kind.shape for kind in kinds().values()}
    assert {shape for row in rows for shape in row["shape"].split("|")} - {"*"} <= shapes
    assert rows[-1]["shape"] == rows[-1]["tone"] == rows[-1]["colour"] == "*"
