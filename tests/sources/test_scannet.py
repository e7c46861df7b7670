"""A room in ScanNet's layout is read correctly, with all irregularities of the layout."""

import json
import pickle
import shutil
from pathlib import Path

import numpy as np
import pytest

from tests.scans import ROOM, small_scan
from vsidata.errors import OptionError, ScanError
from vsidata.sources.registry import open_source

NAME = "scene0000_00"


def load(root, name=NAME):
    return open_source("scannet", [root]).load(name)


def object_of(scene, label):
    (found,) = [thing for thing in scene.objects if thing.label == label]
    return found


def part_of(label):
    (found,) = [part for part in ROOM if part.label == label]
    return found


@pytest.mark.parametrize("part", [part for part in ROOM if part.label], ids=lambda part: part.label)
def test_each_object_is_at_its_place_in_the_room(tmp_path, part):
    small_scan().write(tmp_path)
    found = object_of(load(tmp_path), part.label)
    np.testing.assert_allclose(found.vertices.min(axis=0), part.low, atol=1e-6)
    np.testing.assert_allclose(found.vertices.max(axis=0), part.high, atol=1e-6)
    # Points are spread evenly over opposite sides. So their mean is the middle of the box.
    np.testing.assert_allclose(found.centroid, np.add(part.low, part.high) / 2, atol=1e-6)
    corners = found.vertices[found.triangles]
    area = (
        np.linalg.norm(np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1).sum()
        / 2
    )
    length, width, height = np.subtract(part.high, part.low)
    whole = length * width + length * height + width * height
    assert area == pytest.approx(whole if 0 in (length, width, height) else 2 * whole)


def test_points_outside_all_objects_are_kept_and_belong_to_no_object(tmp_path):
    scan = small_scan()
    scan.write(tmp_path)
    scene = load(tmp_path)
    assert len(scene.points) == len(scan.vertices)
    unannotated = np.isin(scan.segments["segIndices"], part_of(None).segments)
    np.testing.assert_array_equal(scene.instances == -1, unannotated)
    for thing in scene.objects:
        np.testing.assert_array_equal(scene.points[scene.instances == thing.instance], thing.vertices)
    np.testing.assert_array_equal(scene.triangles, scan.faces)


def test_without_axis_alignment_the_scan_stays_in_its_own_frame(tmp_path):
    scan = small_scan()
    del scan.properties["axisAlignment"]
    scan.write(tmp_path)
    np.testing.assert_allclose(load(tmp_path).points, scan.vertices, atol=1e-6)


def test_a_triangle_across_two_objects_belongs_to_neither(tmp_path):
    scan = small_scan()
    scan.write(tmp_path / "before")
    segments = np.array(scan.segments["segIndices"])
    table, chair = (
        np.flatnonzero(np.isin(segments, part_of(label).segments)) for label in ("table", "office chair")
    )
    scan.faces = np.append(scan.faces, [[table[0], table[1], chair[0]]], axis=0)
    scan.write(tmp_path / "after")
    before, after = load(tmp_path / "before"), load(tmp_path / "after")
    for label in ("table", "office chair"):
        assert len(object_of(before, label).triangles) == len(object_of(after, label).triangles)


def test_object_ids_may_have_gaps_and_any_order(tmp_path):
    scan = small_scan()
    for group, instance in zip(scan.aggregation["segGroups"], (40, 7, 1000, 0), strict=True):
        group["objectId"] = instance
    scan.write(tmp_path)
    scene = load(tmp_path)
    assert [thing.instance for thing in scene.objects] == [0, 7, 40, 1000]
    assert object_of(scene, "table").instance == 1000
    assert set(np.unique(scene.instances)) == {-1, 0, 7, 40, 1000}
    np.testing.assert_allclose(
        object_of(scene, "table").vertices.max(axis=0), part_of("table").high, atol=1e-6
    )


