"""Measure the share of a training step that is lost while clips are prepared: SFT, DPO and GRPO, on a CPU.

    .venv/bin/python scripts/waiting_for_data.py
    .venv/bin/python scripts/waiting_for_data.py --in-the-step

Trains a model of 5 million parameters on clips of 16 frames of 640 × 480, which are decoded from JPEG, with
the pixel limits of the recipes. In SFT and DPO, one process prepares batches; in GRPO, a thread does. With
--in-the-step, nothing is prepared ahead.

Waiting is the time in the data loader's `next`, and in GRPO also the time until the clips are there. The
first step is left out, because nothing can be ready before it. Needs a free core for the preparation: on a
busy machine, run it several times, and take the least values.
"""

import argparse
import io
import tempfile
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from peft import LoraConfig
from PIL import Image
from transformers import PrinterCallback, TrainerCallback
from trl import DPOConfig, GRPOConfig, SFTConfig

from vsitrain.data.clip import Clip
from vsitrain.data.decoding import decode
from vsitrain.data.messages import conversation
from vsitrain.doctor.clips import MODE, questions
from vsitrain.families import LORA_TARGETS, encode_rows, keep_gradients_out_of_the_tower, limit_pixels
from vsitrain.models.tiny import TINY, random_model
from vsitrain.trainers import dpo, sft
from vsitrain.trainers.collate import PromptMaker
from vsitrain.trainers.grpo import VideoGRPOTrainer

FRAMES, HEIGHT, WIDTH = 16, 480, 640
MIN_PIXELS, MAX_PIXELS = 3136, 100352
STEPS = 4
WORKERS = {
    "dataloader_num_workers": 1,  # enough here: the recipes have more, because a step is shorter on a GPU
    "dataloader_multiprocessing_context": "forkserver",
    "dataloader_persistent_workers": True,
}


class Jpegs:
    """A clip of 16 JPEGs. Each call decodes them again, as for another scene."""

    def __init__(self) -> None:
        small = np.random.default_rng(0).integers(0, 256, (30, 40, 3), dtype=np.uint8)
        file = io.BytesIO()
        Image.fromarray(small).resize((WIDTH, HEIGHT)).save(file, "JPEG", quality=90)
        self.picture = file.getvalue()

    def clip(self, scene_name: str, dataset: str) -> Clip:  # noqa: ARG002 - as of a FrameStore
        """The clip of a scene. The first pixel is another one for each scene."""
        frames = np.stack([decode(self.picture, (WIDTH, HEIGHT)) for _ in range(FRAMES)])
        frames[0, 0, 0] = int(scene_name) % 256
        return Clip(frames, np.arange(FRAMES, dtype=np.float64) / 2)


class Watch(TrainerCallback):
    """Adds up the time of all steps after the first, and the part of it that functions wait for clips."""

    def __init__(self) -> None:
        self.waited = self.began = self.seconds = 0.0
        self.measures = False

    def timed(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """The function, with its time added to `waited`."""

        def run(*args: Any, **more: Any) -> Any:
            began = time.monotonic()
            try:
                return function(*args, **more)
            finally:
                self.waited += (time.monotonic() - began) * self.measures

        return run

    def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:  # noqa: ARG002 - passed by name
        """Called after each step."""
        now = time.monotonic()
        if state.global_step == 1:
            self.measures, self.began = True, now
        if state.global_step == STEPS:
            self.measures, self.seconds = False, now - self.began


def model_and_processor() -> tuple[Any, Any]:
    """A model of 5 million parameters."""
    size = TINY.model_copy(
        update={
            "hidden_size": 256, "layers": 4, "intermediate_size": 1024, "heads": 4,
            "vision_hidden_size": 256, "vision_layers": 4, "vision_heads": 4,
        }
    )  # fmt: skip
    model, processor = random_model(size)
    keep_gradients_out_of_the_tower(model)
    limit_pixels(processor, min_pixels=MIN_PIXELS, max_pixels=MAX_PIXELS, frames=FRAMES)
    return model, processor


def trainer_of(method: str, folder: str, ahead: bool) -> Any:
    """A trainer of a method."""
    model, processor = model_and_processor()
    common = {
        "output_dir": folder, "max_steps": STEPS, "learning_rate": 1e-5, "gradient_checkpointing": True,
        "use_cpu": True, "bf16": False, "report_to": "none", "save_strategy": "no", "disable_tqdm": True,
        "per_device_train_batch_size": 2, "gradient_accumulation_steps": 1,
    }  # fmt: skip
    store, rows = Jpegs(), questions(64)
    adapter = LoraConfig(r=64, lora_alpha=128, target_modules=LORA_TARGETS)
    if method == "grpo":
        asked = rows.map(lambda row: {"prompt": conversation(row, MODE, form="training", letters=True)})
        args = GRPOConfig(
            **common, num_generations=2, max_completion_length=8, beta=0.0, loss_type="grpo",
            remove_unused_columns=False,
        )  # fmt: skip
        run = VideoGRPOTrainer(
            model,
            lambda completions, **_: [float(n % 2) for n, _ in enumerate(completions)],
            args,
            asked,
            processing_class=processor,
            clip_of=lambda row: store.clip(row["scene_name"], row["dataset"]),
            peft_config=adapter,
        )
        if not ahead:
            run._ahead.queue = lambda rows: rows  # type: ignore[method-assign]
        return run
    common |= WORKERS if ahead else {}
    asking = PromptMaker(processor, store, MODE, letters=True)
    if method == "sft":
        return sft.make_trainer(model, SFTConfig(**common), rows, asking, peft_config=adapter)
    return dpo.make_trainer(model, DPOConfig(**common), rows, asking, peft_config=adapter)


def seconds_per_clip() -> tuple[float, float]:
    """Processor seconds to decode a clip, and to encode it with its question: the least of five."""
    _, processor = model_and_processor()
    store, (row,) = Jpegs(), questions(1)
    asked = conversation(row, MODE, form="training", letters=True)
    taken = []
    for number in range(5):
        began = time.process_time()
        clip = store.clip(str(number), "noise")
        decoded = time.process_time()
        encode_rows(processor, [asked], [clip])
        taken.append((decoded - began, time.process_time() - decoded))
    decoding, encoding = (min(column) for column in zip(*taken, strict=True))
    return decoding, encoding


def main() -> None:
    """Measure each method, and print a table as Markdown."""
    given = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    given.add_argument("--in-the-step", action="store_true")
    given.add_argument("--methods", nargs="+", default=["sft", "dpo", "grpo"])
    asked = given.parse_args()
    decoding, encoding = seconds_per_clip()
    print(f"A clip takes {decoding:.3f} s to decode and {encoding:.3f} s to encode.\n")
    print("| method | a step, s | waiting, s | share |\n|---|---:|---:|---:|", flush=True)
    for method in asked.methods:
        watch = Watch()
        with tempfile.TemporaryDirectory() as folder:
            run = trainer_of(method, folder, not asked.in_the_step)
            run.add_callback(watch)
            run.remove_callback(PrinterCallback)
            run.get_batch_samples = watch.timed(run.get_batch_samples)
            if method == "grpo":
                run._ahead.take = watch.timed(run._ahead.take)
            run.train()
        step, waited = watch.seconds / (STEPS - 1), watch.waited / (STEPS - 1)
        print(f"| {method.upper()} | {step:.2f} | {waited:.3f} | {waited / step:.1%} |", flush=True)


if __name__ == "__main__":
    main()
