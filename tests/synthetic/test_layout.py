"""Layouts of rooms: nothing overlaps, and labels are as frequent as in real scans."""

from collections import Counter
from itertools import combinations

import numpy as np
import pytest

from vsidata.synthetic.catalogue import SCANS, kinds
from vsidata.synthetic.decks import decks
from vsidata.synthetic.layout import STRUCTURE, Room, box_scene, lay_out


@pytest.fixture(scope="module")
def rooms() -> list[Room]:
    return [lay_out(11, index) for index in range(300)]


def _furniture(room):
    return [item for item in (*room.items, *room.clutter) if item.label not in STRUCTURE]


def test_two_objects_overlap_only_if_one_is_on_the_other(rooms):
    for room in rooms[:60]:
        for first, second in combinations(_furniture(room), 2):
            if first.instance in (second.host,) or second.instance in (first.host,):
                continue
            a, b = first.box.corners, second.box.corners
            apart = np.maximum(a.min(axis=0) - b.max(axis=0), b.min(axis=0) - a.max(axis=0)).max()
            assert apart > -1e-6, (room.name, first.label, second.label)


def test_objects_stand_inside_the_room(rooms):
    for room in rooms[:60]:
        spaces = [space for part in room.plan.spaces for space in part]
        for item in _furniture(room):
            low, high = item.box.corners.min(axis=0), item.box.corners.max(axis=0)
            assert low[2] >= 0
            assert high[2] <= room.height + 1e-9
            if item.host is None:
                assert any(
                    x0 - 1e-5 <= low[0]
                    and y0 - 1e-5 <= low[1]
                    and high[0] <= x1 + 1e-5
                    and high[1] <= y1 + 1e-5
                    for x0, y0, x1, y1 in spaces
                ), (room.name, item.label)


def test_objects_on_furniture_rest_on_one_of_its_decks(rooms):
    seen = 0
    for room in rooms[:60]:
        items = {item.instance: item for item in room.items}
        for item in room.items:
            if item.host is None:
                continue
            host = items[item.host]
            own = (item.position - host.position) @ host.axes.T
            assert any(
                deck.x0 <= own[0] <= deck.x1
                and deck.y0 <= own[1] <= deck.y1
                and own[2] == pytest.approx(deck.z)
                for deck in decks(host.shape, host.size)
            ), (room.name, item.label, host.label)
            seen += 1
    assert seen > 100


def test_chairs_face_the_table_that_they_stand_at(rooms):
    cosines = []
    for room in rooms:
        tables = [item for item in room.items if item.label in ("table", "dining table", "desk")]
        for chair in (item for item in room.items if item.label == "chair"):
            gaps = [np.linalg.norm((table.position - chair.position)[:2]) for table in tables]
            if gaps and min(gaps) < 1.0:
                way = (tables[int(np.argmin(gaps))].position - chair.position)[:2]
                cosines.append(chair.axes[1, :2] @ way / np.linalg.norm(way))
    assert len(cosines) > 100
    assert np.median(cosines) > 0.8


def test_beds_stand_with_their_head_to_a_wall(rooms):
    beds = [(room, item) for room in rooms for item in room.items if item.label == "bed"]
    assert len(beds) > 30
    for room, bed in beds:
        head = bed.position[:2] - bed.size[1] / 2 * bed.axes[1, :2]
        distances = [abs((head - wall.start) @ wall.inward) for wall in room.plan.walls]
        assert min(distances) < 0.1


def test_the_same_seed_gives_the_same_room_in_any_order():
    backwards = [lay_out(5, index) for index in (3, 2, 1)][::-1]
    for index, room in zip((1, 2, 3), backwards, strict=True):
        again = lay_out(5, index)
        assert [(item.instance, item.label, item.size, item.yaw) for item in again.items] == [
            (item.instance, item.label, item.size, item.yaw) for item in room.items
        ]


def test_labels_occur_as_often_as_counted_in_real_scans(rooms):
    present = Counter(label for room in rooms for label in {item.label for item in room.items})
    for kind in kinds().values():
        share = kind.scans / SCANS
        doubt = 4 * np.sqrt(share * (1 - share) / len(rooms))  # four standard deviations of the draw
        assert present[kind.label] / len(rooms) == pytest.approx(share, abs=doubt + 0.15 * share + 0.01), (
            kind.label
        )


def test_numbers_of_objects_and_single_labels_per_room_vary_as_in_real_scans(rooms):
    """Compare with the percentiles of real scans.

    These are 13, 20, 29, 40, 62 objects and 2, 6, 10, 15, 22 labels with one object.
    """
    objects = [len(room.items) for room in rooms]
    once = [sum(n == 1 for n in Counter(item.label for item in room.items).values()) for room in rooms]
    for found, real, slack in (
        (objects, (13, 20, 29, 40, 62), (3, 4, 5, 7, 12)),
        (once, (2, 6, 10, 15, 22), (2, 2, 2, 3, 4)),
    ):
        assert np.all(np.abs(np.percentile(found, [5, 25, 50, 75, 95]) - real) <= slack)


def test_sizes_follow_the_counted_percentiles(rooms):
    for label in ("chair", "picture", "table", "box"):
        heights = [item.size[2] for room in rooms for item in room.items if item.label == label]
        spread = kinds()[label].height
        assert len(heights) > 80
        assert np.median(heights) == pytest.approx(spread.p50, rel=0.2)
        assert min(heights) >= spread.p10 - 1e-9


def test_room_areas_are_spread_like_those_of_real_rooms(rooms):
    """VSI-Bench's rooms range from 2.4 to 128.5 square metres with a median of 17.5."""
    areas = [room.plan.area for room in rooms]
    assert 14 < np.median(areas) < 22
    assert 2.4 < min(areas) < 5
    assert 50 < max(areas) < 128.5
    assert {room.plan.shape for room in rooms} == {"rectangle", "L", "T", "rooms"}


def test_instance_ids_are_unique_and_have_gaps(rooms):
    gaps = 0
    for room in rooms[:60]:
        ids = [item.instance for item in room.items]
        assert len(set(ids)) == len(ids)
        assert min(ids) == 0
        gaps += max(ids) + 1 - len(ids)
    assert gaps > 0


def test_a_scene_of_boxes_has_the_objects_of_the_recipe():
    room, scene = lay_out(2, 7), box_scene(2, 7)
    assert scene.name == "scene0007_00"
    assert scene.points is None
    assert scene.room_area == room.plan.area
    for item, thing in zip(room.items, scene.objects, strict=True):
        assert (thing.instance, thing.label) == (item.instance, item.label)
        assert np.array_equal(thing.box.extents, item.size)
        assert np.allclose(thing.box.axes @ thing.box.axes.T, np.eye(3))
        assert thing.box.corners[:, 2].min() == pytest.approx(item.position[2])
