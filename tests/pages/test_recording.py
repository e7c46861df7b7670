"""The recording for Rerun's viewer, read by Rerun's own reader."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from tests.dataset import meta_info, streams
from tests.scans import ALIGNMENT, small_scan
from vsidata.commands.app import app

pytest.importorskip("rerun", reason="rerun-sdk is not installed: pip install 'vsi100k[viewer]'")
NAME = "scene0000_00"
LOST = 2

Recorded = dict[str, dict[str, list[Any]]]


def record(out: Path, *arguments: object) -> Path:
    result = CliRunner().invoke(app, ["inspect", *map(str, arguments), "--rrd", str(out)])
    assert result.exit_code == 0, result.output
    return out


def read(file: Path) -> Recorded:
    """Every component's values by entity and name, in the order of their times."""
    from rerun.chunk import RrdReader

    found: Recorded = {}
    for chunk in RrdReader(file).stream():
        batch = chunk.to_record_batch()
        for name, column in zip(batch.schema.names, batch.columns, strict=True):
            found.setdefault(chunk.entity_path, {}).setdefault(name, []).extend(column.to_pylist())
    return found


@pytest.fixture(scope="module")
def stream() -> Any:
    return streams.sens(40, lost=(LOST,), size=(64, 48))


@pytest.fixture(scope="module")
def file(stream, tmp_path_factory) -> Path:
    root = tmp_path_factory.mktemp("root")
    small_scan().write(root)
    streams.write(root, NAME, stream)
    return record(root / "room.rrd", "--scannet-root", root, NAME, "--frames", "40")


@pytest.fixture(scope="module")
def recorded(file) -> Recorded:
    return read(file)


def test_rerun_finds_no_fault_in_the_file(file):
    ran = subprocess.run(
        [sys.executable, "-m", "rerun", "rrd", "verify", file], capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    assert "1 file verified without error" in ran.stdout + ran.stderr


def test_every_entity_is_below_the_room(recorded):
    # Only the table and the chair have boxes: no question asks about walls.
    boxes = {f"/room/boxes/{instance}" for instance in (2, 3)}
    assert set(recorded) == {
        "/room",
        "/room/mesh",
        "/room/path",
        "/room/camera",
        "/room/camera/frame",
        *boxes,
    }


def test_boxes_are_those_of_the_room_made_by_hand(recorded):
    table = recorded["/room/boxes/2"]
    assert table["Boxes3D:labels"] == [["table"]]
    assert np.allclose(table["Boxes3D:centers"], [1.25, 1.4, 0.375])
    assert np.allclose(np.sort(table["Boxes3D:half_sizes"]), [0.375, 0.4, 0.75])


def test_mesh_is_in_the_frame_of_the_room_and_has_the_colours_of_its_objects(recorded):
    mesh = recorded["/room/mesh"]
    (points,), (colours,) = np.array(mesh["Mesh3D:vertex_positions"]), np.array(mesh["Mesh3D:vertex_colors"])
    assert np.allclose(points.min(axis=0), 0, atol=1e-5)
    assert np.allclose(points.max(axis=0), [4, 3, 2.5], atol=1e-5)
    on_the_table = np.isclose(points[:, 2], 0.75) & (points[:, 0] < 2.01) & (points[:, 1] > 0.9)
    (colour,) = set(colours[on_the_table].tolist())
    assert colour == recorded["/room/boxes/2"]["Boxes3D:colors"][0][0]
    assert len(set(colours.tolist())) == 3  # one for the table, one for the chair, one for everything else


def test_frames_are_the_streams_own_with_their_times_and_cameras(recorded, stream):
    frames, cameras = recorded["/room/camera/frame"], recorded["/room/camera"]
    kept = [number for number in range(40) if number != LOST]
    assert [bytes(blob[0]) for blob in frames["EncodedImage:blob"]] == [stream.frames[n].jpeg for n in kept]
    assert [time.total_seconds() for time in frames["time"]] == pytest.approx([n / 20 for n in kept])
    places = np.array(cameras["Transform3D:translation"])[:, 0]
    expected = [(ALIGNMENT @ streams.pose(number))[:3, 3] for number in kept]
    assert np.allclose(places, expected, atol=1e-5)
    forward = np.array(cameras["Transform3D:mat3x3"])[:, 0, 6:]  # the third column is the camera's z axis
    assert np.allclose(forward, [ALIGNMENT[:3, :3] @ streams.pose(n)[:3, 2] for n in kept], atol=1e-5)


def test_turned_boxes_have_the_corners_of_their_room(tmp_path):
    from scipy.spatial.transform import Rotation

    rooms = meta_info.write(tmp_path / "rooms.json", 1)
    truth = json.loads(rooms.read_text())["room0000"]["object_bbox"]["bed"][0]
    recorded = read(record(tmp_path / "a.rrd", "--meta-info", rooms, "room0000", "--rules", "vsibench"))
    (bed,) = (entity for entity in recorded.values() if entity.get("Boxes3D:labels") == [["bed"]])
    turn = Rotation.from_quat(bed["Boxes3D:quaternions"][0][0]).as_matrix()
    half, center = (np.array(bed[f"Boxes3D:{name}"][0][0]) for name in ("half_sizes", "centers"))
    signs = np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)])
    axes = np.array(truth["normalizedAxes"]).reshape(3, 3)
    expected = truth["centroid"] + signs * np.array(truth["axesLengths"]) / 2 @ axes
    found = center + signs * half @ turn.T
    assert np.allclose(sorted(found.round(4).tolist()), sorted(expected.round(4).tolist()), atol=2e-4)
    assert "/room/mesh" not in recorded
    assert "/room/camera" not in recorded


