"""Runs under ZeRO-3, with a stand-in for DeepSpeed, and in the long tests with DeepSpeed itself."""

import json
import os
import subprocess
import sys
import sysconfig
import types
import venv
from importlib.machinery import ModuleSpec
from pathlib import Path

import pytest
import torch
from peft import LoraConfig, PeftModel, get_peft_model
from transformers import AutoModelForImageTextToText
from transformers.integrations import deepspeed as integration

from tests.vsitrain import asked
from tests.vsitrain.tiny_runs import parts
from vsitrain.families import LORA_TARGETS
from vsitrain.models.starting_model import check_adapter, merge_adapter
from vsitrain.models.whole_weights import model_of_shapes, whole_weights
from vsitrain.plan import measure_model, read_model_config

_ROOT = Path(__file__).resolve().parents[2]


class Asked:
    """The part of a DeepSpeed configuration that transformers reads."""

    @staticmethod
    def is_zero3():
        return True


@pytest.fixture
def zero3(monkeypatch):
    """A run with ZeRO-3, and a DeepSpeed that raises an error if it has to partition a model."""

    def refuse(*_, **__):
        raise AssertionError("a model is partitioned")

    stand_in = types.ModuleType("deepspeed")
    stand_in.__spec__ = ModuleSpec("deepspeed", None)  # without metadata it is not installed
    stand_in.zero = types.SimpleNamespace(Init=refuse, GatheredParameters=refuse)
    monkeypatch.setitem(sys.modules, "deepspeed", stand_in)
    monkeypatch.setattr(integration, "deepspeed_config", dict)
    monkeypatch.setattr("transformers.modeling_utils.deepspeed_config", dict)
    config = Asked()
    integration.set_hf_deepspeed_config(config)
    assert integration.is_deepspeed_zero3_enabled()
    yield
    integration.unset_hf_deepspeed_config()


@pytest.fixture
def adapter(tiny, tmp_path):
    model, _ = parts(tiny())
    folder = tmp_path / "adapter"
    get_peft_model(model, LoraConfig(r=4, target_modules=LORA_TARGETS)).save_pretrained(folder)
    return str(folder)


def test_stand_in_partitions_a_model_that_transformers_makes(tiny, zero3):
    with pytest.raises(AssertionError, match="a model is partitioned"):
        AutoModelForImageTextToText.from_config(read_model_config(str(tiny())))


def test_plan_counts_the_same_as_without_zero3(tiny, request):
    config, lora = read_model_config(str(tiny())), LoraConfig(r=4, target_modules=LORA_TARGETS)
    alone = measure_model(config), measure_model(config, lora=lora)
    request.getfixturevalue("zero3")
    assert (measure_model(config), measure_model(config, lora=lora)) == alone


def test_adapter_is_checked_and_merged_without_partitions(tiny, adapter, zero3, tmp_path):
    check_adapter(adapter, read_model_config(str(tiny())))
    merged = merge_adapter(adapter, tmp_path / "merged", dtype=None)
    with whole_weights():
        found = AutoModelForImageTextToText.from_pretrained(merged)
        expected = PeftModel.from_pretrained(parts(tiny())[0], adapter).merge_and_unload()
    assert {name: it.shape for name, it in found.named_parameters()} == {
        name: it.shape for name, it in expected.named_parameters()
    }


def test_the_trained_model_is_partitioned_afterwards(tiny, zero3):
    model = model_of_shapes(read_model_config(str(tiny())))
    assert all(it.is_meta for it in model.parameters())
    assert integration.is_deepspeed_zero3_enabled()
    with pytest.raises(ValueError, match="on purpose"), whole_weights():
        raise ValueError("on purpose")
    assert integration.is_deepspeed_zero3_enabled()


