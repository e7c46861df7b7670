"""Supervised fine-tuning on video learns, and computes the loss from the reply only."""

import pytest
import torch
from datasets import Dataset
from peft import LoraConfig
from trl import SFTConfig

from tests.vsitrain import asked
from tests.vsitrain.tiny_runs import parts
from vsidata.errors import VsiError
from vsitrain.families import LORA_TARGETS, show_rows
from vsitrain.trainers.collate import IGNORED, AnswerCollator
from vsitrain.trainers.sft import make_trainer

ROWS = Dataset.from_list(asked.ROWS)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return asked.build(tmp_path_factory.mktemp("build"))


def settings(out, **changes) -> SFTConfig:
    given = {
        "per_device_train_batch_size": 4,
        "max_steps": 12,
        "learning_rate": 3e-3,
        "logging_steps": 1,
        "save_strategy": "no",
        "report_to": "none",
        "use_cpu": True,
        "bf16": False,
        "gradient_checkpointing": False,
        "disable_tqdm": True,
    }
    return SFTConfig(output_dir=str(out), **{**given, **changes})


def trainer_of(model_folder, folder, out, *, blank=False, input_mode="video", changes=None, **more):
    model, processor = parts(model_folder)
    asking = asked.asking(folder, processor, input_mode=input_mode)
    if blank:
        asking = asked.with_blank_clips(asking)
    return make_trainer(model, settings(out, **(changes or {})), ROWS, asking, **more)


def losses(trainer) -> list[float]:
    return [entry["loss"] for entry in trainer.state.log_history if "loss" in entry]


@pytest.mark.parametrize("input_mode", ["video", "images"])
def test_loss_falls(tiny, folder, tmp_path, input_mode):
    trainer = trainer_of(tiny(), folder, tmp_path, input_mode=input_mode)
    trainer.train()
    assert losses(trainer)[-1] < 0.5 * losses(trainer)[0]


def test_loss_falls_for_each_family_and_its_vision_tower_learns(each_tiny, folder, tmp_path):
    trainer = trainer_of(each_tiny, folder, tmp_path)
    tower = next(
        p for name, p in trainer.model.named_parameters() if ".layers.0." in name or ".blocks.0." in name
    )
    before = tower.detach().clone()
    trainer.train()
    assert losses(trainer)[-1] < 0.5 * losses(trainer)[0]
    assert (tower != before).any()


def test_loss_falls_with_an_adapter_and_nothing_else_changes(tiny, folder, tmp_path):
    adapter = LoraConfig(r=8, lora_alpha=16, target_modules=LORA_TARGETS)
    trainer = trainer_of(
        tiny(), folder, tmp_path, peft_config=adapter, changes={"max_steps": 20, "learning_rate": 2e-2}
    )
    before = {name: p.detach().clone() for name, p in trainer.model.named_parameters()}
    trainer.train()
    assert losses(trainer)[-1] < 0.7 * losses(trainer)[0]
    changed = {name for name, p in trainer.model.named_parameters() if (p != before[name]).any()}
    assert changed
    assert all("lora_" in name and "language_model" in name for name in changed)


def test_loss_of_the_first_step_is_the_mean_over_the_tokens_of_the_replies(tiny, folder, tmp_path):
    trainer = trainer_of(tiny(), folder, tmp_path, changes={"max_steps": 1})
    model, processor = parts(tiny())
    show_rows(model, processor)
    batch = AnswerCollator(asked.asking(folder, processor))(asked.ROWS)
    labels = batch.pop("labels")[:, 1:]
    with torch.no_grad():
        chances = model(**batch).logits[:, :-1].log_softmax(-1)
    of_labels = chances.gather(-1, labels.clamp(min=0)[..., None])[..., 0]
    trainer.train()
    assert losses(trainer)[0] == pytest.approx(-of_labels[labels != IGNORED].mean().item(), abs=1e-3)


def test_blank_clips_change_the_loss(tiny, folder, tmp_path):
    first = []
    for blank in (False, True):
        trainer = trainer_of(tiny(), folder, tmp_path, blank=blank, changes={"max_steps": 1})
        trainer.train()
        first.append(losses(trainer)[0])
    assert abs(first[0] - first[1]) > 0.01


def test_questions_of_other_rooms_are_evaluated_during_the_training(tiny, folder, tmp_path):
    held_out = Dataset.from_list(asked.ROWS[2:])
    changes = {"max_steps": 2, "eval_strategy": "steps", "eval_steps": 2, "per_device_eval_batch_size": 2}
    trainer = trainer_of(tiny(), folder, tmp_path, changes=changes, eval_rows=held_out)
    trainer.train()
    assert [entry["eval_loss"] for entry in trainer.state.log_history if "eval_loss" in entry]


def test_an_interrupted_run_ends_like_an_uninterrupted_run(tiny, folder, tmp_path):
    changes = {"max_steps": 4, "save_strategy": "steps", "save_steps": 2}
    whole = trainer_of(tiny(), folder, tmp_path / "whole", changes=changes)
    whole.train()
    resumed = trainer_of(tiny(), folder, tmp_path / "resumed", changes=changes)
    resumed.train(resume_from_checkpoint=str(tmp_path / "whole" / "checkpoint-2"))
    for name, parameter in whole.model.named_parameters():
        assert torch.equal(parameter, resumed.model.get_parameter(name)), name


def test_pass_without_the_pixels_is_refused(tiny, folder, tmp_path):
    trainer = trainer_of(tiny(), folder, tmp_path)
    batch = trainer.data_collator(asked.ROWS)
    blind = {key: batch[key] for key in ("input_ids", "attention_mask")}
    with pytest.raises(VsiError, match="tokens that stand for pixels"):
        trainer.model(**blind)
