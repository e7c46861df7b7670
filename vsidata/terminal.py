"""Where commands print to: the console, and progress on it."""

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

_WIDTH_OF_FILES = 120
"""Characters a line where output is no terminal: its default of 80 folds the tables."""


def console(*, stderr: bool = False, quiet: bool = False) -> Console:
    """As wide as the terminal, or as a file's lines should be."""
    plain = Console(stderr=stderr, quiet=quiet)
    return plain if plain.is_terminal else Console(stderr=stderr, quiet=quiet, width=_WIDTH_OF_FILES)


class _Rate(ProgressColumn):
    def render(self, task: Task) -> Text:
        return Text(f"{task.speed:.1f} {task.description}/s" if task.speed else "")


def progress(on: Console) -> Progress:
    """A bar with a rate and the time left on a terminal, nothing elsewhere.

    A task's description is what it counts, in the plural: `scenes`.
    """
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), _Rate())
    return Progress(*columns, TimeRemainingColumn(), console=on, disable=not on.is_terminal, transient=True)
