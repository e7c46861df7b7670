"""Measure a step of a trainer: its duration, and the maximum of the memory that PyTorch allocated."""

import time
from typing import Any

import torch
from torch.profiler import ProfilerActivity, profile
from transformers import TrainerCallback


class StepMeter(TrainerCallback):
    """Measures the last step.

    On a CPU, PyTorch's profiler records the memory. This makes the step slower.

    Attributes:
        seconds: duration of the step. The batches of SFT are prepared before the step, the clips of GRPO
            during the step.
        peak: maximum of the allocated bytes, with the weights.
    """

    seconds: float | None = None
    peak: int | None = None

    def on_step_begin(self, args: Any, state: Any, control: Any, **more: Any) -> None:  # noqa: ARG002 - passed by name
        """Called before the step."""
        if torch.cuda.is_available():
            torch.cuda.synchronize()
            torch.cuda.reset_peak_memory_stats()
        else:
            model = more["model"]
            self._weights = sum(it.nbytes for it in (*model.parameters(), *model.buffers()))
            self._recorded = profile(activities=[ProfilerActivity.CPU], profile_memory=True)
            self._recorded.start()
        self._began = time.monotonic()

    def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:  # noqa: ARG002 - passed by name
        """Called after the step."""
        if torch.cuda.is_available():
            torch.cuda.synchronize()
        self.seconds = time.monotonic() - self._began
        if torch.cuda.is_available():
            self.peak = torch.cuda.max_memory_allocated()
        else:
            self._recorded.stop()
            self.peak = self._weights + _peak_in(self._recorded)


def _peak_in(recorded: profile) -> int:
    """Bytes at the peak, in addition to those at the beginning of the record."""
    profiler: Any = recorded.profiler
    events = [it for it in profiler.kineto_results.events() if it.name() == "[memory]"]
    level = peak = 0
    for event in sorted(events, key=lambda it: it.start_ns()):
        level += event.nbytes()
        peak = max(peak, level)
    return peak