def test_segment_ids_may_be_far_apart(tmp_path):
    scan = small_scan()
    scan.segments["segIndices"] = [id_ * 10**15 for id_ in scan.segments["segIndices"]]
    for group in scan.aggregation["segGroups"]:
        group["segments"] = [id_ * 10**15 for id_ in group["segments"]]
    scan.write(tmp_path / "far")
    small_scan().write(tmp_path / "near")
    near, far = load(tmp_path / "near"), load(tmp_path / "far")
    np.testing.assert_array_equal(near.instances, far.instances)
    for one, other in zip(near.objects, far.objects, strict=True):
        np.testing.assert_array_equal(one.vertices, other.vertices)


def test_object_with_segments_without_a_vertex_is_still_an_instance(tmp_path):
    scan = small_scan()
    scan.aggregation["segGroups"].append({"objectId": 9, "segments": [950, 951], "label": "lamp"})
    scan.aggregation["segGroups"].append({"objectId": 10, "segments": [], "label": "clock"})
    scan.write(tmp_path)
    for label in ("lamp", "clock"):
        found = object_of(load(tmp_path), label)
        assert (found.vertices.shape, found.triangles.shape, found.centroid) == ((0, 3), (0, 3), None)


def test_segment_that_two_objects_list_belongs_to_both(tmp_path):
    scan = small_scan()
    table, chair = scan.aggregation["segGroups"][2:4]
    chair["segments"].append(part_of("table").segments[0])
    scan.write(tmp_path / "claimed")
    small_scan().write(tmp_path / "plain")
    plain, claimed = load(tmp_path / "plain"), load(tmp_path / "claimed")
    shared = np.isin(scan.segments["segIndices"], part_of("table").segments[0])
    table, chair = object_of(claimed, "table"), object_of(claimed, "office chair")
    np.testing.assert_array_equal(table.vertices, object_of(plain, "table").vertices)
    np.testing.assert_array_equal(table.triangles, object_of(plain, "table").triangles)
    assert len(chair.vertices) == len(object_of(plain, "office chair").vertices) + shared.sum()
    assert chair.triangles.max() < len(chair.vertices)
    assert set(claimed.instances[shared]) == {chair.instance}, (
        "the later object in the file, as in ScanNet's own export"
    )


def test_segment_that_is_listed_twice_counts_once(tmp_path):
    scan = small_scan()
    for group in scan.aggregation["segGroups"]:
        group["segments"] = sorted(set(group["segments"]))
    scan.write(tmp_path / "once")
    small_scan().write(tmp_path / "twice")
    for one, other in zip(load(tmp_path / "once").objects, load(tmp_path / "twice").objects, strict=True):
        np.testing.assert_array_equal(one.vertices, other.vertices)


@pytest.mark.parametrize("written", ["table\t", "  table ", "\ttable\n"])
def test_white_space_around_a_label_is_removed(tmp_path, written):
    scan = small_scan()
    scan.aggregation["segGroups"][2]["label"] = written
    scan.write(tmp_path)
    assert object_of(load(tmp_path), "table").instance == 2


def test_white_space_within_a_label_becomes_one_blank(tmp_path):
    scan = small_scan()
    scan.aggregation["segGroups"][3]["label"] = "office \t chair"
    scan.write(tmp_path)
    assert object_of(load(tmp_path), "office chair").instance == 3


@pytest.mark.parametrize("scene_id", ["scannet.scene0000_00", NAME, f"{NAME}_vh_clean_2", None, 17])
def test_scene_id_may_have_a_prefix_or_be_absent(tmp_path, scene_id):
    scan = small_scan()
    scan.aggregation["sceneId"] = scan.segments["sceneId"] = scene_id
    scan.write(tmp_path)
    assert len(load(tmp_path).objects) == 4


def test_annotation_with_the_other_name_is_used_if_the_usual_one_is_missing(tmp_path):
    folder = small_scan().write(tmp_path)
    (folder / f"{NAME}.aggregation.json").rename(folder / f"{NAME}_vh_clean.aggregation.json")
    source = open_source("scannet", [tmp_path])
    assert len(source.load(NAME).objects) == 4
    assert folder / f"{NAME}_vh_clean.aggregation.json" in source.files(NAME)


