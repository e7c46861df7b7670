"""A build's progress on a terminal; elsewhere nothing but what was found."""

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from vsidata.build import Watcher


class _Rate(ProgressColumn):
    def render(self, task: Task) -> Text:
        return Text(f"{task.speed:.1f} scenes/s" if task.speed else "")


class ProgressBar(Watcher):
    """Draws scenes done, scenes a second and time left, for as long as its context lasts."""

    def __init__(self, console: Console) -> None:
        self._console = console
        columns = (TextColumn("scenes"), BarColumn(), MofNCompleteColumn(), _Rate(), TimeRemainingColumn())
        self._bar = Progress(*columns, console=console, disable=not console.is_terminal)
        self._task = self._bar.add_task("scenes", total=None)

    def __enter__(self) -> "ProgressBar":
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def start(self, *, scenes: int, done: int, refused: int) -> None:
        """Say what was found."""
        text = f"Found {scenes:,} scenes to use"
        if refused:
            text += f"; {refused:,} more are left out by the leak guard, as benchmarks show their rooms"
        if done:
            text += f"; {done:,} are done already"
        self._console.print(f"{text}.")
        self._bar.update(self._task, total=scenes - done)

    def scene(self, name: str, seconds: float) -> None:  # noqa: ARG002 - the bar counts
        """One more."""
        self._bar.advance(self._task)
