"""Floor plans as pictures: every drawn object is at its known place, and no label hides another."""

import itertools
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from tests.dataset import meta_info
from vsidata.commands.app import app
from vsidata.errors import VsiError
from vsidata.pages.inspection import Inspection, find_question, inspect
from vsidata.pages.label_places import Label, place_labels
from vsidata.pages.picture import figure, picture
from vsidata.sources.registry import open_source
from vsidata.sources.streams.shown import Framing
from vsidata.topics.rule_set import load_rules

pytest.importorskip("adjustText", reason="adjustText is not installed: pip install 'vsi100k[plot]'")
NAME = "scene0000_00"
PNG = b"\x89PNG\r\n\x1a\n"


def inspected(root: Path, **options) -> Inspection:
    return inspect(open_source("scannet", [root]), NAME, load_rules("wide"), **options)


@pytest.fixture(scope="module")
def filmed(filmed_root) -> Inspection:
    return inspected(filmed_root, framing=Framing(8))


def texts(figure) -> list:
    figure.draw_without_rendering()
    return [text for text in figure.axes[0].texts if text.get_text()]


def test_footprints_are_those_of_the_room_made_by_hand(small_root):
    from matplotlib.patches import Polygon

    drawn = figure(inspected(small_root))
    corners = [patch.get_xy()[:-1] for patch in drawn.axes[0].patches if isinstance(patch, Polygon)]
    table, chair = sorted(corners, key=lambda ring: ring[:, 0].min())
    assert np.allclose(sorted(table.round(3).tolist()), [[0.5, 1], [0.5, 1.8], [2, 1], [2, 1.8]], atol=1e-3)
    assert np.allclose(sorted(chair.round(3).tolist()), [[2.5, 1], [2.5, 1.5], [3, 1], [3, 1.5]], atol=1e-3)
    assert [text.get_text() for text in texts(drawn)] == ["table 2", "office chair 3"]
    assert drawn.axes[0].get_aspect() == 1  # a metre is as long along x as along y


def test_no_label_hides_another_in_a_furnished_room(filmed):
    boxes = [text.get_window_extent() for text in texts(figure(filmed))]
    assert len(boxes) > 15
    hidden = [
        a for a, b in itertools.combinations(boxes, 2) if a.shrunk(0.9, 0.8).overlaps(b.shrunk(0.9, 0.8))
    ]
    assert not hidden


def test_labels_at_the_same_place_are_moved_apart_with_lines_to_it():
    from matplotlib.figure import Figure

    on = Figure(dpi=100).add_subplot()
    place_labels(on, [Label(f"chair {number}", (0.9, 0.5)) for number in range(12)])
    boxes = [text.get_window_extent() for text in on.texts]
    assert not any(a.overlaps(b) for a, b in itertools.combinations(boxes, 2))
    frame = on.get_window_extent()
    assert all(frame.x0 <= box.x0 and box.x1 <= frame.x1 for box in boxes)
    assert len(on.patches) > 6


def test_every_question_can_be_drawn_with_its_answer(filmed):
    of_each_type = {question.question_type: question for question in filmed.questions}
    assert len(of_each_type) >= 6
    alone = set(figure(filmed).axes[0].get_legend_handles_labels()[1])
    for question in of_each_type.values():
        drawn = figure(filmed, question)
        assert question.answer in drawn.get_suptitle()
        assert "the answer" in {*drawn.axes[0].get_legend_handles_labels()[1]} - alone


def test_labels_are_drawn_as_they_are_written(tmp_path):
    room, label = meta_info.entry(0), "$\\frac{$\x1b[2J\u202e"
    for by_label in (room["object_bbox"], room["object_counts"]):
        by_label[label] = by_label.pop("bed")
    rooms = {"room0": room}
    (tmp_path / "rooms.json").write_text(json.dumps(rooms))
    found = inspect(open_source("meta-info", [tmp_path / "rooms.json"]), "room0", load_rules("vsi100k"))
    drawn = figure(found)
    assert "$\\frac{$[2J 10" in {text.get_text() for text in texts(drawn)}


def test_distance_between_two_objects_is_drawn_in_its_true_length(filmed):
    question = next(each for each in filmed.questions if each.topic == "object_abs_distance")
    lines = {line.get_xydata().tobytes() for line in figure(filmed).axes[0].lines}
    (drawn,) = (
        line.get_xydata()
        for line in figure(filmed, question).axes[0].lines
        if len(line.get_xydata()) == 2 and line.get_xydata().tobytes() not in lines
    )
    assert np.linalg.norm(drawn[1] - drawn[0]) <= question.evidence.value + 1e-9


def test_command_writes_another_picture_if_evidence_is_requested(small_root, tmp_path):
    root = ["inspect", "--scannet-root", str(small_root), NAME]
    alone, evidence, again = (tmp_path / f"{name}.png" for name in ("alone", "evidence", "again"))
    for file, question in ((alone, []), (evidence, ["--question", "1"]), (again, [])):
        result = CliRunner().invoke(app, [*root, "--png", str(file), *question])
        assert result.exit_code == 0, result.output
    assert alone.read_bytes().startswith(PNG)
    assert evidence.read_bytes().startswith(PNG)
    assert alone.read_bytes() == again.read_bytes() != evidence.read_bytes()
    assert len(list(tmp_path.iterdir())) == 3


def test_room_with_a_stated_area_has_no_outline_to_draw(tmp_path):
    rooms = meta_info.write(tmp_path / "rooms.json", 1)
    found = inspect(open_source("meta-info", [rooms]), "room0000", load_rules("vsibench"))
    (question,) = (each for each in found.questions if each.topic == "room_size_estimation")
    assert picture(found, question).startswith(PNG)


def test_question_is_found_by_number_and_by_id(filmed):
    first = filmed.questions[0]
    assert find_question(filmed, "1") is find_question(filmed, first.id) is first


def test_missing_folder_is_reported(small_root, tmp_path):
    command = ["inspect", NAME, "--scannet-root", str(small_root), "--png", str(tmp_path / "no" / "a.png")]
    error = CliRunner().invoke(app, command).exception
    assert isinstance(error, VsiError)
    assert "a.png: cannot be written: No such file or directory." in str(error)


def test_without_matplotlib_the_command_names_the_installation(small_root, tmp_path):
    hide = "import sys; sys.modules['matplotlib'] = None; from vsidata.commands.app import main; main()"
    arguments = ["inspect", "--scannet-root", str(small_root), NAME, "--png", str(tmp_path / "a.png")]
    ran = subprocess.run(
        [sys.executable, "-c", hide, *arguments], capture_output=True, text=True, check=False
    )
    assert ran.returncode == 2
    assert "needs matplotlib, which is not installed" in ran.stderr
    assert "pip install 'vsi100k[plot]'" in ran.stderr
    assert "Traceback" not in ran.stderr
