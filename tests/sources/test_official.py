"""Rooms and official lists are those that the makers of the datasets published."""

from collections import Counter

import pytest

from vsidata.sources.official import official_lists, official_split, room_of


def test_arkitscenes_has_as_many_videos_and_visits_as_its_makers_state():
    videos = official_lists("arkitscenes")
    assert Counter(videos.values()) == {"train": 4498, "val": 549}
    rooms = Counter(room_of("arkitscenes", name) for name in videos)
    # There are 1,661 visits. Each of the eight videos with the visit `NA` is a room of its own.
    assert len(rooms) == 1661 + 8
    assert max(rooms.values()) == 8


@pytest.mark.parametrize(
    ("dataset", "one", "other", "same"),
    [
        ("scannet", "scene0000_00", "scene0000_02", True),
        ("scannet", "scene0000_00", "scene0001_00", False),
        ("arkitscenes", "47331061", "47331064", True),
        ("arkitscenes", "40753679", "40753686", False),  # both have the visit `NA`
        ("arkitscenes", "10000001", "10000002", False),  # in no list
        ("scannetpp", "09c1414f1b", "1ada7a0617", False),
        ("multiscan", "scene_00000_00", "scene_00000_01", True),
        ("multiscan", "47331061", "47331064", False),
    ],
)
def test_scans_share_a_room_as_their_makers_state(dataset, one, other, same):
    assert (room_of(dataset, one) == room_of(dataset, other)) is same


@pytest.mark.parametrize(
    ("dataset", "name", "split"),
    [
        ("scannet", "scene0000_00", "train"),
        ("scannet", "scene9999_00", None),
        ("arkitscenes", "47331063", "val"),
        ("arkitscenes", "10000001", None),
        ("scannetpp", "09c1414f1b", "val"),
        ("scannetpp", "0000000000", "train"),
        ("synthetic", "scene0025_01", "train"),
    ],
)
def test_official_list_of_a_scan(dataset, name, split):
    assert official_split(dataset, name) == split
