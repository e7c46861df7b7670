"""A run's progress on a terminal: steps, a rate, the time left, and the figures last logged."""

from typing import Any

from rich.console import Console
from rich.progress import TextColumn
from transformers import TrainerCallback

from vsidata.screen.terminal import progress

_FIGURES = {"reward": "reward", "loss": "loss", "kl": "KL", "completions/mean_length": "tokens a reply"}


class TrainingProgress(TrainerCallback):
    """Draws on a terminal, and nothing elsewhere; one process draws."""

    def __init__(self, console: Console) -> None:
        self._bar = progress(console)
        self._bar.columns = (*self._bar.columns, TextColumn("{task.fields[figures]}"))
        self._task = self._bar.add_task("steps", total=None, figures="")

    def on_train_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:  # noqa: ARG002 - by name
        """Begin, at the checkpoint's step where a run resumes."""
        if state.is_world_process_zero:
            self._bar.start()
            self._bar.update(self._task, total=state.max_steps, completed=state.global_step)

    def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:  # noqa: ARG002
        """One more."""
        self._bar.update(self._task, completed=state.global_step)

    def on_log(self, args: Any, state: Any, control: Any, logs: Any = None, **_: Any) -> None:  # noqa: ARG002
        """Show the figures of training that are there."""
        known = ((called, (logs or {}).get(name)) for name, called in _FIGURES.items())
        figures = [f"{called} {value:.3g}" for called, value in known if isinstance(value, (int, float))]
        if figures:
            self._bar.update(self._task, figures=", ".join(figures))

    def on_train_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:  # noqa: ARG002
        """Leave the terminal as it was."""
        self._bar.stop()
