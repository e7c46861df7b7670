"""A run may start from an adapter on its own base. An adapter on another base is refused."""

import json
import shutil

import pytest
import torch
from peft import LoraConfig, PeftModel, get_peft_model
from safetensors.torch import load_file, save_file
from transformers import AutoModelForImageTextToText, AutoProcessor

from tests.vsitrain.tiny_runs import CLIPS, asked, parts
from vsidata.errors import OptionError
from vsitrain.families import LORA_TARGETS, encode
from vsitrain.models.starting_model import base_of, check_adapter, is_adapter, merge_adapter
from vsitrain.models.tiny import TINY, make_tiny
from vsitrain.plan import read_model_config


@pytest.fixture
def adapter(tiny, tmp_path):
    """An adapter that changes the replies of the tiny model."""
    model, _ = parts(tiny())
    adapted = get_peft_model(model, LoraConfig(r=4, target_modules=LORA_TARGETS))
    for name, parameter in adapted.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(parameter, std=0.3)
    folder = tmp_path / "adapter"
    adapted.save_pretrained(folder)
    return folder


def config(folder):
    return read_model_config(str(folder))


def test_merged_model_replies_as_adapter_and_base_together(tiny, adapter, tmp_path):
    assert is_adapter(str(adapter))
    assert not is_adapter(str(tiny()))
    check_adapter(str(adapter), config(base_of(str(adapter))))
    merged = merge_adapter(str(adapter), tmp_path / "merged", dtype=None)
    model, processor = parts(tiny())
    batch = encode(processor, [asked("?")], [CLIPS["scene_a"]])
    with torch.no_grad():
        alone = model(**batch).logits
        together = PeftModel.from_pretrained(model, adapter)(**batch).logits
        found = AutoModelForImageTextToText.from_pretrained(merged)(**batch).logits
    torch.testing.assert_close(found, together, atol=1e-4, rtol=1e-4)
    assert (together - alone).abs().max() > 0.1
    assert AutoProcessor.from_pretrained(merged).video_token_id == processor.video_token_id


def test_adapter_of_a_wider_model_is_refused_and_the_tensor_is_named(adapter, tmp_path):
    make_tiny(tmp_path / "wide", TINY.model_copy(update={"intermediate_size": 256}))
    with pytest.raises(
        OptionError, match=r"does not fit its base .* is \(4, 128\), but the base needs \(4, 256\)"
    ):
        check_adapter(str(adapter), config(tmp_path / "wide"))


def test_adapter_of_a_deeper_model_is_refused(adapter, tmp_path):
    make_tiny(tmp_path / "deep", TINY.model_copy(update={"layers": 3}))
    with pytest.raises(OptionError, match=r"layers\.2\..* is missing, but the base needs"):
        check_adapter(str(adapter), config(tmp_path / "deep"))


def test_adapter_without_its_tensors_is_refused(tiny, adapter):
    file = adapter / "adapter_model.safetensors"
    tensors = load_file(file)
    tensors.pop(min(tensors))
    save_file(tensors, file)
    with pytest.raises(OptionError, match="is missing"):
        check_adapter(str(adapter), config(tiny()))
    file.write_bytes(b"\x00" * 8)
    with pytest.raises(OptionError, match="cannot be read as an adapter"):
        check_adapter(str(adapter), config(tiny()))


def test_adapter_without_the_name_of_its_base_is_refused(adapter, tmp_path):
    folder = shutil.copytree(adapter, tmp_path / "baseless")
    stated = json.loads((folder / "adapter_config.json").read_text())
    (folder / "adapter_config.json").write_text(json.dumps(stated | {"base_model_name_or_path": None}))
    with pytest.raises(OptionError, match="has no base_model_name_or_path"):
        base_of(str(folder))
