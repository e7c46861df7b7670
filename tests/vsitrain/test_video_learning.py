"""GRPO on video learns: an answer that is always right, and one that only the video tells."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from datasets import Dataset

from tests.vsitrain.tiny_runs import asked, parts, trainer
from vsitrain.data.clip import Clip
from vsitrain.families import collate, encode, encode_rows

COLOURS = {"red": (210, 30, 30), "green": (30, 190, 40), "blue": (30, 50, 220), "white": (225, 225, 225)}
QUESTION = "Colour?"


def is_a(completions, **_) -> list[float]:
    return [float(completion[0]["content"] == "A") for completion in completions]


@pytest.mark.parametrize("seed", [0, 1])
def test_always_answering_a_is_learned_in_twenty_steps(tiny, tmp_path, seed):
    _, processor = parts(tiny())
    letters = processor.tokenizer("ABCDEFGH")["input_ids"]
    all_others = sorted(set(range(len(processor.tokenizer))) - set(letters))
    run = trainer(
        tiny(),
        tmp_path,
        rewards=is_a,
        per_device_train_batch_size=16,
        gradient_accumulation_steps=1,
        num_generations=8,
        max_completion_length=1,
        generation_kwargs={"suppress_tokens": all_others},
        max_steps=20,
        learning_rate=1e-2,
        beta=1e-4,
        seed=seed,
    )
    run.train()
    rewards = [log["reward"] for log in run.state.log_history if "reward" in log]
    assert np.mean(rewards[:2]) < 0.3
    assert np.mean(rewards[-5:]) > 0.9


def _film(colour, rng) -> Clip:
    """Two frames of a colour, darker or lighter, with noise."""
    pixels = np.array(COLOURS[colour]) * rng.uniform(0.7, 1.1) + rng.normal(0, 12, (2, 56, 56, 3))
    return Clip(pixels.clip(0, 255).astype(np.uint8), np.arange(2) * 0.5)


def _films(count, seed) -> tuple[list[str], dict[str, Clip]]:
    """As many of each colour, and what each is called."""
    rng = np.random.default_rng(seed)
    answers = [list(COLOURS)[number % 4] for number in range(count)]
    return answers, {f"film_{number}": _film(answer, rng) for number, answer in enumerate(answers)}


def _accuracy(model, processor, answers, clips) -> float:
    model.eval()
    batch = encode(processor, [asked(QUESTION)] * len(clips), list(clips.values()))
    with torch.no_grad():
        written = model.generate(**batch, max_new_tokens=6, do_sample=False)
    replies = processor.batch_decode(written[:, batch["input_ids"].shape[1] :], skip_special_tokens=True)
    return float(np.mean([reply == answer for reply, answer in zip(replies, answers, strict=True)]))


def _taught_the_words(folder, out, clips) -> None:
    """Teaches with answers drawn at random: the words are known then, and which is right is not."""
    model, processor = parts(folder)
    rows = encode_rows(processor, [asked(QUESTION)] * len(clips), list(clips.values()))
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
    rng = np.random.default_rng(0)
    for _ in range(60):
        words = rng.choice(list(COLOURS), len(rows))
        endings = [processor.tokenizer(f"{word}<|im_end|>")["input_ids"] for word in words]
        pairs = zip(rows, endings, strict=True)
        batch = collate(processor, [replace(row, input_ids=row.input_ids + ending) for row, ending in pairs])
        labels = torch.full_like(batch["input_ids"], -100)
        for label, ending in zip(labels, endings, strict=True):
            label[-len(ending) :] = torch.tensor(ending)
        optimizer.zero_grad()
        model(**batch, labels=labels).loss.backward()
        optimizer.step()
    model.save_pretrained(out)
    processor.save_pretrained(out)


def _named(completions, ground_truth, **_) -> list[float]:
    return [
        float(reply[0]["content"] == truth) for reply, truth in zip(completions, ground_truth, strict=True)
    ]


def _rewarded(folder, out, answers, clips):
    """The model after fifty steps of GRPO whose reward is 1 for the right colour."""
    rows = [
        {"prompt": asked(QUESTION), "scene_name": name, "ground_truth": answer}
        for name, answer in zip(clips, answers, strict=True)
    ]
    run = trainer(
        folder,
        out,
        clips=clips,
        data=Dataset.from_list(rows),
        rewards=_named,
        per_device_train_batch_size=64,
        gradient_accumulation_steps=1,
        num_generations=8,
        max_steps=50,
        beta=1e-4,
    )
    run.train()
    return run.model, run.processing_class


@pytest.mark.slow
def test_policy_learns_to_name_a_colour_that_only_the_video_tells(tiny, tmp_path):
    answers, clips = _films(32, seed=0)
    unseen_answers, unseen = _films(32, seed=1)
    start = tmp_path / "words"
    _taught_the_words(tiny(), start, clips)
    assert _accuracy(*parts(start), unseen_answers, unseen) < 0.5
    assert _accuracy(*_rewarded(start, tmp_path / "seen", answers, clips), unseen_answers, unseen) > 0.8
    dark = {name: Clip(np.zeros_like(clip.frames), clip.timestamps) for name, clip in clips.items()}
    assert _accuracy(*_rewarded(start, tmp_path / "dark", answers, dark), answers, dark) <= 0.25
