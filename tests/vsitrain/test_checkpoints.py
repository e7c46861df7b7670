"""Checkpoints are complete or absent, and state the origin of their model."""

import json
import subprocess
from dataclasses import replace

import pytest
import yaml

from tests.vsitrain.tiny_runs import trainer
from vsidata.errors import OptionError, VsiError
from vsitrain.runs.checkpoints import last_checkpoint, resumed_from
from vsitrain.runs.provenance import Provenance, read_provenance, refuse_other_input, write_provenance

KNOWN = Provenance(
    method="grpo",
    start="Qwen/Qwen2-VL-2B-Instruct",
    before=None,
    data="my/questions",
    rules=("wide@12345678",),
    questions=12_345,
    prompt="vanilla",
    wording="Please provide the short answer with one or two words or a number.",
    letters=False,
    input_mode="video",
    num_frames=16,
    pixels=(3136, 100_352),
    settings={"beta": 1e-4, "rewards": ["min_ratio", "match"]},
    versions={"vsi100k": "0.1.0", "trl": "1.16.0"},
)


@pytest.fixture
def small_disk(tmp_path):
    """A folder on a disk of 3 MB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(folder)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("this user may not mount a small disk")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def test_a_full_disk_leaves_the_last_checkpoint_and_no_incomplete_one(tiny, small_disk):
    run = trainer(tiny(), small_disk / "run", max_steps=9, save_strategy="steps", save_steps=1)
    with pytest.raises(VsiError, match="the disk is full") as caught:
        run.train()
    first = small_disk / "run" / "checkpoint-1"
    assert last_checkpoint(small_disk / "run") == first
    assert f"resume from {first}" in caught.value.remedy
    assert [path.name for path in (small_disk / "run").glob("checkpoint-*")] == ["checkpoint-1"]


def test_last_checkpoint_is_the_newest_that_is_complete(tmp_path):
    for step in (2, 9, 10, 11):
        (tmp_path / f"checkpoint-{step}").mkdir()
    assert last_checkpoint(tmp_path) is None
    for step in (2, 9, 10):
        (tmp_path / f"checkpoint-{step}" / "trainer_state.json").write_text("{}")
    (tmp_path / "checkpoint-11" / "trainer_state.json").write_text('{"epo')
    assert last_checkpoint(tmp_path) == tmp_path / "checkpoint-10"


def test_last_without_a_checkpoint_starts_a_run_and_a_named_checkpoint_must_be_complete(tmp_path):
    assert resumed_from(None, tmp_path) is None
    assert resumed_from("last", tmp_path) is None
    half = tmp_path / "checkpoint-3"
    half.mkdir()
    with pytest.raises(OptionError, match="is not a complete checkpoint"):
        resumed_from(str(half), tmp_path)
    (half / "trainer_state.json").write_text("{}")
    assert resumed_from("last", tmp_path) == resumed_from(str(half), tmp_path) == str(half)


@pytest.mark.parametrize("before", [None, {"method": "sft", "start": "base"}])
def test_every_checkpoint_and_the_model_state_their_origin(tiny, tmp_path, before):
    run = trainer(tiny(), tmp_path / "run", max_steps=2, save_strategy="steps", save_steps=1)
    run.provenance = replace(KNOWN, before=before)
    run.train()
    run.save_model()
    for folder in ("run", "run/checkpoint-1", "run/checkpoint-2"):
        assert read_provenance(tmp_path / folder) == run.provenance
        _, front, text = (tmp_path / folder / "README.md").read_text().split("---\n", 2)
        assert yaml.safe_load(front)["base_model"] == KNOWN.start
        assert "$" not in text
        for known in (KNOWN.wording, KNOWN.rules[0], "12,345", "at most 16 frames", "one video"):
            assert known in text
        assert ("was also trained with vsi100k" in text) == (before is not None)


def test_model_that_was_trained_elsewhere_has_no_provenance_and_accepts_any_input(tmp_path):
    assert read_provenance(tmp_path) is None
    assert read_provenance("Qwen/Qwen2-VL-2B-Instruct") is None
    refuse_other_input(str(tmp_path), "images")


def test_model_that_learned_from_videos_is_not_shown_images(tmp_path):
    write_provenance(tmp_path, KNOWN)
    refuse_other_input(str(tmp_path), "video")
    with pytest.raises(OptionError, match="trained with input_mode video, not images"):
        refuse_other_input(str(tmp_path), "images")


@pytest.mark.parametrize("text", ["", "{}", '{"method": "grpo"}', "[1]"])
def test_damaged_provenance_is_named(tmp_path, text):
    (tmp_path / "vsitrain.json").write_text(text)
    with pytest.raises(VsiError, match=r"vsitrain\.json"):
        read_provenance(tmp_path)


def test_provenance_is_json_for_programs(tmp_path):
    write_provenance(tmp_path, KNOWN)
    assert json.loads((tmp_path / "vsitrain.json").read_text())["input_mode"] == "video"
