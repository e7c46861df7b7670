"""The files are read with independent readers: plyfile, json and a few lines of this module."""

import csv
import json
import os
import shutil
import subprocess
import sys
from collections import Counter

import numpy as np
import pytest
from plyfile import PlyData

from tests.scans import small_scan
from vsidata.errors import OptionError, VsiError
from vsidata.files.safe_files import private_name
from vsidata.sources.scannet import ScanNet
from vsidata.synthetic.write import write_scans

HEADER = (
    "ply\nformat binary_little_endian 1.0\ncomment VCGLIB generated\nelement vertex {vertices}\n"
    "property float x\nproperty float y\nproperty float z\n"
    "property uchar red\nproperty uchar green\nproperty uchar blue\nproperty uchar alpha\n"
    "element face {faces}\nproperty list uchar int vertex_indices\nend_header\n"
)


@pytest.fixture(scope="module")
def scans(synthetic_root):
    return sorted((synthetic_root / "scans").iterdir())


def _read(path):
    return PlyData.read(path, known_list_len={"face": {"vertex_indices": 3}})


def _mesh(folder):
    return _read(folder / f"{folder.name}_vh_clean_2.ply")


def _positions(mesh):
    return np.column_stack([mesh["vertex"][axis] for axis in "xyz"]).astype(float)


def _alignment(folder):
    text = (folder / f"{folder.name}.txt").read_text()
    values = dict(line.split(" = ") for line in text.splitlines())
    return np.array(values["axisAlignment"].split(), dtype=float).reshape(4, 4)


def _annotation(folder):
    segments = json.loads((folder / f"{folder.name}_vh_clean_2.0.010000.segs.json").read_text())
    groups = json.loads((folder / f"{folder.name}.aggregation.json").read_text())
    return segments, groups


def test_the_mesh_has_exactly_the_binary_layout_of_scannet(scans):
    for folder in scans:
        data = (folder / f"{folder.name}_vh_clean_2.ply").read_bytes()
        mesh = _mesh(folder)
        header = HEADER.format(vertices=len(mesh["vertex"]), faces=len(mesh["face"])).encode()
        assert data.startswith(header)
        assert len(data) == len(header) + 16 * len(mesh["vertex"]) + 13 * len(mesh["face"])
        assert 50_000 <= len(mesh["vertex"]) <= 200_000
        faces = mesh["face"]["vertex_indices"]
        assert faces.min() == 0
        assert faces.max() == len(mesh["vertex"]) - 1
        assert (mesh["vertex"]["alpha"] == 255).all()


def test_every_vertex_has_a_segment_and_ids_contain_the_scans_name(scans):
    for folder in scans:
        segments, groups = _annotation(folder)
        assert len(segments["segIndices"]) == len(_mesh(folder)["vertex"])
        assert segments["sceneId"] == folder.name
        assert groups["sceneId"] == f"scannet.{folder.name}"
        assert all(isinstance(value, str) for value in segments["params"].values())
        assert "\t" in (folder / f"{folder.name}.aggregation.json").read_text()


def test_the_irregularities_of_real_annotations_are_present(scans):
    found: Counter[str] = Counter()
    for folder in scans:
        segments, groups = _annotation(folder)
        used = set(segments["segIndices"])
        named = Counter(segment for group in groups["segGroups"] for segment in set(group["segments"]))
        for group in groups["segGroups"]:
            found["twice"] += len(group["segments"]) != len(set(group["segments"]))
            found["empty"] += not used.issuperset(group["segments"])
            found["space"] += group["label"] != group["label"].strip()
        found["shared"] += any(count > 1 for count in named.values())
        found["nobody"] += bool(used - set(named))
        ids = [group["objectId"] for group in groups["segGroups"]]
        found["gaps"] += max(ids) + 1 != len(ids)
    assert set(found) == {"twice", "empty", "space", "shared", "nobody", "gaps"}
    assert all(found.values()), found


