"""The result of one scene, as a file: what a killed build goes on from, and what the shards are made of.

JSON lines: a head, then the scene's row, then a row a question. A file that is there is whole, because it got
its name only after it was written.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

import orjson

from vsidata.dataset.atomic import write_whole
from vsidata.errors import VsiError

Row = dict[str, Any]


@dataclass(frozen=True)
class Head:
    """What is known of a scene without reading its questions.

    Attributes:
        dataset: that the scene is of; empty if it was set aside.
        stamp: name, size and time of change of each input file when it was read; likewise.
        inputs: digest of the input files' names and content; likewise.
        drops: topic, reason and count of the candidates refused.
        frames: how many frames lie in the file beside the result; 0 where there is no such file.
        seen: whether only what these frames show was asked.
        failure: `scene_name`, `file`, `fault` and `remedy` of a scene set aside; None where it is used.
        trace: where in the code an unforeseen fault arose, for the log.
    """

    dataset: str = ""
    stamp: Sequence[Sequence[str | int]] = ()
    inputs: str = ""
    drops: Sequence[tuple[str, str, int]] = ()
    frames: int = 0
    seen: bool = False
    failure: dict[str, str] | None = None
    trace: str = ""


def failure_of(name: str, error: VsiError) -> dict[str, str]:
    """A scene set aside, as failures.jsonl has it."""
    return {"scene_name": name, "file": error.file, "fault": error.fault, "remedy": error.remedy}


def in_brief(failure: dict[str, str]) -> str:
    """Which file and what is wrong with it, as in `scene0004_00.aggregation.json: is missing`."""
    scene, file = failure["scene_name"], Path(failure["file"]).name
    return f"{file if file.startswith(scene) else f'{scene}: {file}'}: {failure['fault']}"


def result_path(folder: Path, name: str) -> Path:
    """Where a scene's result lies. A name with slashes stays inside the folder."""
    return folder / f"{quote(name, safe='')}.jsonl"


def write_result(path: Path, head: Head, rows: Iterable[Any] = ()) -> None:
    """Write a result in one step: a reader finds the whole file or none.

    Args:
        path: from `result_path`.
        head: of the scene.
        rows: the scene's row, then a row or a `Question` for each question; none where it was set aside.

    Raises:
        OSError: it cannot be written.
    """
    option = orjson.OPT_APPEND_NEWLINE | orjson.OPT_SERIALIZE_NUMPY
    write_whole(path, (orjson.dumps(row, option=option) for row in (head, *rows)))


def read_head(path: Path) -> Head | None:
    """The head of a result; None where there is none, or none that can be read."""
    try:
        with path.open("rb") as file:
            return Head(**orjson.loads(file.readline()))
    except (OSError, ValueError, TypeError):
        return None


def read_rows(path: Path) -> tuple[Row, list[Row]]:
    """The scene's row and the rows of its questions."""
    with path.open("rb") as file:
        file.readline()
        scene, *questions = [orjson.loads(line) for line in file]
    return scene, questions


def stamp(files: Iterable[Path]) -> list[list[str | int]]:
    """Name, size and time of change of each file that is there: cheap, and changes when a scan is mended."""
    found: list[list[str | int]] = []
    for path in sorted(files):
        try:
            status = path.stat()
        except OSError:
            continue
        found.append([path.name, status.st_size, status.st_mtime_ns])
    return found


def digest(files: Iterable[Path]) -> str:
    """SHA-256 over the names and the content of the files, the same wherever they lie."""
    total = hashlib.sha256()
    for path in sorted(files):
        status = path.stat()
        total.update(f"{path.name}\n{_file_digest(path, status.st_size, status.st_mtime_ns)}\n".encode())
    return total.hexdigest()


@lru_cache(maxsize=16)  # a file that many scenes share is read once
def _file_digest(path: Path, _size: int, _changed: int) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
