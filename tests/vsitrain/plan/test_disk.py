"""Disk space for checkpoints, checked before a run begins."""

import shutil
from dataclasses import replace
from types import SimpleNamespace

import pytest

from tests.vsitrain.plan.planned import grpo
from vsidata.errors import OptionError
from vsitrain.plan import find_device, measure_model, plan, read_model_config, refuse_if_no_room
from vsitrain.plan.disk import disk_bytes

GIB = 2**30


@pytest.fixture
def planned(tiny):
    """A plan of 100 steps with checkpoints of a GiB each."""
    made = plan(measure_model(read_model_config(str(tiny()))), grpo(max_steps=100), find_device(None))
    return replace(made, checkpoint_bytes=GIB)


def args(out=".", **changes):
    given = {"save_strategy": "steps", "save_steps": 20, "save_total_limit": None, "num_train_epochs": 3}
    return SimpleNamespace(output_dir=str(out), **(given | changes))


@pytest.mark.parametrize(
    ("changes", "gib"),
    [
        ({}, 6),  # five checkpoints and the model
        ({"save_total_limit": 2}, 4),  # two, a third before the first is removed, and the model
        ({"save_total_limit": 9}, 6),
        ({"save_steps": 0.5}, 3),
        ({"save_strategy": "epoch"}, 4),
        ({"save_strategy": "no"}, 1),
    ],
)
def test_the_size_of_all_files_of_a_run_is_counted(planned, changes, gib):
    assert disk_bytes(planned, args(**changes)) == gib * GIB


def test_a_run_without_disk_space_is_refused_with_numbers_for_its_folder(planned, tmp_path, monkeypatch):
    asked = []

    def usage(path):
        asked.append(path)
        return SimpleNamespace(free=5 * GIB)

    monkeypatch.setattr(shutil, "disk_usage", usage)
    refuse_if_no_room(planned, args(tmp_path, save_total_limit=2))
    with pytest.raises(OptionError, match=r"has 5\.0 GiB free, .* each of 1\.0 GiB, take up to 6\.0 GiB"):
        refuse_if_no_room(planned, args(tmp_path / "not" / "there"))
    assert asked == [tmp_path, tmp_path]
