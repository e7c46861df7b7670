"""Preference optimisation works on video: after its steps, the model prefers the right answers."""

import math

import pytest
import torch
from datasets import Dataset
from peft import LoraConfig
from trl import DPOConfig

from tests.vsitrain import asked
from tests.vsitrain.data import builds
from tests.vsitrain.tiny_runs import parts
from vsidata.errors import OptionError
from vsitrain.families import LORA_TARGETS
from vsitrain.trainers.dpo import make_trainer

ROWS = Dataset.from_list(asked.ROWS)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return asked.build(tmp_path_factory.mktemp("build"))


def settings(out, **changes) -> DPOConfig:
    given = {
        "per_device_train_batch_size": 4,
        "max_steps": 10,
        "learning_rate": 1e-3,
        "logging_steps": 1,
        "save_strategy": "no",
        "report_to": "none",
        "use_cpu": True,
        "bf16": False,
        "gradient_checkpointing": False,
        "disable_tqdm": True,
    }
    return DPOConfig(output_dir=str(out), **{**given, **changes})


def trainer_of(model_folder, folder, out, *, blank=False, rows=ROWS, changes=None, **more):
    model, processor = parts(model_folder)
    asking = asked.asking(folder, processor)
    if blank:
        asking = asked.with_blank_clips(asking)
    more = {"wrong_answers": ("second_nearest", "near_miss"), **more}
    return make_trainer(model, settings(out, **(changes or {})), rows, asking, **more)


def logged(trainer, name) -> list[float]:
    return [entry[name] for entry in trainer.state.log_history if name in entry]


def test_loss_falls_and_the_right_answers_come_to_be_preferred(each_tiny, folder, tmp_path):
    trainer = trainer_of(each_tiny, folder, tmp_path)
    trainer.train()
    assert logged(trainer, "loss")[0] == pytest.approx(math.log(2), abs=1e-4)  # no reply is preferred yet
    assert logged(trainer, "loss")[-1] < 0.5
    assert logged(trainer, "rewards/accuracies")[-1] == 1
    assert logged(trainer, "rewards/margins")[-1] > 0.5


def test_loss_falls_with_an_adapter_that_has_its_base_as_the_reference(tiny, folder, tmp_path):
    adapter = LoraConfig(r=8, lora_alpha=16, target_modules=LORA_TARGETS)
    trainer = trainer_of(tiny(), folder, tmp_path, peft_config=adapter, changes={"learning_rate": 1e-2})
    trainer.train()
    assert trainer.ref_model is None
    assert logged(trainer, "loss")[0] == pytest.approx(math.log(2), abs=1e-4)
    assert logged(trainer, "loss")[-1] < 0.5


def test_blank_clips_change_the_log_probabilities(tiny, folder, tmp_path):
    found = []
    for blank in (False, True):
        trainer = trainer_of(tiny(), folder, tmp_path, blank=blank, changes={"max_steps": 1})
        trainer.train()
        found.append(logged(trainer, "logps/chosen")[0])
    assert abs(found[0] - found[1]) > 0.01


def test_an_interrupted_run_ends_like_an_uninterrupted_run(tiny, folder, tmp_path):
    changes = {"max_steps": 4, "save_strategy": "steps", "save_steps": 2}
    whole = trainer_of(tiny(), folder, tmp_path / "whole", changes=changes)
    whole.train()
    resumed = trainer_of(tiny(), folder, tmp_path / "resumed", changes=changes)
    resumed.train(resume_from_checkpoint=str(tmp_path / "whole" / "checkpoint-2"))
    for name, parameter in whole.model.named_parameters():
        assert torch.equal(parameter, resumed.model.get_parameter(name)), name


def test_question_without_a_wrong_answer_is_refused_before_training(tiny, folder, tmp_path):
    alone = builds.question(9, topic="t", question_type="t", answer="sink", ground_truth="sink")
    with pytest.raises(OptionError, match="no kind applies to question 0000000000000009"):
        trainer_of(tiny(), folder, tmp_path, rows=Dataset.from_list([alone]), wrong_answers=("random",))
