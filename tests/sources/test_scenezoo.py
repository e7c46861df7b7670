"""The independent package scenezoo reads the same scans as our reader. It is also a source of scans."""

import io
import json
import shutil
from unittest.mock import Mock

import numpy as np
import pyarrow.parquet as pq
import pytest
from PIL import Image
from scipy.spatial import cKDTree

from tests.dataset import meta_info, streams
from tests.scans import grid_box, ply_bytes, small_scan
from vsidata.analysis.audit.audit import questions_of_build
from vsidata.errors import OptionError, ScanError
from vsidata.measuring.measure import measure
from vsidata.pipeline.build import BuildOptions, build
from vsidata.selection.splits import select
from vsidata.sources.meta_info import MetaInfo
from vsidata.sources.official import room_of_row
from vsidata.sources.registry import open_source
from vsidata.sources.scannet import ScanNet
from vsidata.topics.rule_set import load_rules
from vsitrain.evaluation import evaluate, settings_for
from vsitrain.scoring.predictions import Prediction
from vsitrain.scoring.questions import read_questions
from vsitrain.scoring.score import score
from vsitrain.scoring.score_files import own_questions

scenezoo = pytest.importorskip("scenezoo", reason="scenezoo is not installed: there is no second reader")
from vsidata.sources.scenezoo import _ALIGNED, _UPRIGHT, SceneZoo, _folders  # noqa: E402 - needs scenezoo

NAME = "scene0000_00"


@pytest.fixture(scope="module", params=["synthetic", "by hand"])
def root(request, tmp_path_factory):
    """A synthetic room, or a small scan with segments that are listed twice. Both have a stream."""
    root = tmp_path_factory.mktemp("scans")
    if request.param == "synthetic":
        from vsidata.synthetic.write import write_scans

        write_scans(
            root, scenes=1, seed=3, frames=24, frame_size=(160, 120)
        )  # enough frames that one loses its pose
    else:
        small_scan(NAME).write(root)
        streams.write(root, NAME, streams.sens(12, lost=(0, 5), size=(160, 120)))
    without_unknown_segments(root / "scans" / NAME)
    return root


def without_unknown_segments(folder):
    """Remove the segments from an annotation that the mesh does not have, because scenezoo refuses them."""
    last = max(json.loads((folder / f"{NAME}_vh_clean_2.0.010000.segs.json").read_bytes())["segIndices"])
    path = folder / f"{NAME}.aggregation.json"
    annotation = json.loads(path.read_bytes())
    for group in annotation["segGroups"]:
        group["segments"] = [segment for segment in group["segments"] if segment <= last]
    path.write_text(json.dumps(annotation))


@pytest.fixture(scope="module")
def second(root):
    """The scan as scenezoo reads it."""
    return scenezoo.get_dataset("scannetv2", root)


@pytest.fixture(scope="module")
def ours(root):
    return ScanNet.open([root])


def test_both_readers_give_every_vertex_the_same_instance_and_every_instance_the_same_label(ours, second):
    scene = ours.load(NAME)
    found = second.get_segmentation(NAME)
    assert (scene.instances >= 0).any()
    assert np.array_equal(scene.instances, np.where(found.labels == found.invalid_id, -1, found.labels))
    labels = {instance: label.strip() for instance, label in found.id_to_name.items()}
    assert {thing.instance: thing.label for thing in scene.objects} == labels


def test_both_readers_give_the_same_vertices_and_triangles(ours, second):
    scene, mesh = ours.load(NAME), second.get_mesh(NAME)
    alignment = np.reshape(second.get_scene_info(NAME)["axisAlignment"], (4, 4))
    aligned = np.asarray(mesh.vertices) @ alignment[:3, :3].T + alignment[:3, 3]
    assert np.abs(scene.points - aligned).max() < 1e-5
    assert np.array_equal(scene.triangles, np.asarray(mesh.triangles))


