"""A run never overwrites another one by default, and removes only files of vsitrain."""

import pytest

from vsidata.errors import OptionError
from vsitrain.runs.run_folder import claim_run_folder


@pytest.fixture
def run(tmp_path):
    """The files of a finished run, with a note of the user."""
    folder = tmp_path / "run"
    for name in (
        "model.safetensors",
        "config.json",
        "vsitrain.json",
        "checkpoint-2/vsitrain.json",
        "notes.txt",
    ):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("{}")
    return folder


def test_a_folder_with_a_run_is_refused(run):
    with pytest.raises(OptionError, match="already contains a model") as caught:
        claim_run_folder(run, start="lab/model", overwrite=False)
    assert "--resume_from_checkpoint last" in caught.value.remedy
    assert "--overwrite true" in caught.value.remedy
    assert (run / "checkpoint-2").exists()


def test_a_new_or_empty_folder_is_accepted(tmp_path):
    claim_run_folder(tmp_path / "new", start="lab/model", overwrite=False)
    claim_run_folder(tmp_path, start="lab/model", overwrite=False)


def test_overwriting_removes_the_run_and_nothing_else(run):
    claim_run_folder(run, start="lab/model", overwrite=True)
    assert [path.name for path in run.iterdir()] == ["notes.txt"]


def test_a_model_of_unknown_origin_is_never_removed(run):
    (run / "vsitrain.json").unlink()
    (run / "checkpoint-2" / "vsitrain.json").unlink()
    with pytest.raises(OptionError, match="vsitrain did not write it"):
        claim_run_folder(run, start="lab/model", overwrite=True)
    assert (run / "model.safetensors").exists()


def test_the_model_that_a_run_starts_from_is_never_removed(run):
    with pytest.raises(OptionError, match="contains the model that this run starts from"):
        claim_run_folder(run, start=str(run / "checkpoint-2"), overwrite=True)
    assert (run / "checkpoint-2").exists()


def test_a_linked_checkpoint_is_unlinked_and_its_target_kept(run, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "kept").write_text("")
    (run / "checkpoint-3").symlink_to(elsewhere)
    claim_run_folder(run, start="lab/model", overwrite=True)
    assert not (run / "checkpoint-3").exists()
    assert (elsewhere / "kept").exists()
