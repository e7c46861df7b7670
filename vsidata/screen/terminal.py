"""The console on which commands print, and its progress bar."""

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
"""Characters per line if the output is not a terminal. Rich's default of 80 would fold the tables."""


def console(*, stderr: bool = False, quiet: bool = False) -> Console:
    """Make a console as wide as the terminal, or 120 characters wide if the output is not a terminal.

    It removes control characters and prints all other text unchanged. Brackets and colons are not markup.
    """
    made = Console(stderr=stderr, quiet=quiet, markup=False, emoji=False, highlight=False)
    if not made.is_terminal:
        made.width = _WIDTH_OF_FILES
    made.push_render_hook(_Printable())
    return made


class _Printable(RenderHook):
    """Removes control characters from text after layout. Control sequences of the console itself are kept."""

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
    """A progress bar with a rate and the time left. It is invisible if the output is not a terminal.

    The description of a task is the plural of the things that the bar counts, such as `scenes`.
    """
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), _Rate())
    return Progress(*columns, TimeRemainingColumn(), console=on, disable=not on.is_terminal, transient=True)
