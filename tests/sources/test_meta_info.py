"""The released meta information becomes scenes of boxes. Its faults are reported."""

import json
import math
import pickle
import re

import numpy as np
import pytest

from vsidata.errors import OptionError, ScanError
from vsidata.sources.registry import open_source

NAME = "41069025"


def entry(**changes):
    """A room with a table and two chairs, one of which is turned by 30°."""
    c, s = math.cos(math.pi / 6), math.sin(math.pi / 6)
    box = {
        "centroid": [1.0, 2, 0.5],
        "axesLengths": [0.6, 0.5, 1],
        "normalizedAxes": [1, 0, 0, 0, 1, 0, 0, 0, 1],
    }
    turned = {
        "centroid": [-1, 0, 0],
        "axesLengths": [2, 1, 3],
        "normalizedAxes": [c, s, 0, -s, c, 0, 0, 0, 1],
    }
    room = {
        "video_path": "x.mp4",
        "room_size": 26.4,
        "room_center": [0, 0, 0],
        "object_counts": {"chair": 2, "table": 1},
        "object_bbox": {"chair": [box, turned], "table": [{**box, "centroid": [0, 0, 1]}]},
        "dataset": "arkitscenes",
    }
    return {**room, **changes}


def box(**changes):
    """Return the room with another box for its table."""
    room = entry()
    room["object_bbox"]["table"][0].update(changes)
    return room


def write(path, scenes):
    path.write_text(json.dumps(scenes))
    return path


def load(tmp_path, room, name=NAME):
    return open_source("meta-info", [write(tmp_path / "meta_info.json", {name: room})]).load(name)


def test_scene_has_the_boxes_counts_and_area_of_its_entry(tmp_path):
    scene = load(tmp_path, entry())
    assert (scene.dataset, scene.name, scene.room_area) == ("arkitscenes", NAME, 26.4)
    assert scene.declared_counts == {"chair": 2, "table": 1}
    assert [(thing.instance, thing.label) for thing in scene.objects] == [
        (0, "chair"),
        (1, "chair"),
        (2, "table"),
    ]
    for thing in scene.objects:
        assert (thing.vertices, thing.triangles, thing.centroid) == (None, None, None)
    assert (scene.points, scene.triangles, scene.instances) == (None, None, None)


def test_rows_of_the_rotation_are_the_axes(tmp_path):
    turned = load(tmp_path, entry()).objects[1].box
    # The first axis is 2 m long and points 30° to the left of x. So its end is 1 m from the centre in that
    # direction.
    tip = turned.center + turned.axes[0] * turned.extents[0] / 2
    np.testing.assert_allclose(tip, [-1 + math.cos(math.pi / 6), 0.5, 0])


def test_all_released_boxes_extend_exactly_as_far_as_the_release_states(vsibench):
    files = sorted(vsibench.glob("*_meta_info_val.json"))
    source = open_source("meta-info", files)
    assert source.dataset == "arkitscenes+scannetpp"
    assert len(source.names()) == 200
    released = {name: room for file in files for name, room in json.loads(file.read_text()).items()}
    boxes = 0
    for name in source.names():
        scene, room = source.load(name), released[name]
        assert source.dataset_of(name) == scene.dataset == room["dataset"]
        listed = [one for boxes in room["object_bbox"].values() for one in boxes]
        for thing, one in zip(scene.objects, listed, strict=True):
            corners = thing.box.corners
            np.testing.assert_allclose(corners.min(axis=0), one["min"], atol=1e-9)
            np.testing.assert_allclose(corners.max(axis=0), one["max"], atol=1e-9)
            boxes += 1
        assert source.labels(name) == {thing.instance: thing.label for thing in scene.objects}
    assert boxes == 1973


def test_several_files_make_one_source_of_several_datasets(tmp_path):
    first = write(tmp_path / "a.json", {"b": entry()})
    second = write(tmp_path / "b.json", {"a": entry(dataset="scannetpp")})
    source = open_source("meta-info", [first, second])
    assert list(source.names()) == ["a", "b"]
    assert source.dataset == "arkitscenes+scannetpp"
    assert [source.dataset_of(name) for name in source.names()] == ["scannetpp", "arkitscenes"]
    assert (source.files("a"), source.files("b")) == ([second], [first])


def test_doubled_boxes_do_not_change_the_declared_count(tmp_path):
    room = entry(object_counts={"chair": 1, "table": 1})
    scene = load(tmp_path, room)
    assert scene.declared_counts["chair"] == 1
    assert sum(thing.label == "chair" for thing in scene.objects) == 2


def test_room_size_may_be_missing(tmp_path):
    room = entry()
    del room["room_size"]
    assert load(tmp_path, room).room_area is None


def test_pickled_source_contains_no_file_content(tmp_path):
    many = {f"s{number}": entry() for number in range(300)}
    source = open_source("meta-info", [write(tmp_path / "meta_info.json", many)])
    data = pickle.dumps(source)
    assert len(data) < 40 * len(many)
    assert len(pickle.loads(data).load("s7").objects) == 3  # noqa: S301 - its own