def test_both_readers_give_the_same_poses_cameras_and_pixels(ours, second):
    stream = ours.stream(NAME, quality=95)
    frames = second.get_frames(NAME, items=("rgb", "rgb_intrinsics", "world_to_camera"))
    assert not stream.valid.all()
    assert stream.numbers[stream.valid].tolist() == frames.indices.tolist()
    poses = stream.poses[stream.valid]
    assert np.abs(poses @ frames.world_to_camera - np.eye(4)).max() < 1e-5
    assert np.abs(stream.color_matrix - frames.rgb_intrinsics).max() < 1e-5
    for position, picture in zip(np.flatnonzero(stream.valid), frames.rgb, strict=True):
        assert np.array_equal(np.asarray(Image.open(io.BytesIO(stream.jpeg(position)))), picture)


def test_scenezoo_and_our_reader_give_the_same_scene(ours, root):
    through = SceneZoo("scannetv2", root, {NAME: root / "scans" / NAME})
    scene, other = ours.load(NAME), through.load(NAME)
    assert (other.dataset, other.name) == ("scannet", NAME)
    assert np.array_equal(scene.instances, other.instances)
    assert np.allclose(scene.alignment, other.alignment)
    assert through.labels(NAME) == {thing.instance: thing.label for thing in other.objects}
    with_points = {thing.instance: thing for thing in scene.objects if len(thing.vertices)}
    assert [thing.instance for thing in other.objects] == list(with_points)
    for thing in other.objects:
        same = with_points[thing.instance]
        assert thing.label == same.label
        # If two objects list a segment, our reader gives it to both, scenezoo to the later object.
        distances, _ = cKDTree(same.vertices).query(thing.vertices)
        assert distances.max() < 1e-5
        assert len(thing.vertices) <= len(same.vertices)


def test_stream_through_scenezoo_shows_the_same_valid_frames(ours, root):
    stream = SceneZoo("scannetv2", root, {NAME: root / "scans" / NAME}).stream(NAME, quality=95)
    ours_stream = ours.stream(NAME, quality=95)
    assert (stream.size, stream.timed) == (ours_stream.size, True)
    assert np.array_equal(stream.numbers, ours_stream.numbers[ours_stream.valid])
    times = ours_stream.timestamps[ours_stream.valid]  # scenezoo's stream begins with its first valid frame
    assert np.abs(stream.timestamps - (times - times[0])).max() < 1e-6
    assert np.abs(stream.poses - ours_stream.poses[ours_stream.valid]).max() < 1e-5
    picture, same = (
        np.asarray(Image.open(io.BytesIO(jpeg)), dtype=int)
        for jpeg in (stream.jpeg(3), ours_stream.jpeg(int(stream.numbers[3])))
    )
    assert np.abs(picture - same).mean() < 1  # encoded once more


def test_files_are_the_scans_own_mesh_and_annotation(root):
    found = SceneZoo("scannetv2", root, {NAME: root / "scans" / NAME}).files(NAME)
    assert {path.name for path in ScanNet.open([root]).files(NAME)} <= {path.name for path in found}
    assert all(path.suffix != ".sens" for path in found)


def test_scan_that_scenezoo_cannot_read_raises_a_scan_error(tmp_path):
    small_scan(NAME).write(tmp_path)
    (tmp_path / "scans" / NAME / f"{NAME}.aggregation.json").write_text("{")
    source = SceneZoo("scannetv2", tmp_path, {NAME: tmp_path / "scans" / NAME})
    with pytest.raises(ScanError, match="scenezoo cannot read it"):
        source.load(NAME)


def test_unknown_dataset_is_refused_and_the_remedy_lists_the_datasets_of_scenezoo(tmp_path):
    with pytest.raises(OptionError) as caught:
        open_source("scenezoo:nowhere", [tmp_path])
    assert "arkitscenes" in caught.value.remedy


def test_root_without_any_of_the_scenes_is_refused(tmp_path):
    with pytest.raises(OptionError, match=r"contains none of the [\d,]+ scenes|cannot list its scenes"):
        open_source("scenezoo:scenenn", [tmp_path])


