"""Clips of the next round are prepared while the present one is trained, and the result is the same."""

import threading

import pytest
import torch

from tests.vsitrain.tiny_runs import CLIPS, SHAPES, questions, trainer
from vsitrain.trainers.prepared_ahead import PreparedAhead


class Recorder:
    """Prepares a batch of numbers by doubling them, and notes it."""

    def __init__(self):
        self.began = []

    def __call__(self, rows):
        self.began.append(rows)
        return [2 * row for row in rows]


def test_next_batch_is_prepared_while_the_present_one_is_used():
    work = Recorder()
    ahead = PreparedAhead(work)
    for rows in ([1], [1], [2], [3]):
        assert ahead.queue(rows) == rows
    assert ahead.take([1]) == [2]
    ahead._thread.submit(lambda: None).result()  # all that was started has ended
    assert work.began == [[1], [2]]
    assert ahead.take([2]) == [4]
    assert ahead.take([3]) == [6]
    assert work.began == [[1], [2], [3]]


def test_only_one_batch_is_prepared_ahead():
    work = Recorder()
    ahead = PreparedAhead(work)
    for number in range(5):
        ahead.queue([number])
    ahead.take([0])
    ahead._thread.submit(lambda: None).result()  # all that was started has ended
    assert work.began == [[0], [1]]


def test_a_batch_that_was_not_queued_is_prepared_when_it_is_needed():
    ahead = PreparedAhead(Recorder())
    ahead.queue([1])
    assert ahead.take([7]) == [14]
    assert ahead.take([1]) == [2]


def test_skipped_batches_are_dropped():
    work = Recorder()
    ahead = PreparedAhead(work)
    for number in range(4):
        ahead.queue([number])
    assert ahead.take([2]) == [4]
    assert ahead.take([3]) == [6]
    assert [1] not in work.began


def test_fault_in_a_batch_is_raised_when_the_batch_is_needed():
    def prepare(rows):
        if rows == [2]:
            raise ValueError("damaged")
        return rows

    ahead = PreparedAhead(prepare)
    for number in (1, 2, 3):
        ahead.queue([number])
    assert ahead.take([1]) == [1]
    with pytest.raises(ValueError, match="damaged"):
        ahead.take([2])
    assert ahead.take([3]) == [3]


def run_of(folder, out, **changes):
    run = trainer(folder, out, data=questions(SHAPES), per_device_train_batch_size=4, **changes)
    torch.manual_seed(1)
    return run


def test_clips_of_the_next_step_are_prepared_before_the_present_one_is_generated(tiny, tmp_path):
    run = run_of(tiny(), tmp_path, max_steps=3, gradient_accumulation_steps=1)
    order, prepared = [], threading.Event()

    def clip_of(row):
        order.append(row["scene_name"])
        if len(order) == 2:
            prepared.set()
        return CLIPS[row["scene_name"]]

    generate = run._generate_single_turn

    def generated(*args, **more):
        assert prepared.wait(10), "the second clip is not prepared during the first generation"
        return generate(*args, **more)

    run.clip_of, run._generate_single_turn = clip_of, generated
    run.train()
    assert sorted(order) == sorted(SHAPES)


@pytest.mark.parametrize("steps_per_generation", [1, 2])
def test_losses_are_those_of_clips_that_are_prepared_when_they_are_needed(
    tiny, tmp_path, monkeypatch, steps_per_generation
):
    how = {"max_steps": 4, "gradient_accumulation_steps": 2, "steps_per_generation": steps_per_generation}
    losses = []
    for name in ("ahead", "when needed"):
        run = run_of(tiny(), tmp_path / name, **how)
        if name == "when needed":
            monkeypatch.setattr(PreparedAhead, "queue", lambda _, rows: rows)
        run.train()
        losses.append([entry["loss"] for entry in run.state.log_history if "loss" in entry])
    assert losses[0] == losses[1]
    assert len(losses[0]) == 4
