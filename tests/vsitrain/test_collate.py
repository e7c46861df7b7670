"""Batches for training, compared with the chat template's own text and plain passes of the model."""

import pytest
import torch

from tests.vsitrain import asked
from vsidata.errors import OptionError, VsiError
from vsitrain.data.messages import conversation
from vsitrain.families import encode, show_rows
from vsitrain.preferences import wrong_answer
from vsitrain.prompts import target
from vsitrain.trainers.collate import IGNORED, AnswerCollator, PreferenceCollator


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return asked.build(tmp_path_factory.mktemp("build"))


@pytest.fixture
def processor(tiny):
    return opened(tiny())[0]


def opened(path):
    from transformers import AutoModelForImageTextToText, AutoProcessor

    processor = AutoProcessor.from_pretrained(path)
    model = AutoModelForImageTextToText.from_pretrained(path).eval()
    show_rows(model, processor)
    return processor, model


def log_probability(model, inputs, mask) -> torch.Tensor:
    """(n,) log-probabilities of the tokens where the mask is 1, given all tokens before them."""
    with torch.no_grad():
        logits = model(**inputs).logits[:, :-1].log_softmax(-1)
    of_tokens = logits.gather(-1, inputs["input_ids"][:, 1:, None])[..., 0]
    return (of_tokens * mask[:, 1:]).sum(-1)


