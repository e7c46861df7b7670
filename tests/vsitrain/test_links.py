"""Runs and evaluations in folders of unknown origin: no link is followed, no file of the user is removed."""

import json
import os

import pytest
from typer.testing import CliRunner

from tests.hostile.test_links import no_waiting
from tests.vsitrain.data import builds
from vsidata.errors import OptionError, VsiError
from vsitrain.commands.app import app
from vsitrain.data.tables import shards
from vsitrain.evaluation import run as evaluation
from vsitrain.figure_file import write_figure
from vsitrain.models.starting_model import merge_adapter
from vsitrain.runs.alarms.callback import read_alarms, report_alarm
from vsitrain.runs.alarms.conditions import Alarm
from vsitrain.runs.history import read_history
from vsitrain.runs.provenance import read_provenance
from vsitrain.runs.rollouts import RolloutLog, read_rollouts
from vsitrain.runs.run_folder import claim_run_folder, refuse_linked_run
from vsitrain.scoring.predictions import read_predictions, read_record

ALARM = Alarm(kind="flat", step=3, since=3, sentence="Rewards are flat.", remedy="Look at them.")
ROLLOUT = "00000000-00000009-of-rank-0.parquet"


@pytest.fixture
def mine(tmp_path):
    """A folder of the user with files that must not change."""
    folder = tmp_path / "mine"
    folder.mkdir()
    for name in ("file", ROLLOUT, "model.safetensors"):
        (folder / name).write_text("mine")
    yield folder
    assert {path.name: path.read_text() for path in folder.iterdir()} == dict.fromkeys(
        ("file", ROLLOUT, "model.safetensors"), "mine"
    )


@pytest.fixture
def run(tmp_path):
    folder = tmp_path / "run"
    (folder / "checkpoint-10").mkdir(parents=True)
    return folder


@pytest.mark.parametrize(
    "name",
    [
        "model.safetensors",
        "model-00001-of-00002.safetensors",
        "adapter_config.json",
        "trainer_state.json",
        "training_args.bin",
        "tokenizer.json",
        "chat_template.jinja",
        "README.md",
        "vsitrain.json",
        "alarms.jsonl",
        "checkpoint-20",
        "checkpoint-10/model.safetensors",
        "checkpoint-10/global_step10/state.pt",
        "_base",
        "_base/config.json",
        "_rollouts",
        "runs",
    ],
)
def test_a_run_does_not_write_through_links(run, mine, name):
    (run / name).parent.mkdir(parents=True, exist_ok=True)
    whole = name in ("checkpoint-20", "_base", "_rollouts", "runs")
    (run / name).symlink_to(mine if whole else mine / "file")
    with pytest.raises(OptionError, match="nothing is written through a link") as caught:
        refuse_linked_run(run)
    assert caught.value.file == str(run / name)


def test_links_to_a_run_and_other_links_in_it_are_kept(run, mine, tmp_path):
    (run / "latest").symlink_to("checkpoint-10")
    (tmp_path / "link").symlink_to(run)
    refuse_linked_run(tmp_path / "link")
    refuse_linked_run(tmp_path / "new")


def test_overwriting_removes_the_files_of_a_run_and_no_files_with_similar_names(run):
    (run / "checkpoint-10" / "vsitrain.json").write_text("{}")
    own = {
        "my_config.json",
        "old.safetensors",
        "checkpoint-notes",
        "checkpoint-10.txt",
        "model.safetensors.old",
    }
    for name in (
        *own,
        "config.json",
        "model.safetensors",
        "tokenizer_config.json",
        "adapter_model.safetensors",
    ):
        (run / name).write_text("{}")
    claim_run_folder(run, start="lab/model", overwrite=True)
    assert {path.name for path in run.iterdir()} == own


def test_a_folder_named_base_of_the_user_is_not_replaced(tmp_path):
    adapter, base = tmp_path / "adapter", tmp_path / "run" / "_base"
    adapter.mkdir()
    (adapter / "adapter_config.json").write_text(json.dumps({"base_model_name_or_path": "lab/model"}))
    base.mkdir(parents=True)
    (base / "notes.txt").write_text("mine")
    with pytest.raises(OptionError, match="is not a model"):
        merge_adapter(str(adapter), base, dtype=None)
    assert [path.name for path in base.iterdir()] == ["notes.txt"]


def test_rollouts_are_neither_written_nor_removed_through_a_link(run, mine):
    (run / "_rollouts").symlink_to(mine)
    log = RolloutLog(run / "_rollouts", ["format"])
    with pytest.raises(OptionError, match="through a link"):
        log.forget_from(0)


@pytest.mark.parametrize("link", ["symlink_to", "hardlink_to"])
def test_alarms_and_predictions_are_not_appended_to_a_file_outside_the_run(run, mine, link):
    getattr(run / "alarms.jsonl", link)(mine / "file")
    getattr(run / "predictions.jsonl", link)(mine / "file")
    with pytest.raises(OptionError, match="link"):
        report_alarm(ALARM, run)
    with pytest.raises(OptionError, match="link"):
        evaluation._end_last_line(run / "predictions.jsonl")


def test_pipes_in_place_of_alarms_and_predictions_do_not_block(run):
    for name in ("alarms.jsonl", "predictions.jsonl"):
        os.mkfifo(run / name)
    with no_waiting():
        with pytest.raises(OptionError, match="not a regular file"):
            report_alarm(ALARM, run)
        with pytest.raises(OptionError, match="not a regular file"):
            evaluation._end_last_line(run / "predictions.jsonl")


def test_a_picture_is_not_written_through_a_link(run, mine):
    from matplotlib.figure import Figure

    (run / "curves.png").symlink_to(mine / "file")
    with pytest.raises(OptionError, match="through a link"):
        write_figure(Figure(), run / "curves.png")


@pytest.mark.parametrize("vast", [False, True], ids=["pipe", "vast"])
@pytest.mark.parametrize(
    ("name", "read"),
    [
        ("qa/train-00000-of-00001.parquet", lambda folder: shards(folder, "qa", "train")),
        ("predictions.jsonl", read_predictions),
        ("run.json", read_record),
        ("vsitrain.json", read_provenance),
        ("trainer_state.json", read_history),
        (f"_rollouts/{ROLLOUT}", lambda folder: read_rollouts(folder / "_rollouts")),
    ],
    ids=lambda it: it if isinstance(it, str) else "",
)
def test_an_irregular_file_is_not_read_and_does_not_block(run, name, read, vast):
    if name.startswith("qa/"):
        builds.write(run, [builds.question(1)])
        (run / name).unlink()
    (run / name).parent.mkdir(exist_ok=True)
    if vast:
        with (run / name).open("wb") as file:
            file.truncate(1 << 41)
    else:
        os.mkfifo(run / name)
    with no_waiting(), pytest.raises(VsiError) as caught:
        read(run)
    assert "Errno" not in caught.value.fault


def test_alarms_are_read_from_regular_files_only(run):
    os.mkfifo(run / "alarms.jsonl")
    with no_waiting(), pytest.raises(VsiError):
        read_alarms(run)


@pytest.mark.parametrize("typed", [["tiny"], ["merge", "adapter"]], ids=["tiny", "merge"])
def test_a_model_of_the_user_is_not_overwritten(mine, typed):
    ran = CliRunner().invoke(app, [*typed, str(mine)])
    assert isinstance(ran.exception, OptionError)
    assert "already exists" in ran.exception.fault
