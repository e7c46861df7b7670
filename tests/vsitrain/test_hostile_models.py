"""Models, adapters and processors of unknown origin: none of their code is run, and faults are reported."""

import io
import json
import shutil
import sys

import pytest
import torch
from peft import LoraConfig, get_peft_model
from safetensors.torch import load_file

from tests.vsitrain import asked
from tests.vsitrain.tiny_runs import CLIPS, parts
from tests.vsitrain.tiny_runs import asked as ask
from vsidata.errors import OptionError
from vsitrain import pretrained
from vsitrain.evaluation.evaluated_model import find_model, penalty_of
from vsitrain.families import LORA_TARGETS, encode_rows, refuse_marks
from vsitrain.models.starting_model import base_of, check_adapter, merge_adapter
from vsitrain.plan import read_model_config
from vsitrain.pretrained import open_adapter, open_model, open_processor

_CODE = """
from pathlib import Path
from transformers import PreTrainedConfig
Path({ran!r}).touch()
class Strange(PreTrainedConfig):
    model_type = "strange"
"""


@pytest.fixture
def model(tiny, tmp_path):
    """A copy of a model that a test may damage."""
    return shutil.copytree(tiny(), tmp_path / "model")


@pytest.fixture
def adapter(tiny, tmp_path):
    adapted = get_peft_model(parts(tiny())[0], LoraConfig(r=4, target_modules=LORA_TARGETS))
    adapted.save_pretrained(tmp_path / "adapter")
    return tmp_path / "adapter"


def change(file, **values):
    content = json.loads(file.read_text())
    file.write_text(json.dumps(content | values))


@pytest.mark.parametrize("file", ["config.json", "processor_config.json", "tokenizer_config.json"])
@pytest.mark.parametrize("answer", ["y\n", ""])
def test_code_of_a_model_is_never_run_with_any_standard_input(model, tmp_path, monkeypatch, file, answer):
    ran = tmp_path / "ran"
    (model / "strange.py").write_text(_CODE.format(ran=str(ran)))
    auto = dict.fromkeys(("AutoConfig", "AutoModelForImageTextToText", "AutoProcessor"), "strange.Strange")
    kinds = {"model_type": "strange", "processor_class": "Strange", "tokenizer_class": "Strange"}
    change(model / file, auto_map=auto | {"AutoTokenizer": ["strange.Strange", None]}, **kinds)
    monkeypatch.setattr(sys, "stdin", io.StringIO(answer))
    opening = {"config.json": read_model_config}.get(file, open_processor)
    if file == "tokenizer_config.json":  # transformers has a tokenizer for this model, and uses it
        opening(str(model))
    else:
        with pytest.raises(OptionError, match="needs code of its own, which vsitrain never runs"):
            opening(str(model))
    assert not ran.exists()


def test_a_known_model_with_code_in_its_folder_is_opened_without_that_code(model, tmp_path, monkeypatch):
    ran = tmp_path / "ran"
    (model / "strange.py").write_text(_CODE.format(ran=str(ran)))
    for file in ("config.json", "processor_config.json"):
        change(model / file, auto_map={"AutoConfig": "strange.Strange", "AutoProcessor": "strange.Strange"})
    (model / "custom_generate").mkdir()
    shutil.copy(model / "strange.py", model / "custom_generate" / "generate.py")
    monkeypatch.setattr(sys, "stdin", io.StringIO("y\n" * 9))
    read_model_config(str(model))
    open_processor(model)
    open_model(model)
    assert not ran.exists()


def test_attention_code_from_other_repositories_is_refused(model):
    change(model / "config.json", attn_implementation="stranger/kernel")
    with pytest.raises(OptionError, match="code that vsitrain never runs"):
        read_model_config(str(model))


def test_pickled_weights_are_refused_with_a_message(model, adapter):
    tensors = load_file(model / "model.safetensors")
    (model / "model.safetensors").unlink()
    torch.save(tensors, model / "pytorch_model.bin")
    with pytest.raises(OptionError, match=r"its weights are pickled \(pytorch_model\.bin\)"):
        open_model(model)
    torch.save(load_file(adapter / "adapter_model.safetensors"), adapter / "adapter_model.bin")
    (adapter / "adapter_model.safetensors").unlink()
    with pytest.raises(OptionError, match=r"its weights are pickled \(adapter_model\.bin\)"):
        open_adapter(torch.nn.Identity(), adapter)
    with pytest.raises(OptionError, match="pickled"):
        check_adapter(str(adapter), read_model_config(base_of(str(adapter))))


