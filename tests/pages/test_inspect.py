"""The output of the command `vsidata inspect` on scans with known measures."""

import json
import sys

import numpy as np
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner, Result

from tests.dataset import meta_info
from tests.scans import small_scan
from vsidata.commands.app import app, main
from vsidata.dataset.browse import find
from vsidata.dataset.build import Build
from vsidata.pipeline.build import BuildOptions, build

NAME = "scene0000_00"


def run(*arguments: object, columns: int = 140) -> Result:
    runner = CliRunner(env={"COLUMNS": str(columns)})
    return runner.invoke(app, ["inspect", *(str(argument) for argument in arguments)])


def refused(monkeypatch, capsys, *arguments: object) -> str:
    """The error output of the command, which must end with status 2."""
    monkeypatch.setattr(sys, "argv", ["vsidata", "inspect", *(str(argument) for argument in arguments)])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    return capsys.readouterr().err


@pytest.fixture(scope="module")
def filmed(filmed_root):
    """The output of the command as JSON."""
    result = run("--scannet-root", filmed_root, NAME, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.output)


def line_of(output: str, label: str) -> str:
    (line,) = (line for line in output.splitlines() if f" {label} " in line)
    return " ".join(line.split())


@pytest.mark.parametrize("columns", [80, 140])
def test_boxes_of_a_room_made_by_hand(small_root, columns):
    result = run("--scannet-root", small_root, NAME, columns=columns)
    assert result.exit_code == 0, result.output
    assert line_of(result.output, "table") == "2 table 1.50 × 0.80 × 0.75 0.00–0.75 1.25 1.40 yes"
    assert line_of(result.output, "wall") == "1 wall no: label"
    assert "no: label – " in result.output
    assert "no: small – " not in result.output  # this room has no small objects


def test_sizes_are_those_of_the_recipe_within_the_noise(filmed_root, filmed):
    truth = json.loads((filmed_root / "truth" / f"{NAME}.json").read_text())
    known = {thing["instance"]: thing["kept"]["minimal"] for thing in truth["objects"]}
    errors = [
        np.abs(np.sort(thing["size"]) - np.sort(known[thing["instance"]]["extents"])).max()
        for thing in filmed["objects"]
        if thing["size"] and known.get(thing["instance"])
    ]
    assert len(errors) > 15
    assert np.median(errors) < 0.02  # 3 mm of noise at both ends, or another box of nearly the same volume
    assert filmed["room_area"] == pytest.approx(truth["room"]["floor_area"], rel=0.05)
    assert set(filmed["room_areas"]) == {"floor", "vsibench", "vsi100k"}
    assert None not in filmed["room_areas"].values()


def test_height_is_along_the_upright_axis(filmed_root, filmed):
    truth = json.loads((filmed_root / "truth" / f"{NAME}.json").read_text())
    heights = {
        thing["instance"]: thing["recipe"]["extents"][2]
        for thing in truth["objects"]
        if thing["label"] in ("table", "door", "whiteboard", "bookshelf", "nightstand")
    }
    assert len(heights) >= 2
    found = {thing["instance"]: thing["size"] for thing in filmed["objects"] if thing["size"]}
    for instance, height in heights.items():
        assert found[instance][2] == pytest.approx(height, abs=0.06)


def test_questions_are_those_of_a_build(filmed_root, filmed, tmp_path):
    summary = build(BuildOptions(out=tmp_path / "out", scannet_root=filmed_root, workers=1))
    of_inspection = {question["id"]: question for question in filmed["questions"]}
    kept = summary.manifest.questions["train"]
    assert sum(kept.values()) > 20
    (shard,) = (tmp_path / "out" / "qa").glob("*.parquet")
    of_build = [row for row in pq.read_table(shard).to_pylist() if row["scene_name"] == NAME]
    assert of_build
    for row in of_build:
        assert of_inspection[row["id"]] == row | {"frames": None}  # no question is about certain frames
    assert find(Build.open(tmp_path / "out"), of_build[0]["id"]) == of_inspection[of_build[0]["id"]]


def test_one_question_comes_with_its_evidence_by_number_and_by_id(filmed_root, filmed):
    third = filmed["questions"][2]
    by_number, by_id = (
        run("--scannet-root", filmed_root, NAME, "--question", given) for given in (3, third["id"][:6])
    )
    assert by_number.output == by_id.output
    assert f"3  {third['id']}" in by_number.output
    assert third["question"] in by_number.output
    assert "because " in by_number.output
    assert filmed["questions"][3]["id"] not in by_number.output


