"""Every command still reads a build of the first release.

The first release wrote `first_release/`, a build about six synthetic rooms, with these commands:

    vsidata synth ROOT --scenes 6 --seed 3 --frames 30
    vsidata build --scannet-root ROOT --out first_release --frames 3 --frame-size 64 --embed --holdout 20% \
        --per-scene object_size_estimation=3,…,room_size_estimation=1
"""

import json
import shutil
from pathlib import Path

import pytest

from tests.publish.hub.conftest import environment, hub, pauses, run  # noqa: F401 - fixtures
from vsidata.publish.export.registry import FORMS
from vsitrain.data.frames import FrameStore
from vsitrain.data.questions import load_questions

QUESTIONS = {"train": 79, "validation": 26}


@pytest.fixture
def old(tmp_path):
    return shutil.copytree(Path(__file__).parent / "first_release", tmp_path / "old")


def test_old_build_is_verified_judged_and_drawn(old, run):  # noqa: F811
    run("verify", old)
    run("sample", old)
    run("audit", old)
    judged = json.loads((old / "audit.json").read_text())
    assert judged["questions"] == sum(QUESTIONS.values())
    run("report", old)
    assert (old / "report" / "index.html").is_file()


def test_old_build_is_compared(old, run):  # noqa: F811
    assert json.loads(run("compare", old, old, "--json"))


@pytest.mark.parametrize("form", sorted(FORMS))
def test_old_build_is_exported(old, run, tmp_path, form):  # noqa: F811
    said = json.loads(run("export", old, "--to", form, "--out", tmp_path / "out", "--json"))
    assert said["questions"] == QUESTIONS


def test_old_build_is_pushed(old, hub, run):  # noqa: F811
    run("push", old, "--repo-id", "lab/old", "--with-frames", "--i-may-share-frames")
    for table in ("qa", "scenes", "frames", "embedded"):
        for shard in (old / table).iterdir():
            assert hub.files("lab/old")[f"{table}/{shard.name}"] == shard.read_bytes()


@pytest.mark.parametrize("split", QUESTIONS)
def test_old_build_is_used_for_training(old, split):
    rows = load_questions(str(old), split)
    assert len(rows) == QUESTIONS[split]
    store = FrameStore(str(old), split, num_frames=2, max_pixels=64 * 64)
    for scene, dataset in set(zip(rows["scene_name"], rows["dataset"], strict=True)):
        assert len(store.clip(scene, dataset).frames) == 2
