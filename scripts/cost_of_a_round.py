"""Measure what a round of GRPO costs: operations, seconds of a step, and bytes at its peak.

    .venv/bin/python scripts/cost_of_a_round.py operations
    .venv/bin/python scripts/cost_of_a_round.py time
    .venv/bin/python scripts/cost_of_a_round.py memory
    git worktree add /tmp/first fd2ba56
    PYTHONPATH=/tmp/first .venv/bin/python scripts/cost_of_a_round.py operations

PYTHONPATH selects the version of the project to measure.

`operations` has the widths of Qwen2-VL-2B and the settings of its recipe: clips of 16 frames of 640 × 480,
replies of 32 tokens, LoRA of rank 64 and gradient checkpointing. The model has one or two layers and the
vision tower has one or two. The differences give the count for the full depth. A round has 2 rollouts of one
clip. The operations of the language model grow with the rollouts. Those of the tower grow too, if it runs
for each rollout. Matrix products are counted but not computed.

`time` computes everything, on a model of 5 million parameters: 14 rollouts of one clip of 8 frames of
112 × 112. It prints the processor seconds and the wall seconds of a step, each the least of three. Run the
versions in turn, several times, and compare the least values: other programs only make a step slower.

`memory` has the same model, a clip of 4 frames of 640 × 480, and a head that reads only replies, as on a GPU.
It prints the maximum of the memory that PyTorch had allocated in a step, in addition to that before the
step.
"""

import argparse
import importlib
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from datasets import Dataset
from peft import LoraConfig
from torch.profiler import ProfilerActivity, profile
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils.flop_counter import FlopCounterMode
from transformers import AutoModelForImageTextToText, AutoProcessor, TrainerCallback
from trl import GRPOConfig
from trl.trainer import utils as trl_utils

from vsitrain.data.clip import Clip

LORA = r".*\blanguage_model\..*\.(q|k|v|o|gate|up|down)_proj"
LAYERS, BLOCKS = 28, 32
ROLLOUTS = 14


def of_any(*names: str) -> Any:
    """A module of the project by its name in this or an older version."""
    for name in names:
        try:
            return importlib.import_module(name)
        except ModuleNotFoundError:
            continue
    raise SystemExit(f"This version has no module {' or '.join(names)}.")


class Skip(TorchDispatchMode):
    """Skips matrix products. Their results are zeros."""

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """Called for each operation."""
        name = func.overloadpacket.__name__
        if name in ("mm", "bmm"):
            first, second = args[:2]
            return first.new_zeros(*first.shape[:-1], second.shape[-1])
        if name == "addmm":
            _, first, second = args[:3]
            return first.new_zeros(first.shape[0], second.shape[1])
        return func(*args, **(kwargs or {}))


def trainer_of(
    folder: Path,
    size: Any,
    rollouts: int,
    clip: Clip,
    *,
    steps: int,
    dtype: str,
    attention: str = "eager",
    **more: Any,
) -> Any:
    """A trainer of the version that is measured, on one clip."""
    tiny = of_any("vsitrain.tiny", "vsitrain.models.tiny")
    tiny.make_tiny(folder / "model", size)
    trainer = of_any("vsitrain.video", "vsitrain.trainers.grpo").VideoGRPOTrainer
    model = AutoModelForImageTextToText.from_pretrained(
        folder / "model", dtype=dtype, attn_implementation=attention
    )
    families = of_any("vsitrain.families")
    if hasattr(families, "keep_gradients_out_of_the_tower"):
        families.keep_gradients_out_of_the_tower(model)
    processor = AutoProcessor.from_pretrained(folder / "model")
    height = clip.frames.shape[1]
    limits = (
        {"min_pixels": 3136, "max_pixels": 100352}
        if height > 224
        else {"min_pixels": 784, "max_pixels": 12544}
    )
    of_any("vsitrain.families").limit_pixels(processor, **limits, frames=len(clip.frames))
    content = [{"type": "video", "text": None}, {"type": "text", "text": "How large is this room, in m2?"}]
    rows = [{"prompt": [{"role": "user", "content": content}], "scene_name": "a"}]
    args = GRPOConfig(
        output_dir=str(folder / "run"), max_steps=steps, per_device_train_batch_size=rollouts,
        num_generations=rollouts, max_completion_length=32, generation_kwargs={"min_new_tokens": 32},
        beta=1e-4, loss_type="grpo", learning_rate=1e-5, gradient_checkpointing=True, use_cpu=True,
        bf16=dtype == "bfloat16", report_to="none", save_strategy="no", logging_steps=1, disable_tqdm=True,
    )  # fmt: skip
    return trainer(
        model, lambda completions, **_: [float(n % 2) for n, _ in enumerate(completions)], args,
        Dataset.from_list(rows), processing_class=processor, clip_of=lambda _: clip,
        peft_config=LoraConfig(r=64, lora_alpha=128, target_modules=LORA), **more,
    )  # fmt: skip


