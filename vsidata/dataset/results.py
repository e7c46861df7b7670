"""The result of one scene, as a file. A killed build resumes from these files. Shards are made from them.

A file is JSON lines: a head, the scene's row, and a row per question. The last line is the checksum of all
lines before it. A file gets its name only after it was written. The checksum shows whether the file was cut
or changed since.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import orjson

from vsidata.errors import VsiError
from vsidata.files.atomic import write_whole
from vsidata.files.digest import file_digest
from vsidata.files.safe_files import LARGEST_TABLE, open_regular, read_regular

Row = dict[str, Any]


@dataclass(frozen=True)
class Head:
    """Facts about a scene that do not need its questions.

    Attributes:
        dataset: the dataset of the scene; empty if it was skipped.
        stamp: the `stamp` of the scan's files when they were read; empty if it was skipped.
        stream_stamp: the `stamp` of the stream's files; empty if no frames were requested.
        content: the `digest` of the scan's files without the stream; empty if it was skipped.
        inputs: the `digest` of the scan's files and of the parts of the stream that were read; empty if it
            was skipped.
        drops: topic, reason and count of the candidates refused.
        frames: number of frames in the file next to the result; 0 without such a file.
        frames_sha256: checksum of that file; empty without it.
        seen: whether only questions about visible objects were asked.
        failure: `scene_name`, `file`, `fault` and `remedy` of a skipped scene; None if it is used.
        trace: the traceback of an unexpected fault, for the log.
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
    """A skipped scene, in the form of failures.jsonl."""
    return {"scene_name": name, "file": error.file, "fault": error.fault, "remedy": error.remedy}


def in_brief(failure: dict[str, str]) -> str:
    """The file and its fault, as in `scene0004_00.aggregation.json: is missing`."""
    scene, file = failure["scene_name"], Path(failure["file"]).name
    return f"{file if file.startswith(scene) else f'{scene}: {file}'}: {failure['fault']}"


def result_path(folder: Path, name: str) -> Path:
    """The path of a scene's result. A name with slashes stays inside the folder."""
    return folder / f"{quote(name, safe='')}.jsonl"


def write_result(path: Path, head: Head, rows: Iterable[Any] = ()) -> None:
    """Write a result in one step. A reader finds the complete file or no file.

    Args:
        path: the path from `result_path`.
        head: the head of the scene.
        rows: the scene's row, then a row or a `Question` for each question; empty if it was skipped.

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
    """Return whether a result has the bytes that were written. Reads all of them."""
    try:
        content = memoryview(read_regular(path, LARGEST_TABLE))
    except OSError:
        return False
    return bytes(content[-_END:]) == _end(hashlib.sha256(content[:-_END]).hexdigest())


def read_head(path: Path) -> Head | None:
    """The head of a result; None if it does not exist or cannot be read."""
    try:
        with open_regular(path, LARGEST_TABLE) as file:
            return Head(**orjson.loads(file.readline()))
    except (OSError, ValueError, TypeError):
        return None


def read_rows(path: Path) -> tuple[Row, list[Row]]:
    """The scene's row and the rows of its questions, from a complete result."""
    with open_regular(path, LARGEST_TABLE) as file:
        _, *rows, _ = file
    scene, *questions = map(orjson.loads, rows)
    return scene, questions


def stamp(files: Iterable[Path]) -> list[list[str | int]]:
    """Name, size, mtime and ctime of each existing file.

    A stamp is read quickly, and it differs after a scan was repaired. Users can set the time of the content
    (mtime). Only the system sets ctime, but ctime also changes after a copy, `chmod` or a new hard link.
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
    """Return whether two stamps have the same names, sizes and times of content."""
    return [[*file[:3]] for file in before] == [[*file[:3]] for file in now]


def digest(files: Iterable[Path]) -> str:
    """SHA-256 over the names and the content of the files, independent of their folder."""
    total = hashlib.sha256()
    for path in sorted(files):
        total.update(f"{path.name}\n{file_digest(path)}\n".encode())
    return total.hexdigest()
