"""Short runs of GRPO on clips of noise or of one colour."""

from pathlib import Path

import numpy as np
from datasets import Dataset
from transformers import AutoModelForImageTextToText, AutoProcessor
from trl import GRPOConfig

from vsitrain.data.clip import Clip
from vsitrain.trainers.grpo import VideoGRPOTrainer

SHAPES = {"scene_a": (4, 56, 56), "scene_b": (3, 56, 84), "scene_c": (6, 84, 56)}


def noise(frames, height, width, seed=0) -> Clip:
    pixels = np.random.default_rng(seed).integers(0, 256, (frames, height, width, 3), dtype=np.uint8)
    return Clip(pixels, np.arange(frames) * 0.5)


def plain(colour, frames=2, size=56) -> Clip:
    """A clip of one colour."""
    return Clip(np.full((frames, size, size, 3), colour, dtype=np.uint8), np.arange(frames) * 0.5)


CLIPS = {name: noise(*shape, seed=number) for number, (name, shape) in enumerate(SHAPES.items())}
BLACK = {name: Clip(np.zeros_like(clip.frames), clip.timestamps) for name, clip in CLIPS.items()}


def asked(text) -> list:
    return [{"role": "user", "content": [{"type": "video", "text": None}, {"type": "text", "text": text}]}]


def questions(scenes=("scene_a", "scene_b")) -> Dataset:
    """One question about each scene. The questions have different lengths."""
    return Dataset.from_list(
        [
            {
                "prompt": asked(f"How large is {scene}" + "?" * number),
                "scene_name": scene,
                "ground_truth": "A",
            }
            for number, scene in enumerate(scenes)
        ]
    )


def early_letters(completions, **_) -> list[float]:
    """The share of letters from a to m, which differs between random models."""
    texts = [completion[0]["content"] for completion in completions]
    return [sum("a" <= letter <= "m" for letter in text) / max(len(text), 1) for text in texts]


def settings(out, **changes) -> GRPOConfig:
    given = {
        "per_device_train_batch_size": 4,
        "gradient_accumulation_steps": 2,
        "num_generations": 4,
        "max_completion_length": 6,
        "max_steps": 1,
        "beta": 0.01,
        "loss_type": "grpo",
        "learning_rate": 1e-3,
        "logging_steps": 1,
        "save_strategy": "no",
        "report_to": "none",
        "use_cpu": True,
        "bf16": False,
        "gradient_checkpointing": False,
        "disable_tqdm": True,
        "seed": 3,
    }
    return GRPOConfig(output_dir=str(out), **{**given, **changes})


def parts(folder: Path) -> tuple:
    """Model and processor of a folder."""
    return AutoModelForImageTextToText.from_pretrained(folder), AutoProcessor.from_pretrained(folder)


def trainer(
    folder,
    out,
    *,
    clips=CLIPS,
    data=None,
    rewards=early_letters,
    kind=VideoGRPOTrainer,
    options=None,
    **changes,
) -> VideoGRPOTrainer:
    model, processor = parts(folder)
    return kind(
        model,
        rewards,
        settings(out, **changes),
        questions() if data is None else data,
        processing_class=processor,
        clip_of=lambda row: clips[row["scene_name"]],
        **(options or {}),
    )
