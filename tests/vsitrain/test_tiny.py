"""Random models made offline: they load like published ones, and the tiny ones use the video."""

import unicodedata

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from transformers import AutoModelForImageTextToText

from tests.vsitrain.tiny_runs import asked, parts, plain
from vsitrain.families import encode, family_of
from vsitrain.models.tiny import SIZES, TINY, make_tiny
from vsitrain.models.tiny.configs import make_config
from vsitrain.models.tiny.processors import make_tokenizer


def test_tiny_model_of_every_family_loads_by_its_name(each_tiny):
    model, processor = parts(each_tiny)
    assert family_of(model) is family_of(processor)
    assert 100_000 < model.num_parameters() < 250_000
    assert model.dtype == torch.float32


def test_answer_of_every_family_depends_on_the_video(each_tiny):
    # Random weights of the usual size give nearly the same answer to anything.
    model, processor = parts(each_tiny)
    clips = [plain((255, 0, 0)), plain((0, 0, 255))]
    batch = encode(processor, [asked("What colour?")] * 2, clips)
    with torch.no_grad():
        red, blue = model(**batch).logits[:, -1].softmax(-1)
    assert (red - blue).abs().sum() > 0.02


def test_tokens_of_the_configuration_are_those_of_the_tokenizer(each_tiny):
    model, processor = parts(each_tiny)
    tokenizer = processor.tokenizer
    assert model.config.image_token_id == processor.image_token_id
    assert model.generation_config.eos_token_id == tokenizer.eos_token_id
    assert model.config.get_text_config().vocab_size == len(tokenizer)
    assert tokenizer.convert_ids_to_tokens(tokenizer.eos_token_id) == "<|im_end|>"


@given(st.text())
def test_tokenizer_restores_any_text(text):
    tokenizer = _TOKENIZER
    ids = tokenizer(text)["input_ids"]
    assert tokenizer.decode(ids) == unicodedata.normalize("NFC", text)


_TOKENIZER = make_tokenizer("qwen2-vl")


def test_a_byte_is_a_token():
    assert len(_TOKENIZER("2.5 m²")["input_ids"]) == len("2.5 m²".encode())


def test_chat_template_writes_the_turns_of_a_conversation(tiny):
    _, processor = parts(tiny())
    talk = [
        {"role": "system", "content": "Look."},
        {"role": "user", "content": [{"type": "video"}, {"type": "text", "text": "How many?\nSay."}]},
        {"role": "assistant", "content": [{"type": "text", "text": "2"}]},
    ]
    written = (
        "<|im_start|>system\nLook.<|im_end|>\n"
        "<|im_start|>user\n<|vision_start|><|video_pad|><|vision_end|>How many?\nSay.<|im_end|>\n"
    )
    assert (
        processor.apply_chat_template(talk, tokenize=False)
        == f"{written}<|im_start|>assistant\n2<|im_end|>\n"
    )
    to_answer = processor.apply_chat_template(talk[:2], tokenize=False, add_generation_prompt=True)
    assert to_answer == f"{written}<|im_start|>assistant\n"


def test_weights_depend_on_the_seed(tmp_path):
    for name, seed in (("a", 0), ("b", 0), ("c", 1)):
        make_tiny(tmp_path / name, seed=seed)
    weights = [(tmp_path / name / "model.safetensors").read_bytes() for name in "abc"]
    assert weights[0] == weights[1] != weights[2]


def test_size_of_a_tiny_model_can_be_chosen(tmp_path):
    larger = TINY.model_copy(update={"hidden_size": 96, "vision_hidden_size": 48, "vision_layers": 1})
    parameters = make_tiny(tmp_path, larger)
    model, _ = parts(tmp_path)
    assert model.num_parameters() == parameters > 290_000
    assert model.config.text_config.hidden_size == 96


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("qwen2-vl-2b", 2_208_985_600),
        ("qwen2-vl-7b", 8_291_375_616),
        ("qwen3-vl-2b", 2_127_532_032),
    ],
)
def test_model_of_a_real_size_has_as_many_parameters_as_the_published_one(name, parameters):
    size = SIZES[name]
    with torch.device("meta"):
        model = AutoModelForImageTextToText.from_config(make_config(size, make_tokenizer(size.family)))
    assert model.num_parameters() == parameters


def test_every_size_states_its_purpose_and_the_source_of_its_numbers():
    assert all(size.why and size.source for size in SIZES.values())
