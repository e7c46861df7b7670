"""A build's progress bar. If the output is not a terminal, only the number of scans is printed."""

from collections.abc import Sequence

from rich.console import Console

from vsidata.dataset.selection_text import in_words
from vsidata.pipeline.build import Watcher
from vsidata.plain_text import counted
from vsidata.screen.terminal import progress
from vsidata.selection.splits import Selection


class ProgressBar(Watcher):
    """Shows the number of scenes done, scenes per second and the time left while its context is open."""

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
        """Print the number of scans that were found, and the number that were left out for each reason."""
        scenes = len(selection.split_of)
        lines = [f"Found {counted(scenes, 'scene')} to use" + (f", {done:,} already done." if done else ".")]
        counts = selection.counts
        if counts["used"] < counts["found"]:
            lines.append(f"{in_words(counts, selection.split)}.")
        for file, names in selection.unknown.items():
            verb = "name matches" if len(names) == 1 else "names match"
            lines.append(f"{file}: {len(names):,} {verb} no known scan ({', '.join(names[:3])}).")
        self._console.print(*lines, sep="\n")
        self._bar.update(self._task, total=scenes - done)

    def changed(self, names: Sequence[str]) -> None:
        """Print which scans no longer count as synthetic."""
        listed = ", ".join(names[:3]) + (", …" if len(names) > 3 else "")
        are, their, count = ("is", "its", "it counts") if len(names) == 1 else ("are", "their", "they count")
        self._console.print(
            f"{counted(len(names), 'scan')} {are} marked as synthetic, but {their} files have "
            f"changed since: {count} as ScanNet's ({listed}). `vsidata check` lists the files."
        )

    def scene(self, name: str, seconds: float) -> None:  # noqa: ARG002 - the bar counts
        """Advance the bar by one scene."""
        self._bar.advance(self._task)

    def retried(self, name: str, cause: str) -> None:
        """Print it immediately, so that the user sees early that memory runs out."""
        self._console.print(f"{name}: its worker process {cause}; the scan was tried again.")