@pytest.mark.parametrize(
    ("template", "fault"),
    [
        (
            "{% for a in range(9999) %}{% for b in range(9999) %}{% endfor %}{% endfor %}",
            "more than 0.5 seconds",
        ),
        ("{% macro f(n) %}{{ f(n) }}{% endmacro %}{{ f(1) }}", "maximum recursion depth"),
        ("{{ 'a' * 2000000 }}", "2,000,000 characters"),
        ("{{ messages.nothing.at.all }}", "has no attribute"),
        ("{% for %}", "cannot be used"),
        ("{{ ''.__class__.__mro__ }}", "unsafe"),
    ],
)
def test_a_chat_template_that_does_not_end_or_fails_is_refused(model, monkeypatch, template, fault):
    monkeypatch.setattr(pretrained, "SECONDS", 0.5)
    (model / "chat_template.jinja").write_text(template)
    with pytest.raises(OptionError, match="its chat template cannot be used") as caught:
        open_processor(model)
    assert fault in str(caught.value)
    assert "\n" not in caught.value.fault


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "3", "null", '"a"', "[" * 100_000, '{"base_model_name_or_path": 3}', "\ud800"]
)
def test_a_damaged_adapter_configuration_is_named(adapter, text):
    (adapter / "adapter_config.json").write_bytes(text.encode(errors="surrogatepass"))
    for reading in (base_of, find_model):
        with pytest.raises(OptionError, match=r"adapter_config\.json"):
            reading(str(adapter))


@pytest.mark.parametrize("base", [".", "{adapter}", "{adapter}/../adapter"])
def test_an_adapter_that_is_its_own_base_is_refused(adapter, monkeypatch, base, tmp_path):
    monkeypatch.chdir(adapter)
    change(adapter / "adapter_config.json", base_model_name_or_path=base.format(adapter=adapter))
    for reading in (base_of, find_model):
        with pytest.raises(OptionError, match="is an adapter and not a full model"):
            reading(str(adapter))
    with pytest.raises(OptionError, match="is an adapter and not a full model"):
        merge_adapter(str(adapter), tmp_path / "merged", dtype=None)


@pytest.mark.parametrize(
    "values",
    [
        {"target_modules": "(.*)*(.*)*(.*)*x"},
        {"target_modules": 3},
        {"target_modules": "("},
        {"r": "four"},
        {"r": -1},
        {"peft_type": "STRANGE"},
        {"peft_type": None},
        {"rank_pattern": 7},
    ],
)
def test_impossible_settings_of_an_adapter_are_refused(tiny, adapter, monkeypatch, values):
    monkeypatch.setattr(pretrained, "SECONDS", 3.0)
    change(adapter / "adapter_config.json", **values)
    with pytest.raises(OptionError) as caught:
        check_adapter(str(adapter), read_model_config(str(tiny())))
    assert str(adapter) in caught.value.file
    with pytest.raises(OptionError):
        open_adapter(open_model(tiny()), adapter)


def test_a_penalty_that_is_not_a_number_is_refused(model):
    change(model / "generation_config.json", repetition_penalty="high")
    with pytest.raises(OptionError, match=r"generation_config\.json"):
        penalty_of(find_model(str(model)))


def test_a_question_that_contains_a_token_for_pixels_is_refused_and_named(each_tiny):
    processor = open_processor(each_tiny)
    for token in (processor.image_token, processor.video_token):
        with pytest.raises(OptionError, match=r"of question 7: contains .* stands for pixels") as caught:
            encode_rows(processor, [ask(f"How many {token}?")], [CLIPS["scene_a"]], names=["of question 7"])
        assert token in caught.value.fault
    refuse_marks(processor, [("of question 8", "How many <chairs> | <video | pad> are there?")])


def test_a_run_on_such_a_question_stops_before_the_weights_are_loaded(tiny, tmp_path, monkeypatch):
    from vsitrain.settings.config import read_config
    from vsitrain.trainers.preparation import prepare

    monkeypatch.setitem(asked.ROWS[1], "question", "How many <|video_pad|> are in this room?")
    data = asked.build(tmp_path / "build")
    words = ["--model_name_or_path", str(tiny()), "--data", str(data), "--output_dir", str(tmp_path / "run")]
    with pytest.raises(OptionError, match=r"the prompt of question .*: contains <\|video_pad\|>"):
        prepare("sft", read_config("sft", None, words))