def test_dataset_that_only_scenezoo_reads_becomes_scenes(tmp_path):
    """3RScan stores the instance of each vertex in the mesh, and the labels in another file."""
    name = "f62fd5fd-9a3f-2f44-883a-1e5cf819608e"
    write_3rscan(tmp_path, name)
    source = SceneZoo("3rscan", tmp_path, {name: tmp_path / name})
    scene = source.load(name)
    assert [(thing.instance, thing.label) for thing in scene.objects] == [(1, "table"), (2, "chair")]
    assert scene.dataset == "3rscan"
    assert scene.objects[0].vertices.max(axis=0) - scene.objects[0].vertices.min(axis=0) == pytest.approx(
        [0.8, 1.5, 0.75], abs=1e-6
    )
    assert source.stream(name, 95) is None
    assert "labels.instances.annotated.v2.ply" in [path.name for path in source.files(name)]


def upright(scene):
    """Return the sides of the table of `small_scan` along x, y and z."""
    (table,) = (thing for thing in scene.objects if thing.label == "table")
    return np.ptp(table.vertices, axis=0)


def test_floor_of_a_multiscan_room_is_at_the_bottom(tmp_path):
    """Its alignment transforms the upright mesh to a frame with y up.

    The camera's poses are in that frame.
    """
    name = "scene_00090_00"
    pose = np.array([[1, 0, 0, 1.0], [0, 0, 1, 2.0], [0, -1, 0, 1.5], [0, 0, 0, 1]])  # in the mesh's frame
    write_multiscan(tmp_path, name, pose)
    source = SceneZoo("multiscan", tmp_path, {name: tmp_path / name})
    scene = source.load(name)
    assert upright(scene) == pytest.approx([0.8, 1.5, 0.75], abs=1e-6)
    assert scene.alignment is None
    frames = scenezoo.get_dataset("multiscan", tmp_path).get_frames(
        name, items=("world_to_camera",), rotate_to_up=False
    )
    assert np.linalg.inv(frames.world_to_camera[0]) == pytest.approx(pose, abs=1e-6)


def test_floor_of_a_scenenn_room_is_at_the_bottom(tmp_path):
    """The meshes of SceneNN are released with y up."""
    name = "005"
    write_scenenn(tmp_path, name)
    scene = SceneZoo("scenenn", tmp_path, {name: tmp_path / name}).load(name)
    assert upright(scene) == pytest.approx([0.8, 1.5, 0.75], abs=1e-6)


def test_up_axis_is_known_for_every_dataset_of_scenezoo():
    assert set(scenezoo.list_datasets()) == _UPRIGHT | _ALIGNED


def test_dataset_with_unknown_axes_is_refused(tmp_path, monkeypatch):
    (tmp_path / NAME).mkdir()
    monkeypatch.setattr("vsidata.sources.scenezoo._ALIGNED", set())
    monkeypatch.setattr("vsidata.sources.scenezoo._dataset", lambda *_: Mock(get_ids=lambda: [NAME]))
    with pytest.raises(OptionError, match="the up axis of its meshes is unknown"):
        open_source("scenezoo:scannetv2", [tmp_path])


@pytest.fixture
def rescans(tmp_path):
    """3RScan with two scans of one room, one scan of another room, and one scan of the validation list."""
    root = tmp_path / "root"
    rooms = {"train": {"a0": ["a1"], "b0": []}, "validation": {"c0": []}}
    environments = [
        {"reference": first, "type": kind, "scans": [{"reference": scan} for scan in again]}
        for kind, of_kind in rooms.items()
        for first, again in of_kind.items()
    ]
    for name in ("a0", "a1", "b0", "c0"):
        write_3rscan(root, name)
    (root / "3RScan.json").write_text(json.dumps(environments))
    return root


