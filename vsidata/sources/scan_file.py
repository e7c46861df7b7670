"""Reading one file of a scan: whatever is wrong with it becomes an error that names it and the remedy."""

import codecs
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson

from vsidata.errors import ScanError

# The largest file read here, a mesh, takes 5 to 50 MB. A file beyond this is not what its name says, and is
# refused before memory is taken for it.
_LARGEST_FILE = 1 << 30


# What is written without a line break and by nobody but a machine, such as a matrix or a list of properties.
LARGEST_TEXT = 1 << 20

# Bytes that a character of JSON can stand for once it is parsed: an item of a list, a list, a mapping and its
# first key, a further key, half a string. Measured with orjson on CPython, and rounded up.
_PARSED = {b",": 56, b"[": 96, b"{": 240, b":": 64, b'"': 16}
_MOST_PARSED = 150_000_000
_MOST_PARSED_PER_BYTE = 6


class Fault(ValueError):  # noqa: N818 - not yet the error that a caller sees
    """What is wrong with a file's content, found by code that need not know which file that is.

    Attributes:
        remedy: what to do about it, where that is something else than for any damage to the file.
    """

    def __init__(self, fault: str, remedy: str | None = None) -> None:
        super().__init__(fault)
        self.remedy = remedy


def first_time(remedy: str) -> str:
    """A remedy where there may never have been a file: `Download it again` becomes `Download it`."""
    return remedy.replace(" again", "", 1)


@contextmanager
def faults_of(file: Path | str, remedy: str, part: str | None = None) -> Iterator[None]:
    """Turn a Fault into the ScanError of a file.

    Args:
        file: the file whose content is looked at, or a scene's name.
        remedy: what to do where it is damaged.
        part: the part of the file, where it holds several scenes.
    """
    try:
        yield
    except Fault as fault:
        raise ScanError(file, f"{part}: {fault}" if part else str(fault), fault.remedy or remedy) from None


def refuse_broken_link(folder: Path) -> None:
    """Refuse a folder that is a link to nowhere or to itself: it must not pass for a folder that is absent.

    Raises:
        ScanError: it is such a link.
    """
    if not folder.is_symlink():
        return
    try:
        folder.stat()
    except PermissionError:
        return  # what reads its files says so
    except OSError as error:
        fault = f"is a link to {folder.readlink()}, which cannot be followed: {error.strerror}"
        remedy = "Correct the link, mount the disk that it points to, or remove it."
        raise ScanError(folder, fault, remedy) from None


def read_scan_file(path: Path, remedy: str, most: int = _LARGEST_FILE) -> bytes:
    """The content of a regular file that is neither empty nor absurdly large. Symbolic links are followed.

    Args:
        path: the file.
        remedy: what to do where it is missing or damaged.
        most: bytes; more is absurd.

    Raises:
        ScanError: it is missing, empty, too large, not a regular file, may not be read, or changes meanwhile.
    """
    with faults_of(path, remedy):
        try:
            status = path.stat()
            if not stat.S_ISREG(status.st_mode):
                raise Fault("is not a regular file")
            if status.st_size == 0:
                raise Fault("is empty")
            if status.st_size > most:
                raise Fault(f"holds {status.st_size:,} bytes, more than any such file has")
            with path.open("rb") as file:
                data = file.read(status.st_size + 1)  # not to its end, which somebody may be moving
            if len(data) != status.st_size:
                raise Fault(f"changes while it is read: it had {status.st_size:,} bytes a moment ago")
            return data
        except FileNotFoundError:
            raise Fault("is missing", first_time(remedy)) from None
        except PermissionError:
            right = "Give yourself the right to read it (chmod u+r)."
            raise ScanError(path, "may not be read by this user", right) from None
        except OSError as error:
            raise Fault(f"cannot be read: {error.strerror}") from None


def read_scan_text(path: Path, remedy: str) -> str:
    """The content of a small text file in UTF-8, without the byte order mark that some editors put first.

    Raises:
        ScanError: as `read_scan_file`, or it is not UTF-8.
    """
    data = read_scan_file(path, remedy, LARGEST_TEXT)
    with faults_of(path, remedy):
        try:
            return data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise Fault(f"is not text: byte {error.start:,} is not UTF-8") from None


def read_scan_json(path: Path, remedy: str) -> dict[str, Any]:
    """A file that holds one JSON object.

    Raises:
        ScanError: as `read_scan_file`, or it is not JSON, or not an object.
    """
    data = read_scan_file(path, remedy)
    with faults_of(path, remedy):
        return parse_json_object(data)


def parse_json_object(data: bytes) -> dict[str, Any]:
    """Parse a JSON object, which a byte order mark may precede.

    Raises:
        Fault: it is no JSON object, or would take memory beyond all proportion.
    """
    data = data.removeprefix(codecs.BOM_UTF8)
    parsed = sum(data.count(character) * size for character, size in _PARSED.items())
    if parsed > _MOST_PARSED + _MOST_PARSED_PER_BYTE * len(data):
        fault = (
            f"its {len(data):,} bytes hold so many small things that they would take {parsed:,} once parsed"
        )
        raise Fault(fault)
    try:
        content = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise Fault(f"is not JSON: {error.msg} at byte {error.pos:,} of {len(data):,}") from None
    if not isinstance(content, dict):
        raise Fault(f"holds {json_type(content)}, not an object")
    return content


def json_type(value: object) -> str:
    """What a parsed JSON value is, in JSON's own words."""
    match value:
        case None:
            return "null"
        case bool():
            return "a boolean"
        case int() | float():
            return "a number"
        case str():
            return "a string"
        case list():
            return "a list"
        case _:
            return "an object"