def test_file_that_changes_is_read_again(tmp_path):
    path = tmp_path / "meta_info.json"
    source = open_source("meta-info", [write(path, {NAME: entry()})])
    source.load(NAME)
    write(path, {NAME: entry(room_size=99.75)})
    assert source.load(NAME).room_area == 99.75


MALFORMED = [
    (entry(object_bbox=[]), "object_bbox is a list"),
    (entry(object_bbox={"chair": {}}), "lists by label, but has an object under 'chair'"),
    (entry(object_bbox={" ": []}), "under ' '"),
    (entry(object_bbox={"chair": [3]}), r"box 0 \(chair\): a number"),
    (box(centroid=[0, 0]), r"box 2 \(table\): its centroid: not a list of 3 numbers"),
    (box(centroid=[0, 0, "1"]), "its centroid: '1' is not a number"),
    (box(centroid=[0, 0, 4e7]), "its centroid: 40000000.0 is not a number of metres"),
    (box(centroid=[0, True, 0]), "True is not a number"),
    (box(axesLengths=None), "its axesLengths: not a list of 3 numbers"),
    (box(axesLengths=[1, 0, 1]), r"its axesLengths are \[1.0, 0.0, 1.0\], not all positive"),
    (box(axesLengths=[1, -2, 1]), "not all positive"),
    (box(normalizedAxes=[1, 0, 0, 0, 1, 0]), "normalizedAxes: not a list of 9 numbers"),
    (box(normalizedAxes=[1, 0, 0, 0, 1, 0, 0, 1, 0]), "normalizedAxes differ by 1 from three unit vectors"),
    (box(normalizedAxes=[2, 0, 0, 0, 1, 0, 0, 0, 1]), "normalizedAxes differ by 3 from three unit vectors"),
    (entry(object_counts=None), "object_counts are null"),
    (
        entry(object_counts={"chair": 0}),
        "must be integers of at least 1, but have 0 for 'chair'",
    ),
    (entry(object_counts={"chair": 1.5}), "but have 1.5 for 'chair'"),
    (entry(room_size=0), "room_size is 0"),
    (entry(room_size=-2), "room_size is -2"),
    (entry(room_size="20"), "room_size is '20'"),
]


@pytest.mark.parametrize(("room", "fault"), MALFORMED, ids=[fault for _, fault in MALFORMED])
def test_malformed_scene_is_refused_with_file_fault_and_remedy(tmp_path, room, fault):
    with pytest.raises(ScanError) as caught:
        load(tmp_path, room)
    assert caught.value.file == str(tmp_path / "meta_info.json")
    assert caught.value.fault.startswith(f"scene {NAME}: ")
    assert re.search(fault, caught.value.fault), caught.value.fault
    assert "leave it out" in caught.value.remedy


def test_one_malformed_scene_leaves_the_others_readable(tmp_path):
    path = write(tmp_path / "meta_info.json", {"good": entry(), "bad": entry(room_size=-1)})
    assert len(open_source("meta-info", [path]).load("good").objects) == 3


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "a/b", "", ".", "..", "a b", "-rf", "a\n", "ä", "x" * 101]
)
def test_name_that_cannot_be_a_file_name_is_refused(tmp_path, name):
    with pytest.raises(ScanError, match="cannot be a file name"):
        open_source("meta-info", [write(tmp_path / "meta_info.json", {name: entry()})])


@pytest.mark.parametrize("dataset", [None, 3, "", "../x"])
def test_scene_without_a_dataset_is_refused(tmp_path, dataset):
    with pytest.raises(ScanError, match="dataset"):
        open_source("meta-info", [write(tmp_path / "meta_info.json", {NAME: entry(dataset=dataset)})])


@pytest.mark.parametrize("content", ["", "{", "[]", "null", '{"a": NaN}', "\0"])
def test_file_that_is_not_a_json_object_is_refused(tmp_path, content):
    path = tmp_path / "meta_info.json"
    path.write_text(content)
    with pytest.raises(ScanError) as caught:
        open_source("meta-info", [path])
    assert caught.value.file == str(path)


def test_error_names_a_missing_file(tmp_path):
    with pytest.raises(ScanError, match="is missing"):
        open_source("meta-info", [tmp_path / "nowhere.json"])


def test_scene_in_two_files_is_refused(tmp_path):
    files = [write(tmp_path / name, {NAME: entry()}) for name in ("a.json", "b.json")]
    with pytest.raises(ScanError, match=re.escape(f"scene {NAME} is in {files[0]} too")):
        open_source("meta-info", files)


def test_empty_list_of_files_is_refused():
    with pytest.raises(OptionError):
        open_source("meta-info", [])


def test_unknown_scene_is_refused(tmp_path):
    with pytest.raises(ScanError, match="none of the meta information files"):
        open_source("meta-info", [write(tmp_path / "meta_info.json", {NAME: entry()})]).load("other")
