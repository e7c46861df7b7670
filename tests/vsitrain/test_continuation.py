"""A run resumes from a checkpoint with the same data, frames and rewards, or reports that they changed."""

from dataclasses import replace

import pytest

from tests.vsitrain.test_checkpoints import KNOWN
from vsidata.errors import OptionError
from vsitrain.runs.continuation import continue_provenance
from vsitrain.runs.provenance import read_provenance, write_provenance

NOW = replace(KNOWN, questions_sha256="a" * 64, frames_sha256="b" * 64)
OTHER = {
    "questions_sha256": {"questions_sha256": "c" * 64},
    "frames_sha256": {"frames_sha256": "d" * 64},
    "num_frames": {"num_frames": 8},
    "pixels": {"pixels": (3136, 50_176)},
    "input_mode": {"input_mode": "images"},
    "blank": {"blank": True},
    "rules": {"rules": ("vsibench@12345678",)},
    "rewards": {"settings": {**KNOWN.settings, "rewards": ["mra"]}},
}


@pytest.fixture
def checkpoint(tmp_path):
    folder = tmp_path / "checkpoint-30"
    folder.mkdir()
    write_provenance(folder, NOW)
    return str(folder)


def test_a_run_resumes_with_the_same_data_in_another_folder(checkpoint):
    assert continue_provenance(checkpoint, NOW, accept=False) == NOW
    moved = replace(NOW, data="elsewhere/questions", settings={**NOW.settings, "max_steps": 500})
    assert continue_provenance(checkpoint, moved, accept=False) == moved


@pytest.mark.parametrize("name", OTHER)
def test_changed_data_frames_or_rewards_are_refused_and_named(checkpoint, name):
    with pytest.raises(OptionError, match=name) as caught:
        continue_provenance(checkpoint, replace(NOW, **OTHER[name]), accept=False)
    assert "--accept_changes true" in caught.value.remedy


def test_accepted_changes_are_recorded_and_kept_when_the_run_resumes_again(checkpoint, tmp_path):
    changed = continue_provenance(checkpoint, replace(NOW, num_frames=8), accept=True)
    assert changed.changes == ({"step": 30, "changed": {"num_frames": [16, 8]}},)
    later = tmp_path / "checkpoint-60"
    later.mkdir()
    write_provenance(later, changed)
    assert read_provenance(later) == changed
    again = continue_provenance(str(later), replace(NOW, num_frames=8, blank=True), accept=True)
    assert [change["step"] for change in again.changes] == [30, 60]


def test_only_settings_that_the_checkpoint_recorded_are_compared(tmp_path):
    old = tmp_path / "checkpoint-5"
    old.mkdir()
    write_provenance(old, KNOWN)
    assert continue_provenance(str(old), NOW, accept=False) == NOW
    (old / "vsitrain.json").unlink()
    assert continue_provenance(str(old), NOW, accept=False) == NOW
