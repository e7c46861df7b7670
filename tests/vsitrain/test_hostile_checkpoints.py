"""Checkpoints of unknown origin and full disks: a run ends with a message of one line, and no code is run."""

import errno
import json
import os
import pickle
import shutil
from pathlib import Path

import pytest
import torch
from transformers import AutoModelForImageTextToText

from tests.vsitrain.tiny_runs import trainer
from vsidata.errors import OptionError, VsiError
from vsitrain.runs.checkpoints import full_disk_in_words, resumed_from
from vsitrain.runs.full_disk import is_full_disk


@pytest.fixture(scope="session")
def finished(tiny, tmp_path_factory) -> Path:
    """A checkpoint after one step."""
    out = tmp_path_factory.mktemp("run")
    trainer(tiny(), out, max_steps=1, save_strategy="steps", save_steps=1).train()
    return out / "checkpoint-1"


@pytest.fixture
def checkpoint(finished, tmp_path):
    """A copy of the checkpoint that a test may damage."""
    return shutil.copytree(finished, tmp_path / "checkpoint-1")


class Running:
    """Runs a command when it is unpickled."""

    def __init__(self, ran: Path) -> None:
        self.ran = ran

    def __reduce__(self):
        return os.mkdir, (str(self.ran),)


def _code(path: Path, ran: Path) -> None:
    path.write_bytes(pickle.dumps(Running(ran)))


def _code_in_torchs_form(path: Path, ran: Path) -> None:
    torch.save({"state": Running(ran)}, path)


def _garbage(path: Path, _: Path) -> None:
    path.write_bytes(b"PK\3\4" + bytes(100))


def _nothing(path: Path, _: Path) -> None:
    path.write_bytes(b"")


def _other_value(path: Path, _: Path) -> None:
    torch.save([1, 2], path)


def _resume(tiny, checkpoint, tmp_path):
    return trainer(tiny(), tmp_path / "more", max_steps=2).train(resume_from_checkpoint=str(checkpoint))


@pytest.mark.parametrize("file", ["optimizer.pt", "scheduler.pt", "rng_state.pth"])
@pytest.mark.parametrize("spoil", [_code, _code_in_torchs_form, _garbage, _nothing, _other_value])
def test_a_state_that_no_run_wrote_is_refused_and_its_code_not_run(tiny, checkpoint, tmp_path, file, spoil):
    ran = tmp_path / "ran"
    spoil(checkpoint / file, ran)
    with pytest.raises(VsiError, match="state cannot be read") as caught:
        _resume(tiny, checkpoint, tmp_path)
    assert not ran.exists()
    assert caught.value.file == str(checkpoint)
    assert "\n" not in caught.value.fault


def _change(path: Path, change) -> None:
    state = torch.load(path, weights_only=True)
    change(state)
    torch.save(state, path)


def _wider(state) -> None:
    first = state["state"][0]
    first["exp_avg"] = torch.zeros(3, 3)


def _one_number_for_all(state) -> None:
    first = state["state"][0]
    first["exp_avg"] = torch.zeros(1).expand(first["exp_avg"].shape)


def _no_average(state) -> None:
    del state["state"][0]["exp_avg"]


def _steps_in_a_row(state) -> None:
    state["state"][0]["step"] = torch.ones(1000)


def _rate_in_words(state) -> None:
    state["param_groups"][0]["lr"] = "fast"


def _rate_without_end(state) -> None:
    state["param_groups"][0]["lr"] = float("inf")


def _one_setting_less(state) -> None:
    del state["param_groups"][0]["betas"]


def _fewer_parameters(state) -> None:
    state["param_groups"][0]["params"] = [0]


_UNFIT = (_wider, _one_number_for_all, _no_average, _steps_in_a_row, _rate_in_words, _rate_without_end)


@pytest.mark.parametrize("change", [*_UNFIT, _one_setting_less, _fewer_parameters])
def test_an_optimizers_state_that_does_not_fit_is_refused(tiny, checkpoint, tmp_path, change):
    _change(checkpoint / "optimizer.pt", change)
    with pytest.raises(VsiError, match="its optimizer's state cannot be read"):
        _resume(tiny, checkpoint, tmp_path)


def test_a_state_of_the_scheduler_that_replaces_a_method_is_refused(tiny, checkpoint, tmp_path):
    _change(checkpoint / "scheduler.pt", lambda state: state.update(step=3))
    with pytest.raises(VsiError, match="the schedule of the learning rate has no step"):
        _resume(tiny, checkpoint, tmp_path)


def test_pickled_weights_of_a_checkpoint_are_refused(tiny, checkpoint, tmp_path):
    weights = AutoModelForImageTextToText.from_pretrained(checkpoint).state_dict()
    (checkpoint / "model.safetensors").unlink()
    torch.save(weights, checkpoint / "pytorch_model.bin")
    with pytest.raises(OptionError, match="its weights are pickled"):
        _resume(tiny, checkpoint, tmp_path)


@pytest.mark.parametrize(
    "change",
    [
        {"global_step": "1"},
        {"global_step": -1},
        {"log_history": 3},
        {"log_history": [{"loss": 1}]},
        {"log_history": [{"step": "1"}]},
        {"epoch": "x"},
        {"best_metric": []},
        {"best_model_checkpoint": 3},
        {"strange": 1},
    ],
)
def test_a_state_of_the_trainer_that_no_run_wrote_is_refused(checkpoint, tmp_path, change):
    file = checkpoint / "trainer_state.json"
    assert resumed_from(str(checkpoint), tmp_path) == str(checkpoint)
    file.write_text(json.dumps(json.loads(file.read_text()) | change))
    for given in (str(checkpoint), "last"):
        with pytest.raises(OptionError, match=r"trainer_state\.json: is not what a run writes"):
            resumed_from(given, tmp_path)
    file.write_text("[]")
    with pytest.raises(OptionError, match="is not what a run writes"):
        resumed_from(str(checkpoint), tmp_path)


@pytest.mark.parametrize("name", ["config.json", "tokenizer.json", "trainer_state.json", "README.md"])
def test_a_disk_that_is_full_at_the_end_of_a_run_is_reported_in_a_message(tiny, tmp_path, name):
    """/dev/full accepts no bytes, like a full disk."""
    run = trainer(tiny(), tmp_path / "run", max_steps=1)
    (tmp_path / "run").mkdir(exist_ok=True)
    (tmp_path / "run" / name).symlink_to("/dev/full")

    def end() -> None:
        with full_disk_in_words(tmp_path / "run"):
            run.save_state()
            run.save_model()
            (tmp_path / "run" / "README.md").write_text("a card")

    with pytest.raises(VsiError, match="the disk is full") as caught:
        end()
    assert caught.value.remedy == "Free space, and start again."


def test_a_full_disk_is_recognised_by_the_errors_of_libraries():
    assert is_full_disk(OSError(errno.ENOSPC, "No space left on device"))
    assert is_full_disk(Exception("No space left on device (os error 28)"))
    assert not is_full_disk(OSError(errno.EACCES, "Permission denied"))
    assert not is_full_disk(ValueError("something else"))


def test_any_command_on_a_full_disk_reports_it(monkeypatch, capsys):
    from vsitrain.commands import app as cli

    def full(*_, **__):
        raise OSError(errno.ENOSPC, "No space left on device", "full/model.safetensors")

    monkeypatch.setattr(cli, "app", full)
    with pytest.raises(SystemExit) as caught:
        cli.main()
    assert caught.value.code == 2
    assert capsys.readouterr().err.startswith("full/model.safetensors: cannot be written: the disk is full.")
