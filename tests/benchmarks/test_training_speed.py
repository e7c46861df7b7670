"""A step of GRPO on a video, compared with TRL's own step on images, at equal tokens.

Two frames of a video are one step in time for the vision tower of Qwen2-VL: 16 frames as a video and 8 images
make the same number of tokens. Aim: at most 1.1 times the time. Both train the same tiny model on the same
questions.
"""

import numpy as np
import pytest
from datasets import Dataset
from PIL import Image
from trl.trainer.grpo_trainer import GRPOTrainer

from tests.vsitrain.tiny_runs import asked, early_letters, parts, settings
from vsitrain.data.clip import Clip
from vsitrain.models.tiny import TINY, make_tiny
from vsitrain.trainers.grpo import VideoGRPOTrainer

IMAGES = 8
SIDE = 112
STEPS = 8
TEXTS = [f"How large is room {number}?" for number in range(4)]


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tiny")
    make_tiny(folder, TINY)
    return folder


def pictures(frames):
    return np.random.default_rng(0).integers(0, 256, (frames, SIDE, SIDE, 3), dtype=np.uint8)


def arguments(out):
    return settings(out, max_steps=STEPS, per_device_train_batch_size=8, max_completion_length=16)


def on_video(model, out):
    clip = Clip(pictures(2 * IMAGES), np.arange(2 * IMAGES) / 2)
    rows = Dataset.from_list([{"prompt": asked(text)} for text in TEXTS])
    network, processor = parts(model)
    return VideoGRPOTrainer(
        network,
        early_letters,
        arguments(out),
        rows,
        processing_class=processor,
        clip_of=lambda _: clip,
    )


def on_images(model, out):
    images = [Image.fromarray(picture) for picture in pictures(IMAGES)]
    rows = [{"prompt": [{"role": "user", "content": text}], "images": images} for text in TEXTS]
    network, processor = parts(model)
    args = arguments(out)
    args.remove_unused_columns = False
    return GRPOTrainer(network, early_letters, args, Dataset.from_list(rows), processing_class=processor)


@pytest.mark.benchmark(group=f"{STEPS} steps of GRPO at equal tokens")
@pytest.mark.parametrize("make", [on_video, on_images])
def test_steps(benchmark, model, tmp_path, make):
    made = iter([make(model, tmp_path / str(number)) for number in range(4)])

    def step():
        trainer = next(made)
        trainer.train()
        benchmark.extra_info["tokens"] = trainer.state.num_input_tokens_seen

    benchmark.pedantic(step, rounds=3, warmup_rounds=1)
