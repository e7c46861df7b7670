"""Where commands print to: the console, and progress on it."""

from rich.console import Console, ConsoleOptions, ConsoleRenderable, RenderHook, RenderResult
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
)
from rich.segment import Segment
from rich.text import Text

from vsidata.plain_text import printable

_WIDTH_OF_FILES = 120
"""Characters a line where output is no terminal: its default of 80 folds the tables."""


def console(*, stderr: bool = False, quiet: bool = False) -> Console:
    """As wide as the terminal, or as a file's lines should be.

    It prints text as it stands, without control characters: brackets and colons in it are no markup.
    """
    made = Console(stderr=stderr, quiet=quiet, markup=False, emoji=False, highlight=False)
    if not made.is_terminal:
        made.width = _WIDTH_OF_FILES
    made.push_render_hook(_Printable())
    return made


class _Printable(RenderHook):
    """Cleans text after it is laid out. The console's own control sequences are segments of another kind."""

    def process_renderables(self, renderables: list[ConsoleRenderable]) -> list[ConsoleRenderable]:
        return [_Cleaned(renderable) for renderable in renderables]


class _Cleaned:
    def __init__(self, renderable: ConsoleRenderable) -> None:
        self._renderable = renderable

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for text, style, control in console.render(self._renderable, options):
            yield Segment(text if control else printable(text), style, control)


class _Rate(ProgressColumn):
    def render(self, task: Task) -> Text:
        return Text(f"{task.speed:.1f} {task.description}/s" if task.speed else "")


def progress(on: Console) -> Progress:
    """A bar with a rate and the time left on a terminal, nothing elsewhere.

    A task's description is what it counts, in the plural: `scenes`.
    """
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), _Rate())
    return Progress(*columns, TimeRemainingColumn(), console=on, disable=not on.is_terminal, transient=True)