def test_the_alignment_turns_about_z_and_transforms_to_the_frame_of_the_truth(scans, synthetic_root):
    for folder in scans:
        matrix = _alignment(folder)
        truth = json.loads((synthetic_root / "truth" / f"{folder.name}.json").read_text())
        assert np.allclose(matrix, truth["axis_alignment"])
        assert np.allclose(matrix[:3, :3] @ matrix[:3, :3].T, np.eye(3), atol=1e-5)
        assert matrix[2, 2] == 1
        assert abs(matrix[0, 1]) > 0.01
        assert np.linalg.norm(matrix[:3, 3]) > 0.1
        points = _positions(_mesh(folder)) @ matrix[:3, :3].T + matrix[:3, 3]
        segments, groups = _annotation(folder)
        owner = np.array(segments["segIndices"])
        for thing in truth["objects"]:
            group = next(group for group in groups["segGroups"] if group["objectId"] == thing["instance"])
            assert group["label"].strip() == thing["label"]
            mine = points[np.isin(owner, group["segments"])]
            # Stray flecks move a mean by a little, noise by less.
            assert np.median(mine, axis=0) == pytest.approx(thing["kept"]["mean"], abs=1.5)
            yaw = thing["recipe"]["yaw"]
            axes = np.array([[np.cos(yaw), np.sin(yaw), 0], [-np.sin(yaw), np.cos(yaw), 0], [0, 0, 1]])
            own = (mine - thing["kept"]["center"]) @ axes.T
            inside = (np.abs(own) < np.array(thing["kept"]["extents"]) / 2 + 0.02).all(axis=1)
            assert inside.mean() > 0.9, thing["label"]


def test_only_objects_with_a_truth_are_annotated(scans, synthetic_root):
    for folder in scans:
        truth = json.loads((synthetic_root / "truth" / f"{folder.name}.json").read_text())
        _, groups = _annotation(folder)
        assert sorted(group["objectId"] for group in groups["segGroups"]) == [
            thing["instance"] for thing in truth["objects"]
        ]
        assert truth["counts"] == dict(
            sorted(Counter(group["label"].strip() for group in groups["segGroups"]).items())
        )


def test_the_label_mesh_agrees_with_annotation_and_label_table(scans, synthetic_root):
    with (synthetic_root / "scannetv2-labels.combined.tsv").open(newline="") as file:
        table = {row["raw_category"]: int(row["nyu40id"]) for row in csv.DictReader(file, delimiter="\t")}
    for folder in scans:
        mesh = _read(folder / f"{folder.name}_vh_clean_2.labels.ply")
        assert mesh["vertex"]["label"].dtype == np.uint16
        segments, groups = _annotation(folder)
        wanted = np.zeros(len(mesh["vertex"]), dtype=int)
        for group in sorted(
            groups["segGroups"], key=lambda group: group["label"].strip() not in ("wall", "floor")
        ):
            wanted[np.isin(segments["segIndices"], group["segments"])] = table[group["label"].strip()]
        assert np.array_equal(mesh["vertex"]["label"] > 0, wanted > 0)
        assert (mesh["vertex"]["label"] == wanted).mean() > 0.999


def test_the_label_table_has_scannets_header_and_trailing_tabs(synthetic_root):
    lines = (synthetic_root / "scannetv2-labels.combined.tsv").read_text().splitlines()
    assert lines[0].split("\t") == [
        *("id", "raw_category", "category", "count", "nyu40id", "eigen13id", "nyuClass", "nyu40class"),
        *("eigen13class", "ModelNet40", "ModelNet10", "ShapeNetCore55", "synsetoffset", "wnsynsetid"),
        *("wnsynsetkey", "mpcat40", "mpcat40index"),
    ]
    assert lines[1].endswith("\t")
    assert "refrigerator" in lines[1 + [line.split("\t")[1] for line in lines[1:]].index("refrigerator")]


