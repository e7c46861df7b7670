"""Progress of a run on a terminal: steps, rate, time left, and the figures that were logged last."""

from typing import Any

from rich.console import Console
from rich.progress import TextColumn
from transformers import TrainerCallback

from vsidata.screen.terminal import progress

_FIGURES = {"reward": "reward", "loss": "loss", "kl": "KL", "completions/mean_length": "tokens per reply"}


class TrainingProgress(TrainerCallback):
    """Draws the progress of the first process, if the output is a terminal."""

    def __init__(self, console: Console) -> None:
        self._bar = progress(console)
        self._bar.columns = (*self._bar.columns, TextColumn("{task.fields[figures]}"))
        self._task = self._bar.add_task("steps", total=None, figures="")

    def on_train_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:  # noqa: ARG002 - passed by name
        """Start the bar, at the step of the checkpoint if the run resumes."""
        if state.is_world_process_zero:
            self._bar.start()
            self._bar.update(self._task, total=state.max_steps, completed=state.global_step)

    def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:  # noqa: ARG002
        """Count one more step."""
        self._bar.update(self._task, completed=state.global_step)

    def on_log(self, args: Any, state: Any, control: Any, logs: Any = None, **_: Any) -> None:  # noqa: ARG002
        """Show the figures that the trainer logged."""
        known = ((called, (logs or {}).get(name)) for name, called in _FIGURES.items())
        figures = [f"{called} {value:.3g}" for called, value in known if isinstance(value, (int, float))]
        if figures:
            self._bar.update(self._task, figures=", ".join(figures))

    def on_train_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:  # noqa: ARG002
        """Remove the bar from the terminal."""
        self._bar.stop()