def test_reading_labels_needs_only_the_annotation(tmp_path):
    folder = small_scan().write(tmp_path)
    for file in folder.iterdir():
        if not file.name.endswith(".aggregation.json"):
            file.unlink()
    source = open_source("scannet", [tmp_path])
    assert source.labels(NAME) == {0: "floor", 1: "wall", 2: "table", 3: "office chair"}


def test_files_lists_the_files_that_load_reads(tmp_path):
    folder = small_scan().write(tmp_path)
    (folder / f"{NAME}.sens").write_bytes(b"frames")
    source = open_source("scannet", [tmp_path])
    files = source.files(NAME)
    assert len(files) == 4
    for file in files:
        kept = file.read_bytes()
        file.unlink()
        with pytest.raises(ScanError):
            source.load(NAME)
        file.write_bytes(kept)
    source.load(NAME)


@pytest.mark.parametrize("place", ["scans", "scans_test", "."])
def test_scans_are_found_in_each_usual_place(tmp_path, place):
    folder = small_scan().write(tmp_path / "made")
    (tmp_path / "root" / place).mkdir(parents=True, exist_ok=True)
    shutil.move(folder, tmp_path / "root" / place)
    assert len(load(tmp_path / "root").objects) == 4


def test_names_of_scans_are_sorted_and_come_from_all_places(tmp_path):
    for name, place in (("scene0002_00", "scans"), ("scene0010_01", "."), ("scene0001_00", "scans_test")):
        (tmp_path / place / name).mkdir(parents=True)
    assert list(open_source("scannet", [tmp_path]).names()) == [
        "scene0001_00",
        "scene0002_00",
        "scene0010_01",
    ]


@pytest.mark.parametrize(
    "odd",
    [
        "scene1_00",
        "scene0000_00.bak",
        "scene0000_00\n",
        "..scene0000_00",
        "scene٠٠٠٠_00",
        "Scene0000_00",
        ".cache",
    ],
)
def test_folder_with_another_name_is_not_a_scan(tmp_path, odd):
    (tmp_path / "scans" / odd).mkdir(parents=True)
    (tmp_path / "scans" / "scene0007_00").mkdir()
    assert list(open_source("scannet", [tmp_path]).names()) == ["scene0007_00"]


def test_file_named_like_a_scan_is_not_a_scan(tmp_path):
    (tmp_path / "scene0001_00").write_text("")
    (tmp_path / "scene0002_00").mkdir()
    assert list(open_source("scannet", [tmp_path]).names()) == ["scene0002_00"]


def test_linked_scan_has_the_name_of_its_link(tmp_path):
    folder = small_scan().write(tmp_path / "store")
    (tmp_path / "root").mkdir()
    (tmp_path / "root" / NAME).symlink_to(folder)
    (tmp_path / "root" / "elsewhere").symlink_to(folder)
    source = open_source("scannet", [tmp_path / "root"])
    assert list(source.names()) == [NAME]
    assert source.load(NAME).name == NAME


@pytest.mark.parametrize(
    ("target", "fault"),
    [("/nowhere/at/all", "is a link to /nowhere/at/all"), ("scene0001_00", "is a link to scene0001_00")],
    ids=["leads nowhere", "leads to itself"],
)
@pytest.mark.parametrize("place", ["scans", "."])
def test_scan_that_is_a_broken_link_is_a_scan_that_cannot_be_read(tmp_path, target, fault, place):
    small_scan().write(tmp_path)
    (tmp_path / place / "scene0001_00").symlink_to(target)
    source = open_source("scannet", [tmp_path])
    assert list(source.names()) == [NAME, "scene0001_00"]
    for use in (source.load, source.labels, source.files, source.stream_files):
        with pytest.raises(ScanError) as caught:
            use("scene0001_00")
        assert caught.value.file == str(tmp_path / place / "scene0001_00")
        assert fault in caught.value.fault
        assert "Correct the link" in caught.value.remedy


