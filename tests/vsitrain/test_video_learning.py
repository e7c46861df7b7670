"""GRPO on video learns an answer that is always right, and an answer that only the video shows."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from datasets import Dataset

from tests.vsitrain.chairs import rooms
from tests.vsitrain.tiny_runs import asked, parts, trainer
from vsitrain.data.clip import Clip
from vsitrain.families import collate, encode, encode_rows

COLOURS = {"red": (210, 30, 30), "green": (30, 190, 40), "blue": (30, 50, 220), "white": (225, 225, 225)}
QUESTION = "What?"


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
    """Clips of one colour each, and the names of their colours. The colours are equally frequent."""
    rng = np.random.default_rng(seed)
    answers = [list(COLOURS)[number % 4] for number in range(count)]
    return answers, {f"film_{number}": _film(answer, rng) for number, answer in enumerate(answers)}


def _dark(clips) -> dict[str, Clip]:
    return {name: Clip(np.zeros_like(clip.frames), clip.timestamps) for name, clip in clips.items()}


def _accuracy(model, processor, answers, clips) -> float:
    model.eval()
    batch = encode(processor, [asked(QUESTION)] * len(clips), list(clips.values()))
    with torch.no_grad():
        written = model.generate(**batch, max_new_tokens=6, do_sample=False)
    replies = processor.batch_decode(written[:, batch["input_ids"].shape[1] :], skip_special_tokens=True)
    return float(np.mean([reply == answer for reply, answer in zip(replies, answers, strict=True)]))


def _taught(model, processor, answers, clips, steps, rng, *, batch=32, lr=1e-3) -> None:
    """Steps of supervised training, each on clips drawn at random."""
    rows = encode_rows(processor, [asked(QUESTION)] * len(clips), list(clips.values()))
    optimizer = torch.optim.AdamW(model.parameters(), lr=lr)
    model.train()
    for _ in range(steps):
        drawn = rng.choice(len(rows), batch, replace=False)
        endings = [processor.tokenizer(f"{answers[place]}<|im_end|>")["input_ids"] for place in drawn]
        pairs = zip(drawn, endings, strict=True)
        whole = [replace(rows[place], input_ids=rows[place].input_ids + ending) for place, ending in pairs]
        shown = collate(processor, whole)
        labels = torch.full_like(shown["input_ids"], -100)
        for label, ending in zip(labels, endings, strict=True):
            label[-len(ending) :] = torch.tensor(ending)
        optimizer.zero_grad()
        model(**shown, labels=labels).loss.backward()
        optimizer.step()


def _named(completions, ground_truth, **_) -> list[float]:
    return [
        float(reply[0]["content"] == truth) for reply, truth in zip(completions, ground_truth, strict=True)
    ]


def _rewarded(folder, out, answers, clips, **changes):
    """The model after GRPO with a reward of 1 for the right word."""
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
        gradient_accumulation_steps=1,
        num_generations=8,
        beta=1e-4,
        **changes,
    )
    run.train()
    return run.model, run.processing_class


@pytest.mark.slow
def test_policy_learns_to_name_a_colour_that_only_the_video_shows(tiny, tmp_path):
    answers, clips = _films(32, seed=0)
    unseen_answers, unseen = _films(32, seed=1)
    model, processor = parts(tiny())
    rng = np.random.default_rng(0)
    # It was trained with words drawn at random, so it writes these words, but at random.
    for _ in range(60):
        _taught(model, processor, rng.choice(list(COLOURS), len(answers)), clips, 1, rng)
    start = _saved(model, processor, tmp_path / "words")
    assert _accuracy(*parts(start), unseen_answers, unseen) < 0.5
    how = {"per_device_train_batch_size": 64, "max_steps": 50}
    seeing = _rewarded(start, tmp_path / "seen", answers, clips, **how)
    assert _accuracy(*seeing, unseen_answers, unseen) > 0.8
    dark, few = _dark(clips), how | {"max_steps": 5}  # all clips and answers are the same
    assert _accuracy(*_rewarded(start, tmp_path / "dark", answers, dark, **few), answers, dark) <= 0.25


@pytest.mark.soak
def test_policy_counts_chairs_in_synthetic_rooms_better_after_grpo_and_uses_the_video(tiny, tmp_path):
    answers, clips = rooms(800, seed=0)
    unseen_answers, unseen = rooms(300, seed=1)
    model, processor = parts(tiny())
    rng = np.random.default_rng(0)
    # It was trained until it uses the video. A blind policy would learn to give always the same answer.
    for _ in range(12):
        _taught(model, processor, answers, clips, 25, rng)
        if _accuracy(model, processor, answers[:200], dict(list(clips.items())[:200])) > 0.5:
            break
    start = _saved(model, processor, tmp_path / "taught")
    before = _accuracy(model, processor, unseen_answers, unseen)
    after = _rewarded(
        start,
        tmp_path / "run",
        answers,
        clips,
        per_device_train_batch_size=128,
        max_steps=80,
        learning_rate=5e-4,
    )
    gained = _accuracy(*after, unseen_answers, unseen)
    print(f"accuracy on unseen rooms: {before:.2f} before GRPO, {gained:.2f} after, 0.25 by chance")
    assert gained > before + 0.05
    assert gained > 0.55
    assert _accuracy(*after, unseen_answers, _dark(unseen)) <= 0.3


def _saved(model, processor, folder):
    model.save_pretrained(folder)
    processor.save_pretrained(folder)
    return folder