def test_rescans_of_3rscan_share_a_room_and_validation_scans_are_not_for_training(rescans):
    source = SceneZoo.open("3rscan", [rescans])
    assert source.names() == ["a0", "a1", "b0", "c0"]
    assert [source.room_of(name) for name in source.names()] == ["a0", "a0", "b0", "c0"]
    assert [source.official_split(name) for name in source.names()] == ["train", "train", "train", "val"]
    # The two scans of one room are in the same split, for each choice of the held-out room.
    for seed in range(4):
        split_of = select(source, holdout=0.5, seed=seed).split_of
        assert split_of.keys() == {"a0", "a1", "b0"}
        assert split_of["a0"] == split_of["a1"] != split_of["b0"]


def test_a_list_with_one_scan_of_a_3rscan_room_forbids_all_its_scans(rescans, tmp_path):
    forbidden = tmp_path / "ours.csv"
    forbidden.write_text("dataset,scene_name\n3rscan,a1\n")
    selection = select(SceneZoo.open("3rscan", [rescans]), forbid=[forbidden])
    assert selection.refused == {"a0": "ours.csv", "a1": "ours.csv"}
    assert selection.split_of == {"b0": "train"}


def test_a_list_with_a_missing_scan_forbids_the_other_scans_of_its_room(rescans, tmp_path):
    forbidden = tmp_path / "ours.csv"
    forbidden.write_text("dataset,scene_name\n3RScan,a1\n3rscan,nowhere\n")
    shutil.rmtree(rescans / "a1")
    source = SceneZoo.open("3rscan", [rescans])
    assert source.names() == ["a0", "b0", "c0"]
    selection = select(source, forbid=[forbidden])
    assert selection.refused == {"a0": "ours.csv"}
    assert selection.split_of == {"b0": "train"}


def test_a_list_of_3rscan_is_refused_without_a_file_of_rooms(tmp_path):
    rooms = tmp_path / "rooms.json"
    rooms.write_text(json.dumps({name: meta_info.entry(1, "3rscan") for name in ("a0", "b0")}))
    source = MetaInfo.open([rooms])
    forbidden = tmp_path / "ours.csv"
    forbidden.write_text("dataset,scene_name\n3rscan,a1\n")
    with pytest.raises(OptionError, match=r"only 3RScan\.json lists the scans of its room") as caught:
        select(source, forbid=[forbidden])
    assert "--source scenezoo:3rscan" in caught.value.remedy


def test_rescans_count_as_one_room_in_audits_and_scores(rescans, tmp_path):
    out = tmp_path / "out"
    given = BuildOptions(out=out, source="scenezoo:3rscan", root=rescans, workers=1)
    asked = questions_of_build(build(given).build)
    assert {(it.scene, it.room) for it in asked} == {
        ("3rscan a0", "3rscan a0"),
        ("3rscan a1", "3rscan a0"),
        ("3rscan b0", "3rscan b0"),
    }
    rows = read_questions(str(out), "train")
    assert {room_of_row(row) for row in rows} == {"3rscan a0", "3rscan b0"}
    assert score(rows, [Prediction(row["id"], "") for row in rows]).rooms == 2
    record, settings = {"questions": len(rows)}, settings_for("none")
    no_clips = Mock(clip=Mock(side_effect=ScanError("a0", "is away", "Get it.")))
    evaluate(rows, no_clips, Mock(), tmp_path / "to", record=record, settings=settings, batch=9)
    kept = own_questions(tmp_path / "to")
    assert score(kept, [Prediction(row["id"], "") for row in kept]).rooms == 2


def test_build_reads_a_dataset_through_scenezoo(rescans, tmp_path):
    given = BuildOptions(out=tmp_path / "out", source="scenezoo:3rscan", root=rescans, workers=1)
    manifest = build(given).manifest
    assert manifest.datasets == {"3rscan": 3}
    assert manifest.scenes == {"train": 3}
    assert manifest.rooms == {"train": 2}
    assert manifest.selection.not_in_list == 1


def owners(scan):
    """Return (n,) the object of each vertex of `small_scan`: 1 for the table, 2 for the chair, else 0."""
    owner = np.zeros(len(scan.vertices), dtype=int)
    segments = np.array(scan.segments["segIndices"])
    owner[np.isin(segments, (40, 3, 25))], owner[np.isin(segments, (19, 5))] = 1, 2
    return owner


