"""ZeRO-3: a stand-in for DeepSpeed here, and DeepSpeed itself in the long tests."""

import sys
import types
from importlib.machinery import ModuleSpec
from pathlib import Path

import pytest
from peft import LoraConfig, PeftModel, get_peft_model
from transformers import AutoModelForImageTextToText
from transformers.integrations import deepspeed as integration

from tests.vsitrain.tiny_runs import parts
from vsitrain.families import LORA_TARGETS
from vsitrain.plan import measure_model, read_model_config
from vsitrain.starting_model import check_adapter, merge_adapter
from vsitrain.whole_weights import model_of_shapes, whole_weights

_ROOT = Path(__file__).resolve().parents[2]


class Asked:
    """What transformers asks a DeepSpeed configuration."""

    @staticmethod
    def is_zero3():
        return True


@pytest.fixture
def zero3(monkeypatch):
    """A run that asked for ZeRO-3, with a DeepSpeed that can share nothing out."""

    def refuse(*_, **__):
        raise AssertionError("a model is shared out")

    stand_in = types.ModuleType("deepspeed")
    stand_in.__spec__ = ModuleSpec("deepspeed", None)  # found, and without metadata: not installed
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


def test_stand_in_shares_out_what_transformers_makes(tiny, zero3):
    with pytest.raises(AssertionError, match="a model is shared out"):
        AutoModelForImageTextToText.from_config(read_model_config(str(tiny())))


def test_plan_counts_what_it_counts_without_zero3(tiny, request):
    config, lora = read_model_config(str(tiny())), LoraConfig(r=4, target_modules=LORA_TARGETS)
    alone = measure_model(config), measure_model(config, lora=lora)
    request.getfixturevalue("zero3")
    assert (measure_model(config), measure_model(config, lora=lora)) == alone


def test_adapter_is_checked_and_merged_whole(tiny, adapter, zero3, tmp_path):
    check_adapter(adapter, read_model_config(str(tiny())))
    merged = merge_adapter(adapter, tmp_path / "merged", dtype=None)
    with whole_weights():
        found = AutoModelForImageTextToText.from_pretrained(merged)
        expected = PeftModel.from_pretrained(parts(tiny())[0], adapter).merge_and_unload()
    assert {name: it.shape for name, it in found.named_parameters()} == {
        name: it.shape for name, it in expected.named_parameters()
    }


def test_training_itself_is_shared_out_afterwards(tiny, zero3):
    model = model_of_shapes(read_model_config(str(tiny())))
    assert all(it.is_meta for it in model.parameters())
    assert integration.is_deepspeed_zero3_enabled()
    with pytest.raises(ValueError, match="on purpose"), whole_weights():
        raise ValueError("on purpose")
    assert integration.is_deepspeed_zero3_enabled()
