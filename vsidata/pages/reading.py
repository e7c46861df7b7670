"""Read a build scene by scene: the row, the questions and the frames of each scene.

Only one scene is in memory at a time.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from vsidata.dataset.build import Build
from vsidata.dataset.manifest import AGAIN
from vsidata.dataset.results import Row
from vsidata.errors import BuildError

_BATCHES = {"qa": 1_000, "scenes": 50, "frames": 1}


@dataclass(frozen=True)
class SceneRecord:
    """The rows of one scene in a build.

    Attributes:
        split: the split of its questions.
        scene: its row of `schema.SCENES`.
        questions: rows of `schema.QA`, in the order of the build.
        frames: its row of `schema.FRAMES`; None if the scene has no frames, or if they were not published.
    """

    split: str
    scene: Row
    questions: list[Row]
    frames: Row | None


def scenes(build: Build) -> Iterator[SceneRecord]:
    """Every scene of a build, split by split, sorted by name.

    Raises:
        BuildError: a shard is missing or damaged, or has rows of a scene that is not in the table of scenes.
    """
    for split in sorted(build.splits):
        questions, frames = _ByScene(build, "qa", split), _ByScene(build, "frames", split)
        for scene in build.rows("scenes", split, batch=_BATCHES["scenes"]):
            name = scene["scene_name"]
            shown = frames.take(name)
            yield SceneRecord(split, scene, questions.take(name), shown[0] if shown else None)
        questions.check_empty()
        frames.check_empty()


class _ByScene:
    """The rows of a table, grouped by scene. Take the scenes in the order of the table."""

    def __init__(self, build: Build, table: str, split: str) -> None:
        self._where = next(iter(build.shards(table, split)), build.folder)
        rows = build.rows(table, split, batch=_BATCHES[table])
        self._groups = groupby(rows, key=lambda row: str(row["scene_name"]))
        self._next = self._advance()

    def take(self, name: str) -> list[Row]:
        """The rows of a scene if it is the next one; otherwise an empty list."""
        if self._next is None or self._next[0] != name:
            return []
        rows = self._next[1]
        self._next = self._advance()
        return rows

    def check_empty(self) -> None:
        """Check that every row was taken."""
        if self._next is not None:
            fault = (
                f"has rows of the scene {self._next[0]!r}. "
                "The table `scenes` lacks this scene or has it in another position."
            )
            raise BuildError(self._where, fault, AGAIN)

    def _advance(self) -> tuple[str, list[Row]] | None:
        return next(((name, list(rows)) for name, rows in self._groups), None)
