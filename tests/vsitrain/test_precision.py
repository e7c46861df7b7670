"""Trained weights are float32, so that rounding does not remove small steps. Computation is bfloat16."""

import pytest
import torch
from transformers import AutoModelForImageTextToText

from tests.vsitrain import asked
from vsitrain.models.tiny import TINY, make_tiny
from vsitrain.settings.config import read_config
from vsitrain.trainers import train
from vsitrain.trainers.preparation import prepare


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    """A model that is stored in bfloat16, as published ones are."""
    folder = tmp_path_factory.mktemp("stored")
    make_tiny(folder, TINY.model_copy(update={"dtype": "bfloat16"}))
    return folder


def prepared(folder, tmp_path, *changes):
    data = asked.build(tmp_path / "build")
    given = f"--model_name_or_path {folder} --data {data} --output_dir {tmp_path / 'run'} --frames 2"
    given += " --max_pixels 12544 --max_steps 5 --learning_rate 1e-6 --lr_scheduler_type constant"
    given += (
        " --per_device_train_batch_size 2 --bf16 true --dtype bfloat16 --report_to none --save_strategy no"
    )
    return prepare("sft", read_config("sft", None, [*given.split(), *changes]))


def trained(folder, tmp_path, *changes):
    trainer = train.make_trainer(prepared(folder, tmp_path, *changes))
    computed = []
    layer = next(it for name, it in trainer.model.named_modules() if name.endswith("layers.0.mlp.gate_proj"))
    layer.register_forward_hook(lambda *passed: computed.append(passed[-1].dtype))
    trainer.train()
    return trainer.model, {*computed}


def test_small_steps_change_nearly_every_weight(stored, tmp_path):
    model, computed = trained(stored, tmp_path)
    before = dict(AutoModelForImageTextToText.from_pretrained(stored, dtype=torch.float32).named_parameters())
    now = {name: it for name, it in model.named_parameters() if it.requires_grad and it.ndim > 1}
    of_words_that_stand_in_no_prompt = "embed_tokens"
    shares = {
        name: (it != before[name]).float().mean().item()
        for name, it in now.items()
        if of_words_that_stand_in_no_prompt not in name
    }
    assert len(shares) == 14  # seven matrices in each of two layers
    assert min(shares.values()) > 0.99, shares
    assert {it.dtype for it in now.values()} == {torch.float32}
    assert computed == {torch.bfloat16}


def test_adapter_is_trained_in_float32_on_weights_of_the_requested_type(stored, tmp_path):
    model, computed = trained(stored, tmp_path, "--use_peft", "true", "--lora_r", "4")
    kinds = {(it.requires_grad, it.dtype) for it in model.parameters()}
    assert kinds == {(True, torch.float32), (False, torch.bfloat16)}
    assert computed == {torch.bfloat16}


@pytest.mark.parametrize("lora", [False, True])
def test_plan_counts_activations_in_the_precision_of_the_computation(stored, tmp_path, lora):
    more = ("--use_peft", "true", "--lora_r", "4") if lora else ()
    half = prepared(stored, tmp_path, *more)
    whole = prepared(stored, tmp_path, *more, "--bf16", "false")
    layer = "training, language model", "kept by the language model"
    kept = [it.plan.memory.phases[layer[0]][layer[1]] for it in (half, whole)]
    computed = [trained(stored, tmp_path, *more, "--bf16", bf16)[1] for bf16 in ("true", "false")]
    sizes = [{it.itemsize for it in kinds} for kinds in computed]
    assert sizes == ([{2}, {2}] if lora else [{2}, {4}])
    assert kept[1] / kept[0] == (1 if lora else 2)