def write_3rscan(root, name):
    scan = small_scan(NAME)
    folder = root / name
    folder.mkdir(parents=True)
    (folder / "semseg.v2.json").write_text(
        json.dumps({"segGroups": [{"objectId": 1, "label": "table"}, {"objectId": 2, "label": "chair"}]})
    )
    owner = owners(scan)
    lines = [
        "ply", "format ascii 1.0", f"element vertex {len(owner)}", "property float x", "property float y",
        "property float z", "property ushort objectId", f"element face {len(scan.faces)}",
        "property list uchar int vertex_indices", "end_header",
        *(f"{x} {y} {z} {i}" for (x, y, z), i in zip(scan.vertices, owner, strict=True)),
        *(f"3 {a} {b} {c}" for a, b, c in scan.faces),
    ]  # fmt: skip
    (folder / "labels.instances.annotated.v2.ply").write_text("\n".join(lines) + "\n")


def test_scene_with_a_broken_link_as_folder_cannot_be_read(tmp_path):
    (tmp_path / "scans").mkdir()
    (tmp_path / "scans" / NAME).symlink_to("/nowhere/at/all")
    source = SceneZoo("scannetv2", tmp_path, {NAME: tmp_path / "scans" / NAME})
    assert _folders(tmp_path)[NAME] == tmp_path / "scans" / NAME
    assert list(source.files(NAME)) == []
    with pytest.raises(ScanError, match="is a link to /nowhere/at/all"):
        source.load(NAME)


# From a frame with z up to a frame with y up, as in MultiScan's alignments and SceneNN's meshes.
Y_UP = np.array([[1.0, 0, 0, 0], [0, 0, 1, 0], [0, -1, 0, 0], [0, 0, 0, 1]])


def write_multiscan(root, name, pose):
    """Write the mesh of `small_scan`, with z up, and one frame with the camera's pose in the mesh's frame."""
    scan = small_scan(NAME)
    folder = root / name
    folder.mkdir(parents=True)
    owner = owners(scan)
    lines = [
        "ply", "format ascii 1.0", f"element vertex {len(owner)}", "property float x", "property float y",
        "property float z", f"element face {len(scan.faces)}", "property list uchar int vertex_indices",
        "property int objectId", "property int partId", "end_header",
        *(f"{x} {y} {z}" for x, y, z in scan.vertices),
        *(f"3 {a} {b} {c} {owner[a]} {owner[a]}" for a, b, c in scan.faces),
    ]  # fmt: skip
    (folder / f"{name}.ply").write_text("\n".join(lines) + "\n")
    things = [{"objectId": 1, "label": "table.1"}, {"objectId": 2, "label": "chair.1"}]
    color = {"type": "color_camera", "number_of_frames": 1, "resolution": [48, 64]}
    camera = {
        "transform": (Y_UP @ pose @ np.diag([1, -1, -1, 1])).ravel(order="F").tolist(),
        "intrinsics": [60, 0, 0, 0, 60, 0, 31.5, 23.5, 1],
        "timestamp": 0, "exposure_duration": 0, "quaternion": [1, 0, 0, 0], "euler_angles": [0, 0, 0],
    }  # fmt: skip
    for suffix, content in (
        (".annotations.json", {"objects": things, "parts": []}),
        (".align.json", {"coordinate_transform": Y_UP.ravel(order="F").tolist()}),
        (".json", {"streams": [color]}),
        (".jsonl", camera),
    ):
        (folder / f"{name}{suffix}").write_text(json.dumps(content))