def one_by_one(asking, model, answers) -> torch.Tensor:
    """The same for each prompt on its own: without padding, with its answer and the end of the turn."""
    found = []
    for row, answer in zip([*asked.ROWS] * (len(answers) // len(asked.ROWS)), answers, strict=True):
        prompt = conversation(row, asking.mode, form="training", letters=asking.letters)
        clip = asking.store.clip(row["scene_name"], row["dataset"])
        alone = encode(asking.processor, [prompt], [clip], input_mode=asking.input_mode)
        reply = asking.processor.tokenizer(f"{answer}<|im_end|>", return_tensors="pt")["input_ids"]
        length = alone["input_ids"].shape[1]
        alone["input_ids"] = torch.cat([alone["input_ids"], reply], dim=1)
        alone["attention_mask"] = torch.ones_like(alone["input_ids"])
        if "mm_token_type_ids" in alone:
            types = alone["mm_token_type_ids"]
            alone["mm_token_type_ids"] = torch.cat([types, torch.zeros_like(reply)], dim=1)
        mask = (torch.arange(alone["input_ids"].shape[1]) >= length)[None]
        found.append(log_probability(model, dict(alone), mask))
    return torch.cat(found)


@pytest.mark.parametrize("letters", [True, False])
def test_labels_are_only_the_reply_and_the_end_of_its_turn(folder, processor, letters):
    asking = asked.asking(folder, processor, letters=letters)
    batch = AnswerCollator(asking)(asked.ROWS)
    for row, ids, labels in zip(asked.ROWS, batch["input_ids"], batch["labels"], strict=True):
        (places,) = torch.where(labels != IGNORED)
        first, last = int(places[0]), int(places[-1])
        assert places.tolist() == list(range(first, last + 1))
        assert (labels[places] == ids[places]).all()
        assert processor.tokenizer.decode(ids[places]) == f"{target(row, letters)}<|im_end|>"
        before = processor.tokenizer.decode(ids[:first])
        assert before.endswith("<|im_start|>assistant\n")
        assert row["question"] in before
        assert (ids[last + 1 :] == processor.tokenizer.pad_token_id).all()


def test_batch_has_the_text_that_the_template_makes_of_the_conversation(folder, processor):
    asking = asked.asking(folder, processor)
    batch = AnswerCollator(asking)(asked.ROWS)
    for row, ids, attended in zip(asked.ROWS, batch["input_ids"], batch["attention_mask"], strict=True):
        said = conversation(row, asking.mode, form="training", letters=True)
        said.append({"role": "assistant", "content": target(row, letters=True)})
        clip = asking.store.clip(row["scene_name"], row["dataset"])
        whole = encode(processor, [said], [clip], add_generation_prompt=False)["input_ids"][0].tolist()
        end = whole.index(processor.tokenizer.eos_token_id, -3)
        assert ids[attended.bool()].tolist() == whole[: end + 1]


@pytest.mark.parametrize("input_mode", ["video", "images"])
def test_log_probabilities_in_a_batch_equal_plain_passes(folder, each_tiny, input_mode):
    processor, model = opened(each_tiny)
    asking = asked.asking(folder, processor, input_mode=input_mode)
    batch = AnswerCollator(asking)(asked.ROWS)
    labels = batch.pop("labels")
    together = log_probability(model, batch, labels != IGNORED)
    alone = one_by_one(asking, model, [target(row, letters=True) for row in asked.ROWS])
    assert torch.allclose(together, alone, atol=1e-5)


def test_pairs_are_the_right_replies_and_then_the_wrong_ones_to_the_same_prompts(folder, processor):
    asking = asked.asking(folder, processor)
    batch = PreferenceCollator(asking, ("near_miss", "random"), seed=3)(asked.ROWS)
    right = [target(row, letters=True) for row in asked.ROWS]
    wrong = [wrong_answer(row, ("near_miss", "random"), letters=True, seed=3) for row in asked.ROWS]
    assert all(a != b for a, b in zip(right, wrong, strict=True))
    replies = [
        processor.tokenizer.decode(ids[mask.bool()])
        for ids, mask in zip(batch["input_ids"], batch["completion_mask"], strict=True)
    ]
    assert replies == [f"{answer}<|im_end|>" for answer in right + wrong]
    for chosen, rejected in zip(range(4), range(4, 8), strict=True):
        prompts = [
            batch["input_ids"][n][: int(batch["completion_mask"][n].argmax())] for n in (chosen, rejected)
        ]
        assert prompts[0].tolist() == prompts[1].tolist()
    for chosen, rejected in zip(batch["rows"][:4], batch["rows"][4:], strict=True):
        assert chosen.vision is rejected.vision


def test_log_probabilities_of_pairs_equal_plain_passes(folder, each_tiny):
    processor, model = opened(each_tiny)
    asking = asked.asking(folder, processor)
    batch = PreferenceCollator(asking, ("random",), seed=0)(asked.ROWS)
    mask = batch.pop("completion_mask")
    answers = [target(row, letters=True) for row in asked.ROWS]
    answers += [wrong_answer(row, ("random",), letters=True, seed=0) for row in asked.ROWS]
    alone = one_by_one(asking, model, answers)
    assert torch.allclose(log_probability(model, batch, mask), alone, atol=1e-5)


def test_blank_clips_change_the_log_probabilities(folder, each_tiny):
    processor, model = opened(each_tiny)
    found = []
    for asking in (asked.asking(folder, processor), asked.with_blank_clips(asked.asking(folder, processor))):
        batch = AnswerCollator(asking)(asked.ROWS)
        labels = batch.pop("labels")
        found.append(log_probability(model, batch, labels != IGNORED))
    assert ((found[0] - found[1]).abs() > 1e-3).all()


def test_processor_of_a_model_without_vision_is_refused_early(folder, processor):
    with pytest.raises(VsiError, match="but the supported families are"):
        asked.asking(folder, processor.tokenizer)


def test_mode_with_reasoning_has_no_reply_to_learn_from(folder, processor):
    with pytest.raises(OptionError, match="prompt think: requires <think> in a reply"):
        asked.asking(folder, processor, "think")


def test_mode_with_only_an_answer_tag_has_it_in_the_reply(folder, processor, tmp_path):
    mode = tmp_path / "tagged.yaml"
    wording = "Give the answer in <answer> </answer>."
    mode.write_text(f"name: tagged\ntags: [answer]\ntraining: {wording}\nevaluation: {wording}\n")
    asking = asked.asking(folder, processor, mode)
    batch = AnswerCollator(asking)(asked.ROWS[:1])
    labels = batch["labels"][0]
    assert processor.tokenizer.decode(labels[labels != IGNORED]) == "<answer>3</answer><|im_end|>"
