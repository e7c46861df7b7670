"""Settings that would do nothing are refused, and name where they stand."""

from dataclasses import fields

import pytest
from trl import DPOConfig, GRPOConfig, ModelConfig, SFTConfig

from tests.vsitrain.test_recipes import TRAINING, method, named
from vsidata.errors import OptionError
from vsitrain.config import read_config
from vsitrain.ineffective import ineffective

CONFIGS = {"grpo": GRPOConfig, "sft": SFTConfig, "dpo": DPOConfig}


def read(kind, tmp_path, line):
    recipe = tmp_path / "run.yaml"
    recipe.write_text(f"data: build\noutput_dir: {tmp_path}\n{line}\n")
    return read_config(kind, recipe, [])


@pytest.mark.parametrize(
    ("kind", "line"),
    [
        ("sft", "load_in_4bit: true"),
        ("grpo", "load_in_8bit: true"),
        ("grpo", "model_init_kwargs: {dtype: float32}"),
        ("sft", "max_length: 512"),
        ("sft", "max_length: 1024"),
        ("sft", "completion_only_loss: false"),
        ("sft", "packing: true"),
        ("dpo", "precompute_ref_log_probs: true"),
        ("grpo", "label_smoothing_factor: 0.1"),
        ("grpo", "data_seed: 3"),
        ("grpo", "lora_r: 8"),
        ("grpo", "vllm_gpu_memory_utilization: 0.5"),
        ("grpo", "ref_model_sync_steps: 16"),
        ("sft", "per_device_eval_batch_size: 2"),
    ],
)
def test_setting_that_would_do_nothing_is_refused_by_its_line(tmp_path, kind, line):
    with pytest.raises(OptionError, match=f"`{line.partition(':')[0]}` ") as caught:
        read(kind, tmp_path, line)
    assert caught.value.file == f"{tmp_path / 'run.yaml'}, line 3"


@pytest.mark.parametrize(
    ("kind", "line"),
    [
        ("sft", "load_in_4bit: false"),
        ("sft", "max_length: null"),
        ("sft", "lora_r: 8\nuse_peft: true"),
        ("grpo", "lora_r: 8\nuse_peft: false"),
        ("grpo", "vllm_gpu_memory_utilization: 0.5\nuse_vllm: true"),
        ("sft", "per_device_eval_batch_size: 2\neval_strategy: epoch"),
        ("dpo", "label_smoothing: 0.1"),
    ],
)
def test_setting_that_does_something_is_taken(tmp_path, kind, line):
    read(kind, tmp_path, line)


def test_keys_are_those_of_the_installed_versions():
    for name, entry in ineffective().items():
        for kind in entry.methods:
            known = {it.name for config in (CONFIGS[kind], ModelConfig) for it in fields(config)}
            if len(entry.methods) == 1:
                assert {*entry.keys} <= known, name
            assert entry.needs is None or entry.needs in known, name
        anywhere = {it.name for config in (*CONFIGS.values(), ModelConfig) for it in fields(config)}
        assert {*entry.keys} <= anywhere, name


@pytest.mark.parametrize("recipe", TRAINING, ids=named)
def test_no_recipe_of_the_project_sets_one(recipe):
    read_config(method(recipe), recipe, [])