def test_a_folder_with_other_files_is_not_changed(tmp_path):
    scan = tmp_path / "scans" / "scene0000_00"
    scan.mkdir(parents=True)
    (scan / "scene0000_00.txt").write_text("of a real room")
    with pytest.raises(OptionError, match="contains no synthetic scans"):
        write_scans(tmp_path, scenes=1, seed=0)
    assert [path.name for path in tmp_path.rglob("*.txt")] == ["scene0000_00.txt"]
    assert [path.name for path in tmp_path.iterdir()] == ["scans"]


def files_of(root):
    return {path.relative_to(root): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def test_each_scan_has_a_synthetic_mark_and_can_be_written_again_in_place(tmp_path):
    write_scans(tmp_path, scenes=1, seed=0, plain=True, vertices=2_000)
    first = files_of(tmp_path)
    assert ScanNet.open([tmp_path]).dataset == "synthetic"
    (tmp_path / "scans" / private_name("scene0000_00")).mkdir()  # a killed run left this folder
    write_scans(tmp_path, scenes=2, seed=0, plain=True, vertices=2_000)
    assert ScanNet.open([tmp_path]).dataset == "synthetic"
    assert first.items() < files_of(tmp_path).items()
    assert not list(tmp_path.rglob("*.unfinished"))


def test_a_run_that_was_killed_during_its_first_scan_can_be_repeated(tmp_path):
    (tmp_path / "scans" / private_name("scene0000_00")).mkdir(parents=True)
    (tmp_path / "truth").mkdir()
    write_scans(tmp_path, scenes=1, seed=0, plain=True, vertices=2_000)
    assert ScanNet.open([tmp_path]).dataset == "synthetic"


def test_a_real_scan_among_synthetic_scans_is_not_overwritten(tmp_path):
    root, real = tmp_path / "root", tmp_path / "download"
    write_scans(root, scenes=1, seed=0, plain=True, vertices=2_000)
    for name in ("scene0000_00", "scene0001_00"):
        small_scan(name).write(real)
    shutil.copytree(real, root, dirs_exist_ok=True)  # the mark still exists
    before = files_of(root)
    with pytest.raises(OptionError, match=r"scene0000_00.* has changed since it was written"):
        write_scans(root, scenes=1, seed=0, plain=True, vertices=2_000)
    with pytest.raises(OptionError, match="has changed since it was written"):
        write_scans(root, scenes=2, seed=0, plain=True, vertices=2_000)
    assert files_of(root) == before
    shutil.rmtree(root / "scans" / "scene0000_00")
    with pytest.raises(OptionError, match="contains no synthetic scans"):
        write_scans(root, scenes=1, seed=0, plain=True, vertices=2_000)


def test_an_existing_table_of_labels_is_kept(tmp_path):
    write_scans(tmp_path, scenes=1, seed=0, plain=True, vertices=2_000)
    (tmp_path / "scannetv2-labels.combined.tsv").write_text("ScanNet's own")
    write_scans(tmp_path, scenes=1, seed=0, plain=True, vertices=2_000)
    assert (tmp_path / "scannetv2-labels.combined.tsv").read_text() == "ScanNet's own"


def test_a_folder_that_cannot_be_made_is_an_error_with_a_remedy(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(VsiError, match="cannot be written: Not a directory"):
        write_scans(tmp_path / "file" / "rooms", scenes=1, seed=0)


@pytest.mark.slow
def test_the_command_writes_the_same_bytes_for_any_number_of_workers_and_any_hash_seed(
    tmp_path, synthetic_root
):
    code = "import sys; from vsidata.commands.app import main; main()"
    options = ["synth", str(tmp_path), "--scenes", "2", "--seed", "0", "--workers", "2"]
    subprocess.run(
        [sys.executable, "-c", code, *options], check=True, env=os.environ | {"PYTHONHASHSEED": "7"}
    )
    written = {
        path.relative_to(tmp_path): path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()
    }
    expected = {
        path.relative_to(synthetic_root): path.read_bytes()
        for path in synthetic_root.rglob("*")
        if path.is_file()
    }
    assert written == expected