@pytest.fixture(scope="module")
def with_deepspeed(tmp_path_factory):
    """A Python with all packages of this one and DeepSpeed, which is installed only for these tests."""
    folder = tmp_path_factory.mktemp("deepspeed")
    venv.create(folder, with_pip=True)
    (own,) = folder.glob("lib/python*/site-packages")
    (own / "others.pth").write_text(sysconfig.get_path("purelib") + "\n")
    python = folder / "bin" / "python"
    install = [python, "-m", "pip", "install", "--quiet", "--no-build-isolation"]
    for packages in (["setuptools", "wheel"], ["deepspeed"]):
        done = subprocess.run([*install, *packages], capture_output=True, text=True, timeout=600)
        if done.returncode:
            pytest.skip(f"DeepSpeed cannot be installed: {done.stderr.strip()[-200:]}")
    return python


def ran(python, *words, **environment):
    """The output of a command, without a GPU and without a network."""
    around = {**os.environ, "PYTHONPATH": str(_ROOT), "HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1"}
    around |= {"CUDA_VISIBLE_DEVICES": "", "DS_ACCELERATOR": "cpu", **environment}
    command = [str(word) for word in (python, "-m", *words)]
    done = subprocess.run(command, env=around, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


def settings_of_deepspeed(folder):
    settings = {
        "zero_optimization": {"stage": 3, "stage3_gather_16bit_weights_on_model_save": True},
        "zero_allow_untested_optimizer": True,
        "bf16": {"enabled": "auto"},
        "gradient_clipping": "auto",
        "gradient_accumulation_steps": "auto",
        "train_micro_batch_size_per_gpu": "auto",
    }
    (folder / "zero3.json").write_text(json.dumps(settings))
    return folder / "zero3.json"


def words(model, data, out):
    given = {"model_name_or_path": model, "data": data, "output_dir": out, "frames": 2}
    given |= {"max_pixels": 12544, "report_to": "none", "per_device_train_batch_size": 2}
    return [word for key, value in given.items() for word in (f"--{key}", value)]


@pytest.mark.soak
@pytest.mark.parametrize("lora", [[], ["--use_peft", "true", "--lora_r", "4"]], ids=["full", "lora"])
def test_plan_under_deepspeed_s_zero3_counts_as_without_it(with_deepspeed, tiny, tmp_path, lora):
    data = asked.build(tmp_path / "build")
    process = {"MASTER_ADDR": "localhost", "MASTER_PORT": "29731"}
    process |= {"RANK": "0", "LOCAL_RANK": "0", "WORLD_SIZE": "1"}
    command = ["vsitrain", "sft", "--json", *words(tiny(), data, tmp_path / "run"), *lora]
    plans = {}
    for name, more in {"alone": [], "zero3": ["--deepspeed", settings_of_deepspeed(tmp_path)]}.items():
        said = ran(with_deepspeed, *command, *more, **process)
        plans[name] = json.loads(said[said.index("{") :])
    assert plans["zero3"]["work"]["sharding"] == "zero3"
    assert plans["zero3"]["model"] == plans["alone"]["model"]


@pytest.mark.soak
def test_two_processes_train_the_same_under_zero3_as_without_it(with_deepspeed, tiny, tmp_path):
    data = asked.build(tmp_path / "build")
    launch = ["torch.distributed.run", "--nproc_per_node", "2", "--master_port", "29732", "-m"]
    both = {}
    for name, more in {"alone": [], "zero3": ["--deepspeed", settings_of_deepspeed(tmp_path)]}.items():
        command = ["vsitrain", "sft", *words(tiny(), data, tmp_path / name), "--max_steps", "2"]
        command += [
            "--use_cpu",
            "true",
            "--bf16",
            "false",
            "--ddp_backend",
            "gloo",
            "--learning_rate",
            "1e-3",
        ]
        ran(with_deepspeed, *launch, *command, *more)
        # ZeRO-3 saves weights by their names in memory. transformers loads these and the usual names.
        both[name], found = AutoModelForImageTextToText.from_pretrained(
            tmp_path / name, output_loading_info=True
        )
        assert not found["missing_keys"]
    expected, start = both["alone"].state_dict(), parts(tiny())[0].state_dict()
    for name, found in both["zero3"].state_dict().items():
        torch.testing.assert_close(found, expected[name], rtol=0, atol=5e-5)
    assert max((expected[name] - it).abs().max() for name, it in start.items()) > 1e-3
