"""A build's progress on a terminal; elsewhere nothing but what was found."""

from collections.abc import Sequence

from rich.console import Console

from vsidata.dataset.selection_text import in_words
from vsidata.pipeline.build import Watcher
from vsidata.screen.terminal import progress
from vsidata.selection.splits import Selection


class ProgressBar(Watcher):
    """Draws scenes done, scenes a second and time left, for as long as its context lasts."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._bar = progress(console)
        self._task = self._bar.add_task("scenes", total=None)

    def __enter__(self) -> "ProgressBar":
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def start(self, selection: Selection, done: int) -> None:
        """Say what was found, and what was left out for which reason."""
        scenes = len(selection.split_of)
        lines = [
            f"Found {scenes:,} scenes to use" + (f"; {done:,} of them are done already." if done else ".")
        ]
        counts = selection.counts
        if counts["used"] < counts["found"]:
            lines.append(f"{in_words(counts, selection.split)}.")
        for file, names in selection.unknown.items():
            verb = "name matches" if len(names) == 1 else "names match"
            lines.append(f"{file}: {len(names):,} {verb} no known scan ({', '.join(names[:3])}).")
        self._console.print(*lines, sep="\n")
        self._bar.update(self._task, total=scenes - done)

    def changed(self, names: Sequence[str]) -> None:
        """Say that they are not taken for synthetic."""
        listed = ", ".join(names[:3]) + (", …" if len(names) > 3 else "")
        are, their, count = ("is", "its", "it counts") if len(names) == 1 else ("are", "their", "they count")
        self._console.print(
            f"{len(names):,} scan{'s' * (len(names) > 1)} {are} marked as synthetic, but {their} files were "
            f"changed since: {count} as ScanNet's ({listed}). `vsidata check` names the files."
        )

    def scene(self, name: str, seconds: float) -> None:  # noqa: ARG002 - the bar counts
        """One more."""
        self._bar.advance(self._task)

    def retried(self, name: str, cause: str) -> None:
        """Say it at once: memory that runs out is for the user to see early."""
        self._console.print(f"{name}: its worker process {cause}; it was tried again.")
