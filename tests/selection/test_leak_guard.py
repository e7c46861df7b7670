"""The guard refuses all scans of a room if a list of a benchmark contains one of them."""

import csv
from pathlib import Path

import pytest

from vsidata.errors import OptionError
from vsidata.selection.leak_guard import forbidden_rooms, scenes_of_forbidden_rooms, unknown_scenes
from vsidata.sources import official
from vsidata.sources.official import official_lists


def test_validation_scans_show_forbidden_rooms_and_training_scans_do_not():
    official = official_lists("scannet")
    found = scenes_of_forbidden_rooms([("scannet", name) for name in official], forbidden_rooms())
    assert set(found) == {name for name, split in official.items() if split == "val"}
    assert len(found) == 312


def test_every_scene_of_vsi_bench_is_of_a_forbidden_room(vsibench):
    with (vsibench / "scenes.csv").open(newline="") as file:
        scenes = [(row["dataset"], row["scene_name"]) for row in csv.DictReader(file)]
    assert len(scenes) == 288
    assert set(scenes_of_forbidden_rooms(scenes, forbidden_rooms())) == {name for _, name in scenes}


def test_every_scan_of_a_benchmark_room_is_refused_even_without_the_validation_list(vsibench):
    forbidden = forbidden_rooms()
    shown = {room for room in forbidden if room[0] == "scannet"}
    # scene0025_01 is in VSI-Bench. The other scans of its room are not, but they show the same room.
    assert ("scannet", "scene0025") in shown
    rescans = [("scannet", f"scene0025_{scan:02}") for scan in range(4)]
    assert len(scenes_of_forbidden_rooms(rescans, forbidden)) == 4


def test_lists_apply_only_to_their_own_dataset():
    same_names = [("synthetic", "scene0025_01"), ("synthetic", "scene0568_00"), ("multiscan", "41069025")]
    assert scenes_of_forbidden_rooms(same_names, forbidden_rooms()) == {}


def test_every_video_of_a_visit_that_vsi_bench_shows_is_refused(vsibench):
    with (vsibench / "scenes.csv").open(newline="") as file:
        shown = {row["scene_name"] for row in csv.DictReader(file) if row["dataset"] == "arkitscenes"}
    siblings = [("arkitscenes", name) for name in ("47331061", "47331063", "47331064")]
    assert {name for _, name in siblings} & shown == {"47331063"}
    assert len(scenes_of_forbidden_rooms(siblings, forbidden_rooms())) == 3
    # According to the official file, the visits of the 150 videos have 300 other videos.
    lines = (Path(official.__file__).parent / "data" / "arkitscenes_3dod_train_val_splits.csv").read_text()
    visit_of = {video: visit for video, visit, _ in csv.reader(lines.splitlines()[1:])}
    visits = {visit_of[video] for video in shown}
    others = {video for video, visit in visit_of.items() if visit in visits} - shown
    assert (len(shown), len(visits), len(others)) == (150, 150, 300)
    found = scenes_of_forbidden_rooms([("arkitscenes", name) for name in others], forbidden_rooms())
    assert set(found) == others


def test_users_list_forbids_the_rooms_of_its_scenes_and_is_reported(tmp_path):
    path = tmp_path / "ours.csv"
    path.write_text("dataset,scene_name\nscannet,scene0191_01\nmultiscan,abc\n")
    scenes = [
        ("scannet", "scene0191_00"),
        ("scannet", "scene0191_02"),
        ("scannet", "scene0119_00"),
        ("multiscan", "abc"),
    ]
    found = scenes_of_forbidden_rooms(scenes, forbidden_rooms([path]))
    assert found == dict.fromkeys(["scene0191_00", "scene0191_02", "abc"], "ours.csv")


def test_users_list_may_have_further_columns_and_spaces(tmp_path):
    path = tmp_path / "ours.csv"
    path.write_bytes("\ufeffscene_name, dataset, why\r\nabc , multiscan, shown\r\n".encode())
    assert forbidden_rooms([path])["multiscan", "abc"] == "ours.csv"


@pytest.mark.parametrize(
    "line",
    [
        "ScanNet,scene0191_00",
        "scannet,Scene0191_00",
        "scannet,scans/scene0191_00",
        "scannet,/data/scannet/scans/scene0191_00/",
        "scannet,scene0191_00.sens",
        "scannet,scans/scene0191_00/scene0191_00_vh_clean_2.ply",
        "ScanNet v2,scene0191",
    ],
)
def test_usual_spellings_of_a_scan_forbid_its_room(tmp_path, line):
    path = tmp_path / "ours.csv"
    path.write_text(f"dataset,scene_name\n{line}\n")
    found = scenes_of_forbidden_rooms([("scannet", "scene0191_00")], forbidden_rooms([path]))
    assert found == {"scene0191_00": "ours.csv"}
    assert unknown_scenes([path], []) == {}


def test_scene_names_match_in_any_letter_case_and_with_folders_and_suffixes(tmp_path):
    at_hand = [("matterport3d", "Xf4a/region_1"), ("scannetpp", "0a5c013435"), ("made", "Room_7")]
    path = tmp_path / "ours.csv"
    path.write_text(
        "dataset,scene_name\nMatterport3D,XF4A/region_1\nScanNet++,data/0A5C013435.mp4\nMade,room_7\n"
    )
    assert len(scenes_of_forbidden_rooms(at_hand, forbidden_rooms([path], at_hand))) == 3


def test_unknown_dataset_in_a_users_list_is_refused_with_its_line(tmp_path):
    path = tmp_path / "ours.csv"
    path.write_text("dataset,scene_name\nscannet,scene0191_00\nscanet,scene0191_00\n")
    with pytest.raises(OptionError, match="line 3 has the unknown dataset `scanet`") as caught:
        forbidden_rooms([path])
    assert "scannet" in caught.value.remedy


def test_names_that_match_no_known_scan_are_counted_by_list(tmp_path):
    path, other = tmp_path / "ours.csv", tmp_path / "theirs.csv"
    path.write_text("dataset,scene_name\nscannet,scene0191_07\nscannet,scene9191_00\nscannet,room5\n")
    other.write_text("dataset,scene_name\nmultiscan,abc\n")
    assert unknown_scenes([path, other], []) == {"ours.csv": ["scene9191_00", "room5"], "theirs.csv": ["abc"]}
    assert unknown_scenes([path, other], [("multiscan", "abc")]) == {"ours.csv": ["scene9191_00", "room5"]}


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        ("", "lists no scenes"),
        ("dataset,scene_name\n", "lists no scenes"),
        ("scannet,scene0001_00\nscannet,scene0002_00\n", "line 2"),
        ("dataset,scene_name\nscannet,scene0001_00\nscannet\n", "line 3"),
        ("dataset,scene_name\nscannet,\n", "line 2"),
    ],
)
def test_list_without_scenes_is_refused(tmp_path, content, fault):
    path = tmp_path / "ours.csv"
    path.write_text(content)
    with pytest.raises(OptionError, match=fault):
        forbidden_rooms([path])


def test_list_that_cannot_be_read_is_refused(tmp_path):
    with pytest.raises(OptionError, match="cannot be read"):
        forbidden_rooms([tmp_path / "nowhere.csv"])
    (tmp_path / "binary.csv").write_bytes(b"\xff\xfe\0")
    with pytest.raises(OptionError, match="cannot be read"):
        forbidden_rooms([tmp_path / "binary.csv"])