@pytest.mark.parametrize("target", ["/nowhere/at/all", "scans"])
def test_folder_of_scans_that_is_a_broken_link_is_refused(tmp_path, target):
    (tmp_path / "scans").symlink_to(target)
    (tmp_path / "scans_test" / NAME).mkdir(parents=True)
    with pytest.raises(OptionError) as caught:
        open_source("scannet", [tmp_path])
    assert caught.value.file == str(tmp_path / "scans")


@pytest.mark.parametrize("place", ["scans", "."])
def test_root_that_is_a_scan_is_refused_and_the_remedy_names_its_parent(tmp_path, place, monkeypatch):
    folder = small_scan().write(tmp_path)
    if place == ".":
        folder = folder.rename(tmp_path / NAME)
    monkeypatch.chdir(folder)
    for root in (folder, Path()):
        with pytest.raises(OptionError, match="is a scan, not a folder of scans") as caught:
            open_source("scannet", [root])
        assert str(folder.parent) in caught.value.remedy
    assert list(open_source("scannet", [folder.parent]).names()) == [NAME]


def test_scan_in_two_places_is_refused_and_the_error_names_both(tmp_path):
    small_scan().write(tmp_path)
    shutil.copytree(tmp_path / "scans", tmp_path / "scans_test")
    source = open_source("scannet", [tmp_path])
    with pytest.raises(ScanError) as caught:
        source.load(NAME)
    assert str(tmp_path / "scans" / NAME) in caught.value.fault
    assert str(tmp_path / "scans_test" / NAME) in caught.value.fault


def test_one_scan_reached_by_two_paths_is_one_scan(tmp_path):
    small_scan().write(tmp_path)
    (tmp_path / NAME).symlink_to(tmp_path / "scans" / NAME)
    assert len(load(tmp_path).objects) == 4


def test_scans_without_a_mark_belong_to_scannet(tmp_path):
    small_scan().write(tmp_path)
    assert load(tmp_path).dataset == "scannet"


def test_source_can_be_pickled_for_a_worker(tmp_path):
    small_scan().write(tmp_path)
    source = pickle.loads(pickle.dumps(open_source("scannet", [tmp_path])))  # noqa: S301 - its own
    assert len(source.load(NAME).objects) == 4


def test_unknown_source_is_refused_and_the_remedy_lists_the_sources(tmp_path):
    with pytest.raises(OptionError, match="scannet"):
        open_source("scan-net", [tmp_path])


def test_unknown_scan_is_refused(tmp_path):
    small_scan().write(tmp_path)
    with pytest.raises(ScanError, match="scene0009_00"):
        load(tmp_path, "scene0009_00")


def test_root_that_is_not_a_folder_is_refused(tmp_path):
    with pytest.raises(OptionError, match="not a folder"):
        open_source("scannet", [tmp_path / "nowhere"])
    (tmp_path / "file").write_text("")
    with pytest.raises(OptionError, match="not a folder"):
        open_source("scannet", [tmp_path / "file"])


def test_root_without_scans_is_refused_with_the_expected_layout(tmp_path):
    (tmp_path / "scene_0000").mkdir()
    with pytest.raises(OptionError, match="scene0000_00"):
        open_source("scannet", [tmp_path])


def test_order_of_the_files_on_disk_does_not_matter(tmp_path, monkeypatch):
    for name in ("scene0003_00", "scene0001_00", "scene0002_00"):
        (tmp_path / name).mkdir()

    listed = sorted(tmp_path.iterdir())
    for order in (listed, listed[::-1]):
        monkeypatch.setattr(Path, "iterdir", lambda _, order=order: iter(order))
        assert list(open_source("scannet", [tmp_path]).names()) == [folder.name for folder in listed]


def test_json_of_any_layout_is_read(tmp_path):
    scan = small_scan()
    folder = scan.write(tmp_path)
    file = folder / f"{NAME}.aggregation.json"
    file.write_text(
        "\n\t" + json.dumps(scan.aggregation, indent="\t", ensure_ascii=True).replace(",", "\n,\t") + "\n"
    )
    assert len(load(tmp_path).objects) == 4
