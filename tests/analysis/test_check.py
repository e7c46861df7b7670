"""`vsidata check` lists the missing files of a scan, what is lost without them, and doubtful content."""

import json

import numpy as np
import pytest
from typer.testing import CliRunner

from tests.dataset import streams
from tests.scans import ply_header, small_scan
from vsidata.analysis.annotation import annotation_limits, findings, pieces_on_the_floor
from vsidata.analysis.check import check_scan, standards
from vsidata.commands.app import app
from vsidata.rules.vocabulary import load_vocabulary
from vsidata.scene import Scene, SceneObject
from vsidata.sources.registry import open_source

NAME = "scene0191_00"
CLASSES = {"floor": 2, "wall": 1, "table": 7, "office chair": 5}


def write_table(root, classes=CLASSES):
    lines = ["id\traw_category\tcategory\tnyu40id\tmpcat40index"]
    lines += [
        f"{number}\t{label}\t{label}\t{nyu40}\t3\t" for number, (label, nyu40) in enumerate(classes.items())
    ]
    (root / "scannetv2-labels.combined.tsv").write_text("\n".join(lines) + "\n")


def write_classes(folder, scan, classes=CLASSES):
    """Write the mesh again, with the class of each vertex."""
    of_segment = {
        segment: classes[group["label"]]
        for group in scan.aggregation["segGroups"]
        for segment in group["segments"]
    }
    rows = np.zeros(len(scan.vertices), [("xyz", "<f4", 3), ("rgba", "u1", 4), ("label", "<u2")])
    rows["label"] = [of_segment.get(segment, 0) for segment in scan.segments["segIndices"]]
    header = ply_header(len(rows), 0).replace("uchar alpha\n", "uchar alpha\nproperty ushort label\n")
    (folder / f"{NAME}_vh_clean_2.labels.ply").write_bytes(header.encode() + rows.tobytes())


def report(root, name=NAME, **options):
    source = open_source("scannet", [root])
    return check_scan(source, name, standards(source), **options)


def kinds(root):
    return {found.kind for found in report(root).findings}


def test_complete_scan_has_nothing_missing_and_nothing_doubtful(tmp_path):
    scan = small_scan(NAME)
    folder = scan.write(tmp_path)
    streams.write(tmp_path, NAME, streams.sens(3))
    write_table(tmp_path)
    write_classes(folder, scan)
    found = report(tmp_path)
    assert (found.missing, found.fault, found.findings) == ((), None, ())
    assert (found.official, found.forbidden_by, found.objects) == ("train", None, 4)
    assert found.vertices == len(scan.vertices)


@pytest.mark.parametrize(
    ("suffix", "costs", "usable"),
    [
        ("_vh_clean_2.ply", "no questions", False),
        ("_vh_clean_2.0.010000.segs.json", "no questions", False),
        (".aggregation.json", "no questions", False),
        (".txt", "the vertical direction", False),
        (".sens", "no frames", True),
        ("_vh_clean_2.labels.ply", "no cross-check", True),
    ],
)
def test_missing_file_is_listed_with_its_cost_and_download_type(tmp_path, suffix, costs, usable):
    scan = small_scan(NAME)
    folder = scan.write(tmp_path)
    streams.write(tmp_path, NAME, streams.sens(3))
    write_classes(folder, scan)
    (folder / f"{NAME}{suffix}").unlink()
    found = report(tmp_path)
    (missing,) = found.missing
    assert missing.suffix == suffix
    assert costs in missing.without
    assert missing.needed is not usable
    assert (found.fault is None) is usable
    if not usable:
        assert f"--type {suffix}" in found.fault.remedy


@pytest.mark.parametrize("instead", ["color", f"{NAME}.mp4"])
def test_exported_frames_serve_in_place_of_the_stream(tmp_path, instead):
    (small_scan(NAME).write(tmp_path) / instead).mkdir()
    assert ".sens" not in [file.suffix for file in report(tmp_path).missing]


def test_label_that_hides_several_objects_is_doubtful(tmp_path):
    scan = small_scan(NAME)
    scan.aggregation["segGroups"][2]["label"] = "books"
    scan.write(tmp_path)
    (found,) = report(tmp_path).findings
    assert (found.kind, found.instances) == ("hides several", (2,))
    assert "books" in found.text