def noise(frames: int, height: int, width: int) -> Clip:
    """A clip of noise."""
    pixels = np.random.default_rng(0).integers(0, 256, (frames, height, width, 3), dtype=np.uint8)
    return Clip(pixels, np.arange(frames) * 0.5)


def counted(layers: int, blocks: int, rollouts: int) -> int:
    """FLOPs of a round of generation and of the training step on it."""
    sizes = of_any("vsitrain.tiny", "vsitrain.models.tiny").SIZES
    size = sizes["qwen2-vl-2b"].model_copy(update={"layers": layers, "vision_layers": blocks})
    with tempfile.TemporaryDirectory() as folder:
        run = trainer_of(Path(folder), size, rollouts, noise(16, 480, 640), steps=1, dtype="bfloat16")
        with Skip(), FlopCounterMode(display=False) as flops:
            run.train()
    return int(flops.get_total_flops())


def operations() -> None:
    """Count small models, and print the operations at the full depth."""
    trl_utils._use_triton = lambda _: True  # as on a GPU: the head reads only replies
    one, two, tower = (counted(*sizes, 2) for sizes in ((1, 1), (2, 1), (1, 2)))
    seen = BLOCKS * (tower - one) / 1e12
    read = (one + (LAYERS - 1) * (two - one) - (tower - one)) / 1e12
    print(f"2 rollouts: {read:.2f} TFLOP in the language model, {seen:.2f} TFLOP in the tower", flush=True)


class Clock(TrainerCallback):
    """Records the processor seconds and the wall seconds of each step."""

    def __init__(self) -> None:
        self.seconds: list[tuple[float, float]] = []

    def on_step_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:  # noqa: ARG002 - passed by name
        """Called before each step."""
        self.began = time.process_time(), time.monotonic()

    def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:  # noqa: ARG002 - passed by name
        """Called after each step."""
        self.seconds.append((time.process_time() - self.began[0], time.monotonic() - self.began[1]))


class Watch(TrainerCallback):
    """Records the most memory in a step."""

    def on_step_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:  # noqa: ARG002 - passed by name
        """Called before each step."""
        self.recorded = profile(activities=[ProfilerActivity.CPU], profile_memory=True)
        self.recorded.start()

    def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:  # noqa: ARG002 - passed by name
        """Called after each step."""
        self.recorded.stop()
        profiler: Any = self.recorded.profiler
        events = [it for it in profiler.kineto_results.events() if it.name() == "[memory]"]
        level = self.peak = 0
        for event in sorted(events, key=lambda it: it.start_ns()):
            level += event.nbytes()
            self.peak = max(self.peak, level)


def small() -> Any:
    """The size of a model of 5 million parameters."""
    return of_any("vsitrain.tiny", "vsitrain.models.tiny").TINY.model_copy(
        update={
            "hidden_size": 256, "layers": 4, "intermediate_size": 1024, "heads": 4,
            "vision_hidden_size": 256, "vision_layers": 4, "vision_heads": 4,
        }
    )  # fmt: skip


def seconds() -> None:
    """Train a few steps, and print their time."""
    clock = Clock()
    with tempfile.TemporaryDirectory() as folder:
        run = trainer_of(
            Path(folder), small(), ROLLOUTS, noise(8, 112, 112), steps=4, dtype="float32", attention="sdpa",
            callbacks=[clock],
        )  # fmt: skip
        run.train()
    processor, wall = (min(column) for column in zip(*clock.seconds[1:], strict=True))
    print(f"{processor:.2f} processor seconds, {wall:.2f} wall seconds per step", flush=True)


def memory() -> None:
    """Train a step, and print its peak memory."""
    trl_utils._use_triton = lambda _: True  # as on a GPU: the head reads only replies
    watch = Watch()
    with tempfile.TemporaryDirectory() as folder:
        run = trainer_of(
            Path(folder), small(), ROLLOUTS, noise(4, 480, 640), steps=1, dtype="float32", attention="sdpa",
            callbacks=[watch],
        )  # fmt: skip
        if hasattr(run, "_ahead"):  # the profiler does not record other threads
            run._ahead.queue, run._ahead.take = (lambda rows: rows), run._prepared
        run.train()
    print(f"{watch.peak / 2**20:,.0f} MiB at the peak", flush=True)


def main() -> None:
    """Run the measurement that the command line names."""
    kinds: dict[str, Callable[[], None]] = {"operations": operations, "time": seconds, "memory": memory}
    given = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    given.add_argument("what", choices=kinds)
    kinds[given.parse_args().what]()


if __name__ == "__main__":
    main()
