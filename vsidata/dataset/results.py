"""The result of one scene, as a file: what a killed build goes on from, and what the shards are made of.

JSON lines: a head, then the scene's row, then a row for each question, and at the end the checksum of all
lines before. A file gets its name only after it was written; the checksum shows whether it was cut or changed
since.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

import orjson

from vsidata.errors import VsiError
from vsidata.files.atomic import write_whole
from vsidata.files.safe_files import LARGEST_TABLE, open_regular, read_regular

Row = dict[str, Any]


@dataclass(frozen=True)
class Head:
    """What is known of a scene without reading its questions.

    Attributes:
        dataset: that the scene is of; empty if it was set aside.
        stamp: of the scan's files when they were read, as `stamp` gives it; likewise.
        stream_stamp: of the files of its stream; empty where no frames were asked for.
        content: digest of the scan's files without the stream, as `digest` gives it; empty as `dataset`.
        inputs: the same with what was read of the stream; likewise.
        drops: topic, reason and count of the candidates refused.
        frames: how many frames lie in the file beside the result; 0 where there is no such file.
        frames_sha256: of that file; empty where there is none.
        seen: whether only what these frames show was asked.
        failure: `scene_name`, `file`, `fault` and `remedy` of a scene set aside; None where it is used.
        trace: where in the code an unforeseen fault arose, for the log.
    """

    dataset: str = ""
    stamp: Sequence[Sequence[str | int]] = ()
    stream_stamp: Sequence[Sequence[str | int]] = ()
    content: str = ""
    inputs: str = ""
    drops: Sequence[tuple[str, str, int]] = ()
    frames: int = 0
    frames_sha256: str = ""
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
    write_whole(path, _with_end(orjson.dumps(row, option=option) for row in (head, *rows)))


def _with_end(lines: Iterable[bytes]) -> Iterator[bytes]:
    total = hashlib.sha256()
    for line in lines:
        total.update(line)
        yield line
    yield _end(total.hexdigest())


def _end(sha256: str) -> bytes:
    return orjson.dumps({"sha256": sha256}, option=orjson.OPT_APPEND_NEWLINE)


_END = len(_end(hashlib.sha256().hexdigest()))  # bytes


def is_whole(path: Path) -> bool:
    """Whether a result has the bytes that were written. Reads all of them."""
    try:
        content = memoryview(read_regular(path, LARGEST_TABLE))
    except OSError:
        return False
    return bytes(content[-_END:]) == _end(hashlib.sha256(content[:-_END]).hexdigest())


def read_head(path: Path) -> Head | None:
    """The head of a result; None where there is none, or none that can be read."""
    try:
        with open_regular(path, LARGEST_TABLE) as file:
            return Head(**orjson.loads(file.readline()))
    except (OSError, ValueError, TypeError):
        return None


def read_rows(path: Path) -> tuple[Row, list[Row]]:
    """The scene's row and the rows of its questions, of a result that is whole."""
    with open_regular(path, LARGEST_TABLE) as file:
        _, *rows, _ = file
    scene, *questions = map(orjson.loads, rows)
    return scene, questions


def stamp(files: Iterable[Path]) -> list[list[str | int]]:
    """Name, size, mtime and ctime of each file that is there.

    Cheap, and different once a scan was repaired. Anybody can set the time of the content (mtime). The system
    keeps the other (ctime), and sets it anew after a copy, `chmod` or a new hard link too.
    """
    found: list[list[str | int]] = []
    for path in sorted(files):
        try:
            status = path.stat()
        except OSError:
            continue
        found.append([path.name, status.st_size, status.st_mtime_ns, status.st_ctime_ns])
    return found


def differ_in_ctime_alone(before: Sequence[Sequence[str | int]], now: Sequence[Sequence[str | int]]) -> bool:
    """Whether two stamps tell of files with the same names, sizes and times of content."""
    return [[*file[:3]] for file in before] == [[*file[:3]] for file in now]


def digest(files: Iterable[Path]) -> str:
    """SHA-256 over the names and the content of the files, the same wherever they lie."""
    total = hashlib.sha256()
    for path in sorted(files):
        status = path.stat()
        content = _file_digest(path, status.st_size, status.st_mtime_ns, status.st_ctime_ns)
        total.update(f"{path.name}\n{content}\n".encode())
    return total.hexdigest()


@lru_cache(maxsize=16)  # a file that many scenes share is read once
def _file_digest(path: Path, *_: int) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
