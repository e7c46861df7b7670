"""The log of a run, read back and drawn."""

import json

import numpy as np
import pytest
from PIL import Image

from vsidata.errors import VsiError
from vsitrain.runs.curves import draw_curves
from vsitrain.runs.history import first_and_last, history_of, read_history, smoothed


def write(folder, logged):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "trainer_state.json").write_text(json.dumps({"log_history": logged}))
    return folder


def logged(steps):
    return [
        {
            "step": step,
            "epoch": step / 10,
            "reward": step / steps,
            "rewards/mra_reward/mean": None,
            "rewards_by_topic/object_counting": 0.5,
            "kl": float("nan") if step == 3 else 0.1,
        }
        for step in range(1, steps + 1)
    ]


def test_figures_are_read_by_name_and_null_values_are_left_out(tmp_path):
    history = read_history(write(tmp_path, logged(4)))
    assert history["reward"] == ((1, 0.25), (2, 0.5), (3, 0.75), (4, 1.0))
    assert [step for step, _ in history["kl"]] == [1, 2, 4]
    assert set(history) == {"reward", "kl", "rewards_by_topic/object_counting"}


def test_a_resumed_run_is_read_from_its_newest_complete_checkpoint(tmp_path):
    write(tmp_path / "checkpoint-2", logged(2))
    write(tmp_path / "checkpoint-10", logged(10))
    (tmp_path / "checkpoint-12").mkdir()
    assert len(read_history(tmp_path)["reward"]) == 10


def test_a_folder_without_a_run_is_named(tmp_path):
    with pytest.raises(VsiError, match="no complete checkpoint"):
        read_history(tmp_path)
    (tmp_path / "trainer_state.json").write_text("{}")
    with pytest.raises(VsiError, match="cannot be read"):
        read_history(tmp_path)


def test_means_of_the_ends_and_of_a_window():
    series = tuple((step, float(step)) for step in range(1, 21))
    assert first_and_last(series) == (1.5, 19.5)
    assert first_and_last(series[:3]) == (1.0, 3.0)
    assert smoothed(series, 4)[:5] == ((1, 1.0), (2, 1.5), (3, 2.0), (4, 2.5), (5, 3.5))
    assert history_of([]) == {}


def test_curves_are_drawn_with_a_mark_at_each_alarm(tmp_path):
    run = write(tmp_path / "run", logged(60))
    draw_curves(run, tmp_path / "plain.png")
    alarm = {"kind": "kl", "step": 30, "since": 20, "sentence": "It runs.", "remedy": "Stop it."}
    (run / "alarms.jsonl").write_text(json.dumps(alarm))
    draw_curves(run, tmp_path / "alarmed.png")
    plain, alarmed = (
        np.asarray(Image.open(tmp_path / f"{name}.png").convert("RGB"), dtype=int)
        for name in ("plain", "alarmed")
    )

    def red(picture):
        return int(((picture[..., 0] > 150) & (picture[..., 1] < 90) & (picture[..., 2] < 90)).sum())

    assert red(alarmed) > red(plain) + 100
    draw_curves(run, tmp_path / "curves.svg")
    assert "<svg" in (tmp_path / "curves.svg").read_text()