def test_quick_check_needs_the_annotation_only_and_finds_doubtful_labels_too(tmp_path):
    scan = small_scan(NAME)
    scan.aggregation["segGroups"][2]["label"] = "books"
    (scan.write(tmp_path) / f"{NAME}_vh_clean_2.ply").write_bytes(b"damaged")
    found = report(tmp_path, quick=True)
    assert (found.fault, found.objects, found.vertices) == (None, 4, None)
    assert [one.kind for one in found.findings] == ["hides several"]


def test_much_unannotated_surface_is_doubtful(tmp_path):
    scan = small_scan(NAME)
    del scan.aggregation["segGroups"][2:]
    scan.write(tmp_path)
    annotated = np.isin(scan.segments["segIndices"], [7, 8, 11]).mean()
    (found,) = report(tmp_path).findings
    assert found.kind == "unannotated"
    assert f"{1 - annotated:.0%}" in found.text


def test_object_in_two_places_is_doubtful(tmp_path):
    scan = small_scan(NAME)
    table = np.flatnonzero(np.isin(scan.segments["segIndices"], [40, 3, 25]))
    scan.vertices[table[: len(table) // 3]] += [0, 4, 0]
    scan.write(tmp_path)
    (found,) = report(tmp_path).findings
    assert (found.kind, found.instances) == ("in pieces", (2,))


def test_object_without_a_vertex_is_doubtful(tmp_path):
    scan = small_scan(NAME)
    scan.aggregation["segGroups"].append({"objectId": 8, "label": "lamp", "segments": [7777]})
    scan.write(tmp_path)
    (found,) = report(tmp_path).findings
    assert (found.kind, found.instances) == ("empty", (8,))


@pytest.mark.parametrize("known", [True, False])
def test_scan_without_axis_alignment_is_doubtful(tmp_path, known):
    scan = small_scan(NAME)
    if not known:
        del scan.properties["axisAlignment"]
    scan.write(tmp_path)
    found = report(tmp_path)
    assert found.fault is None
    assert [one.kind for one in found.findings] == ([] if known else ["unaligned"])
    assert known or f"{NAME}.txt has no axisAlignment" in found.findings[0].text


def test_label_that_scannet_does_not_have_is_doubtful(tmp_path):
    scan = small_scan(NAME)
    scan.aggregation["segGroups"][2]["label"] = "tabel"
    scan.write(tmp_path)
    write_table(tmp_path)
    (found,) = report(tmp_path).findings
    assert (found.kind, found.instances) == ("unknown label", (2,))
    assert "tabel" in found.text


def test_table_of_labels_may_be_in_a_folder_above_the_scans(tmp_path):
    scan = small_scan(NAME)
    scan.aggregation["segGroups"][2]["label"] = "tabel"
    scan.write(tmp_path)
    write_table(tmp_path)
    assert kinds(tmp_path / "scans") == {"unknown label"}


def test_classes_that_contradict_the_labels_are_doubtful(tmp_path):
    scan = small_scan(NAME)
    folder = scan.write(tmp_path)
    write_table(tmp_path)
    write_classes(folder, scan, {**CLASSES, "table": 4})
    (found,) = report(tmp_path).findings
    segments = np.array(scan.segments["segIndices"])
    share = np.isin(segments, [40, 3, 25]).sum() / np.isin(segments, [30], invert=True).sum()
    assert found.kind == "classes"
    assert f"{share:.0%}" in found.text


def test_classes_of_another_mesh_are_doubtful(tmp_path):
    scan = small_scan(NAME)
    folder = scan.write(tmp_path)
    write_table(tmp_path)
    scan.vertices = scan.vertices[:-7]
    scan.segments["segIndices"] = scan.segments["segIndices"][:-7]
    write_classes(folder, scan)
    (found,) = report(tmp_path).findings
    assert found.kind == "classes"


def test_object_ids_far_apart_take_no_memory(tmp_path):
    scan = small_scan(NAME)
    scan.aggregation["segGroups"][1]["objectId"] = 2**31 - 1
    folder = scan.write(tmp_path)
    write_table(tmp_path)
    write_classes(folder, scan)
    assert report(tmp_path).fault is None


def test_findings_name_the_objects_so_that_rules_can_leave_them_out():
    spread = np.zeros((100, 3))
    spread[50:, 0] = 3.0
    objects = (
        SceneObject(0, "books", np.zeros((10, 3))),
        SceneObject(1, "lamp", spread),
        SceneObject(2, "wall", spread),
    )
    found = findings(Scene("scannet", NAME, objects), load_vocabulary("raw"), annotation_limits())
    assert {one.kind: one.instances for one in found} == {"hides several": (0,), "in pieces": (1,)}


@pytest.mark.parametrize(
    ("apart", "sizes"),
    [(0.0, [80]), (0.45, [80]), (1.05, [50, 30]), (40.0, [50, 30])],
    ids=lambda value: str(value),
)
def test_pieces_are_separated_on_the_floor_plan(apart, sizes):
    rng = np.random.default_rng(0)
    points = rng.uniform(0, 0.4, (80, 3))
    points[:50, 2] += 9  # pieces above each other count as one
    points[:30, 1] += 0.4 + apart
    assert pieces_on_the_floor(points, 0.5) == sizes


def test_a_set_without_vertices_has_no_pieces():
    assert pieces_on_the_floor(np.empty((0, 3)), 0.5) == []


@pytest.fixture
def mixed_root(tmp_path):
    """Three good scans, a damaged one, one without annotation, and one of a validation room."""
    for name in ("scene0191_00", "scene0191_01", "scene0119_00", "scene0568_00"):
        small_scan(name).write(tmp_path)
    broken, bare = small_scan("scene0230_00").write(tmp_path), small_scan("scene0707_00").write(tmp_path)
    mesh = broken / "scene0230_00_vh_clean_2.ply"
    mesh.write_bytes(mesh.read_bytes()[:-50])
    (bare / "scene0707_00.aggregation.json").unlink()
    return tmp_path


def test_command_prints_a_line_per_scan_and_a_summary(mixed_root):
    ran = CliRunner(env={"COLUMNS": "200"}).invoke(app, ["check", "--scannet-root", str(mixed_root)])
    assert ran.exit_code == 0, ran.output
    for name in ("scene0191_00", "scene0191_01", "scene0119_00", "scene0230_00", "scene0707_00"):
        assert name in ran.output
    assert "is cut short" in ran.output
    assert "--type .aggregation.json" in ran.output
    assert "--label_map" in ran.output
    assert "6 scans of scannet" in ran.output
    assert "4 can be used; the leak guard refuses 1" in ran.output


def test_command_answers_in_json(mixed_root):
    ran = CliRunner().invoke(app, ["check", "--scannet-root", str(mixed_root), "--json"])
    answer = json.loads(ran.stdout)
    scans = {scan["scene_name"]: scan for scan in answer["scans"]}
    assert (answer["usable"], len(scans)) == (4, 6)
    assert scans["scene0191_00"]["fault"] is None
    assert scans["scene0230_00"]["fault"].keys() == {"file", "fault", "remedy"}
    assert scans["scene0568_00"]["forbidden_by"] == "vsibench.csv"
    assert scans["scene0707_00"]["official_split"] == "test"
    assert ".aggregation.json" in [missing["download_type"] for missing in scans["scene0707_00"]["missing"]]


def test_command_fails_if_no_scan_can_be_used(tmp_path):
    (tmp_path / "scans" / "scene0191_00").mkdir(parents=True)
    ran = CliRunner().invoke(app, ["check", "--scannet-root", str(tmp_path)])
    assert ran.exit_code == 1
    assert "0 can be used" in ran.output


def test_scan_that_is_a_link_to_nothing_is_listed_with_its_fault(tmp_path):
    small_scan(NAME).write(tmp_path)
    (tmp_path / "scans" / "scene0191_01").symlink_to("/nowhere/at/all")
    ran = CliRunner(env={"COLUMNS": "200"}).invoke(app, ["check", "--scannet-root", str(tmp_path)])
    assert "is a link to /nowhere/at/all" in ran.output
    assert "1 can be used" in ran.output
