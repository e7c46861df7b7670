"""The definition of a framework's format."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from vsidata.dataset.results import Row

Media = Literal["mp4", "frames"]
Video = str | list[str]
"""A video file, or the files of its frames in order; relative to the exported folder."""


def _nothing(_: Sequence[str]) -> Mapping[str, Any]:
    return {}


@dataclass(frozen=True)
class ExportFormat:
    """A framework's format.

    Attributes:
        media: the supported forms of a video, the usual one first.
        lines: whether a split is JSON lines (`train.jsonl`), or one JSON list (`train.json`).
        record: makes an object of the format from a question's row, its video, and its number in the split.
            The row has the reasoning before the answer as `trace`, if it is requested.
        use: the instruction for using the folder `{out}`, in one line.
        traces: whether its records have replies, which can contain reasoning.
        beside: makes further files from the names of the splits. It returns the JSON of each file by name.
    """

    media: tuple[Media, ...]
    lines: bool
    record: Callable[[Row, Video, int], Row]
    use: str
    traces: bool = True
    beside: Callable[[Sequence[str]], Mapping[str, Any]] = _nothing

    @property
    def suffix(self) -> str:
        """The suffix of a split's file."""
        return ".jsonl" if self.lines else ".json"
