"""Settings without effect are refused with the file and line, or the option, that sets them."""

import ast
from dataclasses import fields, make_dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import pytest
import yaml
from trl import DPOConfig, GRPOConfig, ModelConfig, SFTConfig

from tests.vsitrain.test_recipes import TRAINING, method, named
from vsidata.errors import OptionError
from vsitrain.settings.config import read_config
from vsitrain.settings.ineffective import ineffective

CONFIGS = {"grpo": GRPOConfig, "sft": SFTConfig, "dpo": DPOConfig}
ACTS = yaml.safe_load(Path(__file__).with_name("effective_keys.yaml").read_text())


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
        ("sft", "model_revision: v1"),
        ("sft", "disable_tqdm: false"),
        ("sft", "use_liger_kernel: true"),
        ("sft", "activation_offloading: true"),
        ("sft", "shuffle_dataset: true"),
        ("sft", "bf16_full_eval: true"),
        ("sft", "local_rank: -1"),
        ("sft", "prediction_loss_only: true"),
        ("sft", "dataloader_persistent_workers: true"),
        ("sft", "optim_target_modules: all-linear"),
        ("sft", "trackio_space_id: here/there"),
        ("dpo", "average_tokens_across_devices: false"),
        ("dpo", "discopop_tau: 0.1"),
        ("dpo", "lora_task_type: SEQ_CLS"),
        ("dpo", "sync_ref_model: true\nuse_peft: true"),
        ("grpo", "sync_ref_model: true\nuse_peft: true\nbeta: 0.1"),
        ("grpo", "sync_ref_model: true\nbeta: 0.0"),
        ("grpo", "cast_lm_head_to_fp32: true"),
        ("grpo", "num_completions_to_print: 3"),
        ("grpo", "log_completions_hub_repo: lab/said\nlog_completions: true"),
        ("grpo", "gradient_checkpointing: true\nactivation_checkpointing: false"),
    ],
)
def test_a_setting_without_effect_is_refused_and_its_line_is_named(tmp_path, kind, line):
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
        ("dpo", "sync_ref_model: true\nref_model_sync_steps: 16"),
        ("grpo", "sync_ref_model: true\nbeta: 0.1"),
        ("sft", "dataloader_persistent_workers: true\ndataloader_num_workers: 1"),
        ("sft", "activation_checkpointing: false"),
        ("sft", "gradient_checkpointing: false"),
    ],
)
def test_setting_with_an_effect_is_accepted(tmp_path, kind, line):
    read(kind, tmp_path, line)


def test_keys_are_those_of_the_installed_versions():
    for name, entry in ineffective().items():
        for kind in entry.methods:
            known = {it.name for config in (CONFIGS[kind], ModelConfig) for it in fields(config)}
            if len(entry.methods) == 1:
                assert {*entry.keys} <= known, name
            assert {entry.needs, entry.wants} <= {None, *known}, name
        anywhere = {it.name for config in (*CONFIGS.values(), ModelConfig) for it in fields(config)}
        assert {*entry.keys} <= anywhere, name


@pytest.mark.parametrize("recipe", TRAINING, ids=named)
def test_no_recipe_of_the_project_has_a_setting_without_effect(recipe):
    read_config(method(recipe), recipe, [])


@cache
def read_in(module):
    """The names of all attributes that a module's source reads."""
    tree = ast.parse(Path(find_spec(module).origin).read_text())
    return {
        it.attr for it in ast.walk(tree) if isinstance(it, ast.Attribute) and isinstance(it.ctx, ast.Load)
    }


def acting(kind):
    """The keys that have an effect in runs of a method."""
    others = {f"trl.trainer.{it}_{part}" for it in CONFIGS if it != kind for part in ("trainer", "config")}
    return {key for module, keys in ACTS.items() if module not in others for key in keys}


def refused(kind):
    """The keys that a method refuses for all values of the other settings."""
    entries = [it for it in ineffective().values() if not (it.needs or it.clash or it.wants)]
    return {key for entry in entries if kind in entry.methods for key in entry.keys}


def unaccounted(kind, *configs):
    """Keys that are listed neither as keys with an effect nor as refused keys."""
    known = {it.name for config in configs for it in fields(config)}
    return known - acting(kind) - refused(kind)


@pytest.mark.parametrize("kind", CONFIGS)
def test_every_key_has_an_effect_or_is_refused(kind):
    assert unaccounted(kind, CONFIGS[kind], ModelConfig) == set()
    everywhere = refused("grpo") & refused("sft") & refused("dpo")
    assert acting(kind) & everywhere == set()


def test_key_of_a_newer_trl_is_found():
    newer = make_dataclass("Newer", [("novelty", int, 0)], bases=(GRPOConfig,))
    assert unaccounted("grpo", newer, ModelConfig) == {"novelty"}


@pytest.mark.parametrize("module", ACTS)
def test_keys_with_an_effect_are_read_in_the_listed_modules(module):
    known = {it.name for config in (*CONFIGS.values(), ModelConfig) for it in fields(config)}
    assert {*ACTS[module]} & known <= read_in(module)
