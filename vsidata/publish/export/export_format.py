"""What a framework's format is."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from vsidata.dataset.results import Row

Media = Literal["mp4", "frames"]
Video = str | list[str]
"""A video file, or the files of its frames in their order; relative to the exported folder."""


def _nothing(_: Sequence[str]) -> Mapping[str, Any]:
    return {}


@dataclass(frozen=True)
class ExportFormat:
    """A framework's format.

    Attributes:
        media: how it takes a video; the first is the usual way.
        lines: whether a split is JSON lines (`train.jsonl`), or one JSON list (`train.json`).
        record: a question as an object of the format: from its row, its video, and its number in the split.
        use: what to do with the folder `{out}`, in one line.
        beside: further files from the names of the splits: file name → its JSON.
    """

    media: tuple[Media, ...]
    lines: bool
    record: Callable[[Row, Video, int], Row]
    use: str
    beside: Callable[[Sequence[str]], Mapping[str, Any]] = _nothing

    @property
    def suffix(self) -> str:
        """Of a split's file."""
        return ".jsonl" if self.lines else ".json"