def test_questions_can_be_limited_to_some_topics(filmed_root, filmed):
    result = run(
        "--scannet-root", filmed_root, NAME, "--topics", "object_counting", "--all-questions", "--json"
    )
    asked = json.loads(result.output)["questions"]
    assert asked == [question for question in filmed["questions"] if question["topic"] == "object_counting"]


def test_object_that_the_frames_do_not_show_is_marked(filmed_root, filmed):
    unseen = [thing for thing in filmed["objects"] if thing["asked_about"] == "no: unseen"]
    assert all(thing["seen"] is False for thing in unseen)
    named = {
        about["instance"] for question in filmed["questions"] for about in question["evidence"]["objects"]
    }
    assert named.isdisjoint(
        thing["instance"] for thing in filmed["objects"] if thing["asked_about"][:2] == "no:"
    )
    everything = json.loads(run("--scannet-root", filmed_root, NAME, "--no-visibility", "--json").output)
    assert not any(thing["asked_about"] == "no: unseen" for thing in everything["objects"])
    assert len(everything["questions"]) >= len(filmed["questions"])


def test_boxes_without_a_mesh(tmp_path):
    rooms = meta_info.write(tmp_path / "rooms.json", 1)
    room = json.loads(rooms.read_text())["room0000"]
    result = run("--meta-info", rooms, "room0000", "--rules", "vsibench", "--json")
    found = json.loads(result.output)
    assert found["room_area"] == room["room_size"]
    (bed,) = (thing for thing in found["objects"] if thing["label"] == "bed")
    assert sorted(bed["size"]) == sorted(room["object_bbox"]["bed"][0]["axesLengths"])
    assert any("no stream" in doubt for doubt in found["doubts"])


def test_room_that_a_benchmark_shows_can_be_inspected_with_a_note(tmp_path):
    small_scan("scene0011_00").write(tmp_path)
    result = run("--scannet-root", tmp_path, "scene0011_00")
    assert result.exit_code == 0
    assert "Doubtful: The leak guard keeps this room out of builds: " in result.output


def test_error_of_an_unknown_scan_lists_similar_names(small_root, monkeypatch, capsys):
    error = refused(monkeypatch, capsys, "--scannet-root", small_root, "scene000_00")
    assert error.splitlines() == ["scene000_00: is not one of the 1 scans.", "  Similar names: scene0000_00."]
    assert "The first scans: scene0000_00." in refused(
        monkeypatch, capsys, "--scannet-root", small_root, "kitchen"
    )


@pytest.mark.parametrize(
    ("arguments", "fault"),
    [
        (("--topics", "smell"), "--topics: the rule set wide has no topic `smell`."),
        (("--question", "0"), "--question 0: is neither a number from 1 to "),
        (("--question", "zzzzzz"), "--question zzzzzz: is neither a number from 1 to "),
        (("--rules", "none"), "none: is not a rule set."),
        (("--meta-info", "rooms.json"), "vsidata inspect: needs exactly one source of scans"),
    ],
)
def test_wrong_options_are_named(small_root, monkeypatch, capsys, arguments, fault):
    error = refused(monkeypatch, capsys, "--scannet-root", small_root, NAME, *arguments)
    assert error.startswith(fault)


def test_scan_that_a_build_skips_is_refused_with_the_same_message(tmp_path, monkeypatch, capsys):
    folder = small_scan().write(tmp_path)
    mesh = folder / f"{NAME}_vh_clean_2.ply"
    mesh.write_bytes(mesh.read_bytes()[:-40])
    options = BuildOptions(out=tmp_path / "out", scannet_root=tmp_path, split="all", workers=1)
    (failure,) = build(options).failures
    error = refused(monkeypatch, capsys, "--scannet-root", tmp_path, NAME)
    assert error == f"{failure['file']}: {failure['fault']}\n  {failure['remedy']}\n"


def test_inspect_writes_only_the_named_file(small_root, tmp_path, monkeypatch):
    before = sorted(small_root.rglob("*"))
    monkeypatch.chdir(tmp_path)
    assert run("--scannet-root", small_root, NAME, "--all-questions").exit_code == 0
    assert sorted(small_root.rglob("*")) == before
    assert not list(tmp_path.iterdir())
