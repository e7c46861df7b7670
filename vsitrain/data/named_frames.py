"""The frames that a question names: its clip consists of exactly these."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import repeat
from typing import Any, NamedTuple

Row = Mapping[str, Any]
Places = tuple[int, ...]


class AskedClip(NamedTuple):
    """The clip that a question is asked about.

    Attributes:
        scene_name, dataset: the scene.
        frames: the frames that the question names, as positions from 0 among the stored frames of the scene,
            in the order in which they are shown; None for any frames.
    """

    scene_name: str
    dataset: str
    frames: Places | None


def clip_of(row: Row) -> AskedClip:
    """The clip of a row of the `qa` table. Builds without named frames lack the column `frames`."""
    named = row.get("frames")
    # In a file of predictions, `frames` is a number: the length of the clip that was shown.
    return AskedClip(row["scene_name"], row["dataset"], tuple(named) if isinstance(named, list) else None)


def clips_of(questions: Any) -> list[AskedClip]:
    """The clip of every question, with repetitions.

    Args:
        questions: the columns `scene_name`, `dataset` and, if known, `frames`: a `datasets.Dataset` or a
            mapping.
    """
    known: Sequence[str] = getattr(questions, "column_names", questions)
    named: Iterable[Any] = questions["frames"] if "frames" in known else repeat(None)
    return [
        AskedClip(scene, dataset, None if frames is None else tuple(frames))
        for scene, dataset, frames in zip(
            questions["scene_name"], questions["dataset"], named, strict="frames" in known
        )
    ]


def most_frames(clips: Iterable[AskedClip], requested: int) -> int:
    """The largest number of frames of a clip. A question without named frames has `requested`."""
    return max((requested if clip.frames is None else len(clip.frames) for clip in clips), default=requested)
