"""GRPO on video learns: an answer that is always right, and one that only the video tells."""

import numpy as np
import pytest
import torch
from datasets import Dataset

from tests.vsitrain.tiny_runs import CLIPS, asked, parts, trainer
from vsitrain.data.clip import Clip
from vsitrain.families import collate, encode, encode_rows

COLOURS = {"red": (210, 30, 30), "green": (30, 190, 40), "blue": (30, 50, 220), "white": (225, 225, 225)}
QUESTION = "Colour?"


def near_to_a(completions, **_) -> list[float]:
    """1 for the letter A, and less the further the first letter is from it in the alphabet of bytes."""
    texts = [completion[0]["content"] for completion in completions]
    return [float(np.exp(-abs(ord(text[0]) - ord("A")) / 16)) if text else 0.0 for text in texts]


def test_always_answering_a_is_learned_in_twenty_steps(tiny, tmp_path):
    run = trainer(
        tiny(),
        tmp_path,
        rewards=near_to_a,
        per_device_train_batch_size=16,
        gradient_accumulation_steps=1,
        num_generations=8,
        max_completion_length=1,
        max_steps=20,
        learning_rate=1e-2,
        beta=1e-4,
    )
    run.train()
    rewards = [log["reward"] for log in run.state.log_history if "reward" in log]
    print(rewards)
    assert rewards[0] < 0.35
    assert np.mean(rewards[-3:]) > 0.95


def coloured(colour, rng) -> Clip:
    """Two frames of a colour, darker or lighter, with noise."""
    light = rng.uniform(0.7, 1.1)
    pixels = np.array(COLOURS[colour]) * light + rng.normal(0, 12, (2, 56, 56, 3))
    return Clip(pixels.clip(0, 255).astype(np.uint8), np.arange(2) * 0.5)


def films(count, seed) -> tuple[list[str], dict[str, Clip]]:
    rng = np.random.default_rng(seed)
    answers = [list(COLOURS)[number % 4] for number in range(count)]
    return answers, {f"film_{number}": coloured(answer, rng) for number, answer in enumerate(answers)}


def accuracy(model, processor, answers, clips) -> float:
    model.eval()
    batch = encode(processor, [asked(QUESTION)] * len(clips), list(clips.values()))
    with torch.no_grad():
        written = model.generate(**batch, max_new_tokens=6, do_sample=False)
    replies = processor.batch_decode(written[:, batch["input_ids"].shape[1] :], skip_special_tokens=True)
    return float(np.mean([reply == answer for reply, answer in zip(replies, answers, strict=True)]))


def taught(model, processor, answers, clips, steps) -> None:
    """A few steps of plain teaching, after which the words are known and the colours half."""
    rows = encode_rows(processor, [asked(QUESTION)] * len(clips), list(clips.values()))
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
    model.train()
    from dataclasses import replace

    endings = [processor.tokenizer(answer + "<|im_end|>")["input_ids"] for answer in answers]
    whole = [replace(row, input_ids=row.input_ids + ending) for row, ending in zip(rows, endings, strict=True)]
    batch = collate(processor, whole)
    labels = torch.full_like(batch["input_ids"], -100)
    for number, ending in enumerate(endings):
        labels[number, -len(ending) :] = torch.tensor(ending)
    for _ in range(steps):
        optimizer.zero_grad()
        model(**batch, labels=labels).loss.backward()
        optimizer.step()


def named(completions, ground_truth, **_) -> list[float]:
    return [float(reply[0]["content"] == truth) for reply, truth in zip(completions, ground_truth, strict=True)]
