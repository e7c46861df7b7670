"""An adapter is evaluated on its base, and recorded as different from it."""

import json

import pytest
import torch
from peft import LoraConfig, get_peft_model
from safetensors import safe_open
from transformers import (
    AutoModelForImageTextToText,
    AutoProcessor,
    AutoTokenizer,
    Qwen2VLForConditionalGeneration,
)

from tests.vsitrain import asked
from vsitrain.data.frames import FrameStore
from vsitrain.evaluation import settings_for
from vsitrain.evaluation.evaluated_model import find_model
from vsitrain.evaluation.replies import Replier
from vsitrain.families import LORA_TARGETS
from vsitrain.models.starting_model import merge_adapter
from vsitrain.scoring.questions import read_questions


@pytest.fixture
def adapter(tiny, tmp_path):
    """An adapter that changes replies much.

    Its second factor is not zero, unlike that of an untrained adapter.
    """
    torch.manual_seed(0)
    model = AutoModelForImageTextToText.from_pretrained(tiny(), dtype="float32")
    adapted = get_peft_model(model, LoraConfig(r=4, target_modules=LORA_TARGETS))
    for name, values in adapted.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(values)
    adapted.save_pretrained(tmp_path / "adapter")
    return tmp_path / "adapter"


def test_adapter_replies_as_the_merged_model_does_and_its_base_does_not(tiny, adapter, tmp_path):
    data = str(asked.build(tmp_path / "build"))
    rows = read_questions(data)
    store = FrameStore(data, "train", num_frames=2, max_pixels=12544)
    clips = [store.clip(row["scene_name"], row["dataset"]) for row in rows]
    merge_adapter(str(adapter), tmp_path / "merged", dtype="float32")
    settings = settings_for("none", num_frames=2, max_pixels=12544, max_new_tokens=8)

    def replies(folder):
        replier = Replier(find_model(str(folder)), settings, dtype="float32", device="cpu")
        return replier.reply(replier.prepare(rows, clips))

    on_base = replies(adapter)
    assert on_base == replies(tmp_path / "merged")
    assert on_base != replies(tiny())


def test_merged_model_has_the_layout_of_the_published_one_and_opens_in_lmms_eval(tiny, adapter, tmp_path):
    """vLLM finds weights by the names that the published checkpoint has."""
    out = merge_adapter(str(adapter), tmp_path / "merged", dtype="float32")
    with (
        safe_open(out / "model.safetensors", "pt") as merged,
        safe_open(tiny() / "model.safetensors", "pt") as base,
    ):
        names = set(merged.keys())
        assert names == set(base.keys())
    assert {name.split(".")[0] for name in names} == {"model", "visual"}
    assert not [name for name in names if "lora" in name or "language_model" in name]
    Qwen2VLForConditionalGeneration.from_pretrained(out, torch_dtype="auto")
    processor = AutoProcessor.from_pretrained(out, max_pixels=100352, min_pixels=3136)
    assert processor.chat_template == AutoProcessor.from_pretrained(tiny()).chat_template
    assert len(AutoTokenizer.from_pretrained(out)) == len(processor.tokenizer)


def test_record_names_the_adapter_and_its_base(tiny, adapter):
    found = find_model(str(adapter))
    record = found.record
    assert record["base"] == find_model(str(tiny())).record
    assert record["weights_sha256"] != record["base"]["weights_sha256"]
    assert (found.whole, found.processor) == (tiny(), tiny())
    stated = json.loads((adapter / "adapter_config.json").read_text())
    (adapter / "adapter_config.json").write_text(json.dumps({**stated, "r": 8}))
    assert find_model(str(adapter)).record["settings_sha256"] != record["settings_sha256"]
