"""The examples of docs/extend.md do what the page says."""

import doctest
import importlib
import json

import numpy as np
import pytest
from typer.testing import CliRunner

from tests.dataset import meta_info
from tests.docs.pages import ROOT, blocks
from vsidata.commands.app import app
from vsidata.pipeline.build import BuildOptions, build
from vsidata.sources.registry import SOURCES, open_source
from vsitrain.prompts import prompt_mode
from vsitrain.rewards import REWARDS, reward_functions


def example(heading: str, language: str = "python") -> str:
    """The first block of a section."""
    return next(
        block.text
        for block in blocks(ROOT / "docs/extend.md")
        if block.language == language and block.headings[-1] == heading
    )


@pytest.fixture
def module(tmp_path, monkeypatch):
    """Write an example as a module, also for worker processes, and import it."""

    def written(name: str, heading: str):
        (tmp_path / f"{name}.py").write_text(example(heading))
        monkeypatch.syspath_prepend(tmp_path)
        return importlib.import_module(name)

    return written


def test_topic_is_asked_and_its_answer_is_the_higher_box(tmp_path):
    (tmp_path / "higher.py").write_text(example("Add a topic"))
    (tmp_path / "higher.yaml").write_text(example("Add a topic", "yaml"))
    rooms = meta_info.write(tmp_path / "rooms.json", 4)
    own = ["--topic-file", str(tmp_path / "higher.py"), "--rules", str(tmp_path / "higher.yaml")]
    out = tmp_path / "qa"
    for words in (
        ["build", "--meta-info", str(rooms), *own, "--topics", "higher", "--out", str(out), "--workers", "1"],
        ["sample", str(out), "-n", "5", "--json"],
    ):
        ran = CliRunner().invoke(app, words)
        assert ran.exit_code == 0, ran.output
    # The middles of the boxes are at the same height, so the taller one is higher.
    boxes = json.loads(rooms.read_text())
    for row in map(json.loads, ran.stdout.splitlines()):
        named = {thing["category"] for thing in row["evidence"]["objects"]}
        tall = {
            label: listed[0]["axesLengths"][2]
            for label, listed in boxes[row["scene_name"]]["object_bbox"].items()
            if label in named
        }
        assert row["answer"] == max(tall, key=tall.get)


def test_source_is_read_by_a_build(tmp_path, monkeypatch, module):
    monkeypatch.setitem(SOURCES, "boxes", module("box_files", "Add a source").BoxFiles.open)
    rng = np.random.default_rng(0)
    (tmp_path / "rooms").mkdir()
    labels = ["chair", "chair", "chair", "table", "sofa", "bed", "lamp", "door"]
    for number in range(2):
        things = [
            {"label": label, "center": [*rng.uniform(0, 6, 2), 0.5], "size": [*rng.uniform(0.3, 0.9, 3)]}
            for label in labels
        ]
        (tmp_path / "rooms" / f"room{number}.json").write_text(json.dumps({"objects": things}))
    (tmp_path / "rooms" / "broken.json").write_text("{}")
    done = build(BuildOptions(source="boxes", root=tmp_path / "rooms", out=tmp_path / "qa", workers=1))
    assert done.manifest.datasets == {"boxes": 2}
    assert [failure["scene_name"] for failure in done.failures] == ["broken"]
    counts = [row for row in done.build.questions().to_pylist() if row["topic"] == "object_counting"]
    assert {row["ground_truth"] for row in counts if "chair" in row["question"]} == {"3"}
    source = open_source("boxes", [tmp_path / "rooms"])
    assert source.labels("room0") == dict(enumerate(labels))


def test_family_is_the_one_of_the_code():
    lines = [line.strip() for line in example("Add a family of models").splitlines()]
    code = [line.strip() for line in (ROOT / "vsitrain/families/family.py").read_text().splitlines()]
    assert "\n".join(lines).rstrip(",") in "\n".join(code)


def test_reward_scores_as_its_docstring_says_and_fits_a_recipe(monkeypatch, module):
    made = module("within_tenth", "Add a reward")
    assert doctest.testmod(made) == (0, 1)
    monkeypatch.setitem(REWARDS, "within_tenth", made.within_tenth_reward)
    (reward,) = reward_functions(["within_tenth"], mode=prompt_mode("vanilla"), letters=True)
    assert reward(["7", "90 cm"], ground_truth=["6", "1.0"], unit=[None, "m"]) == [0.0, 1.0]
