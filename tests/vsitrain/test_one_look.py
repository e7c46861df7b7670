"""The vision tower runs once for each clip, and everything that is computed stays as it was."""

from contextlib import contextmanager, nullcontext

import pytest
import torch
from peft import LoraConfig
from trl import GRPOTrainer

from tests.vsitrain import tiny_runs
from tests.vsitrain.test_frozen_tower import tower_of
from tests.vsitrain.test_video import _batches
from tests.vsitrain.tiny_runs import CLIPS, SHAPES, questions, trainer
from vsidata.errors import VsiError
from vsitrain.families import LANGUAGE, LORA_TARGETS, encode_rows
from vsitrain.trainers.grpo import VideoGRPOTrainer

LORA = {"peft_config": LoraConfig(r=4, target_modules=LORA_TARGETS)}


@pytest.fixture
def frozen(monkeypatch):
    """Tiny models whose vision tower stays as it is."""

    def loaded(folder):
        model, processor = parts(folder)
        for name, it in model.named_parameters():
            it.requires_grad_(any(part in name for part in LANGUAGE))
        return model, processor

    parts = tiny_runs.parts
    monkeypatch.setattr(tiny_runs, "parts", loaded)


@contextmanager
def patches_through(model):
    """A list that the patches (or images) of each run of the tower are counted in."""
    seen = []
    handle = tower_of(model).register_forward_pre_hook(
        lambda _, args, given: seen.append(len(args[0] if args else given["pixel_values"])), with_kwargs=True
    )
    try:
        yield seen
    finally:
        handle.remove()


def loss_and_gradients(folder, out, *, shares, lora, **changes):
    """Micro-batches of a round, shuffled and split; of each its log-probabilities, loss and gradients."""
    run = trainer(
        folder,
        out,
        data=questions(SHAPES),
        options=LORA if lora else {},
        per_device_train_batch_size=3,
        steps_per_generation=4,
        gradient_accumulation_steps=2,
        beta=0.1,
        **changes,
    )
    assert run._shares
    run._shares = shares
    torch.manual_seed(0)
    for name, it in run.model.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(it, std=0.1)
    torch.manual_seed(1)
    with patches_through(run.model) as seen:
        batches = _batches(run)
        told = []
        for batch in batches:
            batch["advantages"] = torch.linspace(-1, 1, len(batch["advantages"]))
            run.model.zero_grad()
            loss = run._compute_loss(run.model, batch)
            loss.backward()
            grads = {name: it.grad for name, it in run.model.named_parameters() if it.grad is not None}
            told.append((batch, loss.detach(), {name: it.clone() for name, it in grads.items()}))
    return told, sum(seen)


@pytest.mark.parametrize("lora", [True, False], ids=["lora", "full"])
def test_log_probabilities_losses_and_gradients_are_those_of_the_plain_path(
    each_tiny, tmp_path, frozen, lora
):
    found, patches = loss_and_gradients(each_tiny, tmp_path / "once", shares=True, lora=lora)
    expected, many = loss_and_gradients(each_tiny, tmp_path / "plain", shares=False, lora=lora)
    assert len(found) == len(expected) == 4
    for (batch, loss, grads), (plain, plain_loss, plain_grads) in zip(found, expected, strict=True):
        for ids in ("prompt_ids", "completion_ids"):
            assert torch.equal(batch[ids], plain[ids])
        for logps in ("old_per_token_logps", "ref_per_token_logps"):
            torch.testing.assert_close(batch[logps], plain[logps], atol=1e-5, rtol=1e-5)
        torch.testing.assert_close(loss, plain_loss, atol=1e-5, rtol=1e-5)
        assert grads.keys() == plain_grads.keys()
        for name, it in grads.items():
            torch.testing.assert_close(it, plain_grads[name], atol=1e-5, rtol=1e-5)
        assert max(it.abs().max() for it in grads.values()) > 1e-3
    assert many > 10 * patches


def test_each_distinct_clip_goes_through_the_tower_once_a_round(each_tiny, tmp_path, frozen):
    # Two scenes show the same clip, loaded twice, and a question about it stands at either end of the round.
    clips = {**CLIPS, "scene_d": tiny_runs.noise(*SHAPES["scene_a"], seed=0)}
    run = trainer(
        each_tiny,
        tmp_path,
        clips=clips,
        data=questions([*SHAPES, "scene_d"]),
        options=LORA,
        per_device_train_batch_size=8,
        num_iterations=2,
        max_steps=2,
        beta=0.1,
    )
    with patches_through(run.model) as seen:
        run.train()
    processor = run.processing_class
    expected = [len(_pixels(processor, clip)) for clip in CLIPS.values()]
    assert sorted(seen) == sorted(expected)


def _pixels(processor, clip):
    (row,) = encode_rows(processor, [tiny_runs.asked("?")], [clip])
    return next(value for key, value in row.vision.items() if key.startswith("pixel_values"))


def test_guard_stops_a_run_whose_features_do_not_reach_the_loss(tiny, tmp_path, frozen, monkeypatch):
    theirs = GRPOTrainer._get_per_token_logps_and_entropies
    monkeypatch.setattr(VideoGRPOTrainer, "_get_per_token_logps_and_entropies", theirs)
    with pytest.raises(VsiError, match="no pixel_values_videos"):
        trainer(tiny(), tmp_path).train()


def test_guard_stops_generation_that_the_features_do_not_reach(tiny, tmp_path, frozen, monkeypatch):
    monkeypatch.setattr(VideoGRPOTrainer, "_features_in_reach", lambda _: nullcontext())
    with pytest.raises(VsiError, match="no pixel_values_videos"):
        trainer(tiny(), tmp_path).train()
