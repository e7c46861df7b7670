"""A build, read scene by scene: its row, its questions, its frames. Memory holds one scene."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from vsidata.dataset import schema
from vsidata.dataset.manifest import AGAIN
from vsidata.dataset.results import Row
from vsidata.dataset.shard_rows import shard_rows
from vsidata.errors import VsiError

_BATCHES = {"qa": 1_000, "scenes": 50, "frames": 1}
_SCHEMAS = {"qa": schema.QA, "scenes": schema.SCENES, "frames": schema.FRAMES}


@dataclass(frozen=True)
class SceneRecord:
    """All that a build has of one scene.

    Attributes:
        split: of its questions.
        scene: row of `schema.SCENES`.
        questions: rows of `schema.QA`, in the build's order.
        frames: row of `schema.FRAMES`; None where it has no frames, or they were not published.
    """

    split: str
    scene: Row
    questions: list[Row]
    frames: Row | None


def scenes(build: Path, manifest: Mapping[str, Any]) -> Iterator[SceneRecord]:
    """Every scene of a build, split by split in the order of their names.

    Args:
        build: its folder.
        manifest: of the build; it lists the shards.

    Raises:
        VsiError: a shard is missing or damaged, or speaks of a scene that the others do not have.
    """
    for split in sorted(manifest["scenes"]):
        questions, frames = (_ByScene(build, _shards(manifest, table, split)) for table in ("qa", "frames"))
        for scene in _rows(build, _shards(manifest, "scenes", split)):
            name = scene["scene_name"]
            shown = frames.take(name)
            yield SceneRecord(split, scene, questions.take(name), shown[0] if shown else None)
        questions.check_empty()
        frames.check_empty()


class _ByScene:
    """Rows of a table, scene after scene; they stand in the order in which the scenes are taken."""

    def __init__(self, build: Path, paths: list[str]) -> None:
        self._where = build / (paths[0] if paths else "")
        self._groups = groupby(_rows(build, paths), key=lambda row: str(row["scene_name"]))
        self._next = self._advance()

    def take(self, name: str) -> list[Row]:
        """The rows of a scene, if its turn is now; else none."""
        if self._next is None or self._next[0] != name:
            return []
        rows = self._next[1]
        self._next = self._advance()
        return rows

    def check_empty(self) -> None:
        """That every row was taken."""
        if self._next is not None:
            fault = (
                f"has rows of the scene {self._next[0]!r}, which is missing or in another place in `scenes`"
            )
            raise VsiError(self._where, fault, AGAIN)

    def _advance(self) -> tuple[str, list[Row]] | None:
        return next(((name, list(rows)) for name, rows in self._groups), None)


def _shards(manifest: Mapping[str, Any], table: str, split: str) -> list[str]:
    return sorted(path for path in manifest["files"] if path.startswith(f"{table}/{split}-"))


def _rows(build: Path, paths: list[str]) -> Iterator[Row]:
    for path in paths:
        table = path.partition("/")[0]
        yield from shard_rows(build / path, schema=_SCHEMAS[table], batch=_BATCHES[table])
