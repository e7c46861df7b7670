"""Measure whether the memory of training grows: many steps of GRPO on a tiny model, each about another clip.

    .venv/bin/python scripts/memory_of_steps.py --steps 2000

Prints a table as Markdown: the step, the memory of the process, and the bytes of all live tensors.
"""

import argparse
import gc
import os
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import torch
from datasets import Dataset
from peft import LoraConfig
from transformers import AutoModelForImageTextToText, AutoProcessor, TrainerCallback
from trl import GRPOConfig

from vsitrain.data.clip import Clip
from vsitrain.families import LORA_TARGETS
from vsitrain.models.tiny import make_tiny
from vsitrain.trainers.grpo import VideoGRPOTrainer

CLIPS = 50


class Watch(TrainerCallback):
    """Records the memory at regular steps."""

    def __init__(self, every: int) -> None:
        self.every = every
        self.seen: list[tuple[int, float, float]] = []

    def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:  # noqa: ARG002 - passed by name
        """Called after each step."""
        if state.global_step % self.every == 0:
            gc.collect()
            pages = int(Path("/proc/self/statm").read_text().split()[1])
            tensors = {id(it): it.nbytes for it in gc.get_objects() if isinstance(it, torch.Tensor)}
            resident = pages * os.sysconf("SC_PAGE_SIZE")
            self.seen.append((state.global_step, resident / 2**20, sum(tensors.values()) / 2**20))
            step, process, live = self.seen[-1]
            print(f"| {step:,} | {process:,.1f} | {live:,.2f} |", flush=True)


def clip_of(row: Any) -> Clip:
    """A clip of noise in one of three sizes. Each call makes a new array with the same numbers."""
    number = int(row["scene_name"])
    frames = np.random.default_rng(number).integers(0, 256, (2 + number % 3, 56, 56, 3), dtype=np.uint8)
    return Clip(frames, np.arange(len(frames)) * 0.5)


def reward(completion_ids: Any, **_: Any) -> list[float]:
    """A number that differs within a group."""
    return [float(sum(ids) % 11) for ids in completion_ids]


def main() -> None:
    """Train, and print how the memory grew."""
    given = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    given.add_argument("--steps", type=int, default=2000)
    given.add_argument("--full", action="store_true", help="Train all parameters, including the tower.")
    asked = given.parse_args()
    print("| step | process, MiB | tensors, MiB |\n|---:|---:|---:|", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        make_tiny(folder)
        content = [{"type": "video", "text": None}, {"type": "text", "text": "How large?"}]
        rows = [
            {"prompt": [{"role": "user", "content": content}], "scene_name": str(number)}
            for number in range(CLIPS)
        ]
        watch = Watch(max(1, asked.steps // 20))
        args = GRPOConfig(
            output_dir=f"{folder}/run", max_steps=asked.steps, per_device_train_batch_size=2,
            num_generations=2, max_completion_length=2, beta=0.01, learning_rate=1e-5, use_cpu=True,
            bf16=False, report_to="none", save_strategy="no", logging_steps=100, disable_tqdm=True,
        )  # fmt: skip
        trainer = VideoGRPOTrainer(
            AutoModelForImageTextToText.from_pretrained(folder),
            reward,
            args,
            Dataset.from_list(rows),
            processing_class=AutoProcessor.from_pretrained(folder),
            clip_of=clip_of,
            callbacks=[watch],
            peft_config=None if asked.full else LoraConfig(r=4, target_modules=LORA_TARGETS),
        )
        trainer.train()
    later = watch.seen[len(watch.seen) // 4 :]
    steps, process, live = (np.array(column) for column in zip(*later, strict=True))
    grows = [1000 * np.polyfit(steps, column, 1)[0] for column in (process, live)]
    print(f"\nFrom step {steps[0]:,} on, for 1,000 steps: process {grows[0]:+.2f} MiB,", end=" ")
    print(f"tensors {grows[1]:+.3f} MiB.")


if __name__ == "__main__":
    main()