def write_scenenn(root, name):
    """Write the mesh with y up. Colours distinguish the objects."""
    scan = small_scan(NAME)
    folder = root / name
    folder.mkdir(parents=True)
    lines = [
        "ply", "format ascii 1.0", f"element vertex {len(scan.vertices)}", "property float x",
        "property float y", "property float z", "property uchar red", "property uchar green",
        "property uchar blue", f"element face {len(scan.faces)}", "property list uchar int vertex_indices",
        "end_header",
        *(
            f"{x} {y} {z} {owner} 0 0"
            for (x, y, z), owner in zip(scan.vertices @ Y_UP[:3, :3].T, owners(scan), strict=True)
        ),
        *(f"3 {a} {b} {c}" for a, b, c in scan.faces),
    ]  # fmt: skip
    for suffix in ("", "_color"):
        (folder / f"{name}{suffix}.ply").write_text("\n".join(lines) + "\n")
    (folder / f"{name}.xml").write_text(
        '<annotation><label id="1" color="1 0 0" text="table"/><label id="2" color="2 0 0" text="chair"/>'
        "</annotation>"
    )


@pytest.fixture(scope="module")
def scannetpp(tmp_path_factory):
    """A scene in ScanNet++'s layout with objects, structure and useless labels. Returns its name and root."""
    root, name = tmp_path_factory.mktemp("scannetpp"), "0123456789"
    labels = [
        "wall", "wall", "Wall", "ceiling", "window frame", "ceiling beam", "SPLIT", "SPLIT", "split",
        "remove", "reflection", "object", "o", "phone charger]", "sofa", "couch", "Monitor", "monitor",
        "MONITOR", "bed", "piano", "kettle", "printer", "toilet", "umbrella", "table", "chairs", "chair",
        "office chair",
    ]  # fmt: skip
    vertices, faces, owner = [], [], []
    for number, _ in enumerate(["floor", *labels]):
        low = np.array([1.5 * (number % 6), 1.5 * (number // 6), 0])
        high = low + np.array([0.5, 0.6 + number / 100, 0.7])
        points, triangles = grid_box(low, high) if number else grid_box(np.zeros(3), np.array([9, 8, 0]), 60)
        faces += [[corner + len(vertices) for corner in triangle] for triangle in triangles]
        vertices += points
        owner += [number] * len(points)
    folder = root / "data" / name / "scans"
    folder.mkdir(parents=True)
    (folder / "mesh_aligned_0.05.ply").write_bytes(ply_bytes(np.array(vertices), np.array(faces)))
    (folder / "segments.json").write_text(json.dumps({"segIndices": owner}))
    groups = [
        {"id": number, "objectId": number, "label": label, "segments": [number]}
        for number, label in enumerate(["floor", *labels])
    ]
    (folder / "segments_anno.json").write_text(json.dumps({"sceneId": "2020", "segGroups": groups}))
    return root, name


@pytest.mark.parametrize("rules", ["wide", "vsibench"])
def test_questions_about_a_scannetpp_scene_name_each_object_with_one_word(
    scannetpp, tmp_path, monkeypatch, rules
):
    root, name = scannetpp
    folders = {name: root / "data" / name}
    monkeypatch.setattr(SceneZoo, "open", lambda _, paths: SceneZoo("scannetppv2", paths[0], folders))
    given = BuildOptions(out=tmp_path / "out", source="scenezoo:scannetpp", root=root, rules=rules, workers=1)
    rows = pq.read_table(build(given).out / "qa").to_pylist()
    named = {thing["category"] for row in rows for thing in row["evidence"]["objects"]}
    benchmarks = {"bed", "kettle", "printer", "toilet", "table", "sofa", "monitor"}
    assert named == benchmarks | ({"piano", "umbrella", "office chair"} if rules == "wide" else set())
    counts = {row["question"]: row["answer"] for row in rows if row["topic"] == "object_counting"}
    assert counts == {
        "How many sofa(s) are in this room?": "2",
        "How many monitor(s) are in this room?": "3",
    }


def test_the_papers_rules_use_the_labels_of_a_scannetpp_scene_unchanged(scannetpp):
    root, name = scannetpp
    scene = SceneZoo("scannetppv2", root, {name: root / "data" / name}).load(name)
    rules = load_rules("vsi100k")
    words = {thing.category for thing in measure(scene, rules.measurement, rules.vocabulary, 0).objects}
    assert {"SPLIT", "split", "Monitor", "monitor", "wall"} <= words
