"""A byte order mark at the beginning of a text file, as some editors write it, is ignored."""

import codecs
import json
from pathlib import Path

import numpy as np
import pytest

from tests.dataset import meta_info
from tests.hostile.readers import READERS
from tests.scans import small_scan
from tests.sources.streams import sens_bytes
from vsidata.analysis.conform import read_questions
from vsidata.pipeline.options import read_options
from vsidata.selection.leak_guard import forbidden_rooms
from vsidata.sources.label_table import read_label_table
from vsidata.sources.registry import open_source
from vsidata.sources.streams.exported import open_exported
from vsidata.topics.rule_set import load_rules
from vsitrain.scoring.predictions import read_predictions
from vsitrain.scoring.questions import _from_file
from vsitrain.scoring.score_files import _only
from vsitrain.settings.recipe import read_recipe

NAME = "scene0000_00"
QUESTION = {
    "id": "7",
    "dataset": "scannet",
    "scene_name": NAME,
    "question_type": "object_counting",
    "question": "How many chair(s) are in this room?",
    "options": None,
    "ground_truth": "4",
}


def mark(path: Path) -> None:
    """Put a byte order mark at the beginning of a file."""
    path.write_bytes(codecs.BOM_UTF8 + path.read_bytes())


@pytest.mark.parametrize("suffix", [".txt", ".aggregation.json", "_vh_clean_2.0.010000.segs.json"])
def test_scan(tmp_path, suffix):
    folder = small_scan().write(tmp_path)
    plain = open_source("scannet", [tmp_path]).load(NAME)
    mark(folder / f"{NAME}{suffix}")
    marked = open_source("scannet", [tmp_path]).load(NAME)
    np.testing.assert_array_equal(marked.points, plain.points)
    np.testing.assert_array_equal(marked.instances, plain.instances)
    assert [thing.label for thing in marked.objects] == [thing.label for thing in plain.objects]


def exported(folder: Path) -> Path:
    pose = np.eye(4)
    pose[:3, 3] = 1, 2, 3
    camera = [[50, 0, 15.5, 0], [0, 50, 11.5, 0], [0, 0, 1, 0], [0, 0, 0, 1]]
    for name, content in (
        ("color/0.jpg", sens_bytes.jpeg(0)),
        ("pose/0.txt", "\n".join(" ".join(map(str, row)) for row in pose).encode()),
        ("intrinsic/intrinsic_color.txt", "\n".join(" ".join(map(str, row)) for row in camera).encode()),
    ):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder


@pytest.mark.parametrize("file", ["pose/0.txt", "intrinsic/intrinsic_color.txt"])
def test_exported_frames(tmp_path, file):
    folder = exported(tmp_path)
    plain = open_exported(folder, NAME)
    mark(folder / file)
    marked = open_exported(folder, NAME)
    np.testing.assert_array_equal(marked.poses, plain.poses)
    np.testing.assert_array_equal(marked.color_matrix, plain.color_matrix)
    assert marked.poses[0, :3, 3].tolist() == [1, 2, 3]


def test_size_in_the_first_line_of_a_scans_text_file_is_read(tmp_path):
    folder = exported(tmp_path)
    (folder / "intrinsic" / "intrinsic_color.txt").unlink()
    description = folder / f"{NAME}.txt"
    lines = (
        "colorWidth = 64\ncolorHeight = 48\nfx_color = 60\nfy_color = 60\nmx_color = 31.5\nmy_color = 23.5"
    )
    description.write_text(lines)
    plain = open_exported(folder, NAME)
    mark(description)
    np.testing.assert_array_equal(open_exported(folder, NAME).color_matrix, plain.color_matrix)
    assert plain.color_matrix is not None


def write(path: Path, text: str) -> Path:
    path.write_text(text)
    return path


TEXTS = {
    "label table": ("raw_category\tnyu40id\nwall\t1\nchair\t5\n", read_label_table),
    "label table, first column": ("nyu40id\traw_category\n5\tchair\n", read_label_table),
    "rules": ("extends: wide\nname: mine\n", lambda path: load_rules(path).resolved),
    "options": ("out: here\nscannet-root: there\n", lambda path: read_options(path, {})),
    "recipe": ("data: here\nseed: 3\n", read_recipe),
    "forbidden rooms": ("dataset,scene_name\nscannet,scene0191_00\n", lambda path: forbidden_rooms([path])),
    "released questions": (json.dumps(QUESTION) + "\n", lambda path: [*read_questions(path)]),
    "scored questions": (json.dumps(QUESTION) + "\n", _from_file),
    "predictions": ('{"id": "7", "prediction": "4"}\n', read_predictions),
    "subset": ("7\n", lambda path: _only([QUESTION], path)),
    "meta information": (
        json.dumps({"room": meta_info.entry(0)}),
        lambda path: open_source("meta-info", [path]).labels("room"),
    ),
}


@pytest.mark.parametrize("what", TEXTS)
def test_text(tmp_path, what):
    text, read = TEXTS[what]
    file = f"a{'.jsonl' if 'question' in what else '.yaml'}"
    plain = write(tmp_path / file, text)
    (tmp_path / "marked").mkdir()
    marked = write(tmp_path / "marked" / file, text)
    mark(marked)
    without = (lambda found: {**vars(found), "places": None}) if what == "recipe" else (lambda found: found)
    assert without(read(marked)) == without(read(plain))
    assert read(plain)


BINARY = (
    "ply",
    "sens",
    "sens, progressive",
    "jpeg",
    "png",
    "mp4",
    "exported frame",
    "exported frame, progressive",
)


@pytest.mark.parametrize(
    "reader",
    [it for it in READERS if it.name not in BINARY],
    ids=str,
)
def test_every_reader_of_text_accepts_the_mark(tmp_path, reader):
    reader.read(reader.put(tmp_path, codecs.BOM_UTF8 + reader.valid))