def test_evidence_of_a_question_is_drawn_where_it_was_measured(tmp_path):
    rooms = meta_info.write(tmp_path / "rooms.json", 1)
    asked = ("--meta-info", rooms, "room0000", "--topics", "object_abs_distance")
    ran = CliRunner().invoke(app, ["inspect", *map(str, asked), "--json"])
    (shape,) = json.loads(ran.stdout)["questions"][0]["evidence"]["shapes"]
    recorded = read(record(tmp_path / "a.rrd", *asked, "--question", "1"))
    (entity,) = (name for name in recorded if name.startswith("/room/evidence/"))
    line = recorded[entity]
    assert np.allclose(line["LineStrips3D:strips"][0][0], shape["points"], atol=1e-5)
    assert line["LineStrips3D:labels"] == [[shape["label"]]]
    assert line["LineStrips3D:colors"] == [[0xD55E00FF]]  # the colour of the answer, as on the plan


def test_every_kind_of_shape_can_be_recorded(tmp_path):
    rooms = meta_info.write(tmp_path / "rooms.json", 1)
    asked = ("--meta-info", rooms, "room0000", "--topics", "object_rel_direction")
    recorded = read(record(tmp_path / "a.rrd", *asked, "--question", "1"))
    drawn = [recorded[name] for name in recorded if name.startswith("/room/evidence/")]
    assert sum("Arrows3D:vectors" in one for one in drawn) == 2
    (arc,) = (
        np.array(one["LineStrips3D:strips"][0][0])
        for one in drawn
        if one.get("LineStrips3D:labels") == [["left"]]
    )
    center, around = arc[0], arc[1:-1]
    distances = np.linalg.norm(around - center, axis=1)
    assert np.allclose(distances, distances[0], atol=1e-3)


def test_without_rerun_the_command_names_the_installation(file, tmp_path):
    hide = "import sys; sys.modules['rerun'] = None; from vsidata.commands.app import main; main()"
    arguments = ["inspect", "--scannet-root", str(file.parent), NAME, "--rrd", str(tmp_path / "a.rrd")]
    ran = subprocess.run(
        [sys.executable, "-c", hide, *arguments], capture_output=True, text=True, check=False
    )
    assert ran.returncode == 2
    assert "pip install 'vsi100k[viewer]'" in ran.stderr
    assert "Traceback" not in ran.stderr
    assert not (tmp_path / "a.rrd").exists()
