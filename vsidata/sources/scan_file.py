"""Reads one file of a scan. Every fault of the file becomes an error with the file and the remedy."""

import codecs
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson

from vsidata.errors import ScanError

# The largest file read here, a mesh, has 5 to 50 MB. A larger file cannot be what its name states. It is
# refused before memory is allocated for it.
_LARGEST_FILE = 1 << 30


# Largest accepted size, in bytes, of a small text file such as a matrix or a list of properties.
LARGEST_TEXT = 1 << 20

# An upper estimate of the memory of parsed JSON: these characters are counted in the file, and each count is
# multiplied by this number of bytes. There is one comma per item of a list, one `[` per list, one `{` per
# mapping and its first key, one colon per key, and two quotation marks per string. Measured with orjson on
# CPython, and rounded up.
_PARSED = {b",": 56, b"[": 96, b"{": 240, b":": 64, b'"': 16}
_MOST_PARSED = 150_000_000
_MOST_PARSED_PER_BYTE = 6


class Fault(ValueError):  # noqa: N818 - not yet the error that a caller sees
    """A fault in a file's content, raised by code that does not have the file's name.

    Attributes:
        remedy: what to do; None if the remedy for a damaged file is right.
    """

    def __init__(self, fault: str, remedy: str | None = None) -> None:
        super().__init__(fault)
        self.remedy = remedy


def first_time(remedy: str) -> str:
    """Return the remedy for a file that may never have existed: `Download it again` becomes `Download it`."""
    return remedy.replace(" again", "", 1)


@contextmanager
def faults_of(file: Path | str, remedy: str, part: str | None = None) -> Iterator[None]:
    """Turn a Fault into the ScanError of a file.

    Args:
        file: the file that is read, or a scene's name.
        remedy: what to do if the file is damaged.
        part: the part of the file, if it contains several scenes.
    """
    try:
        yield
    except Fault as fault:
        raise ScanError(file, f"{part}: {fault}" if part else str(fault), fault.remedy or remedy) from None


def refuse_broken_link(folder: Path) -> None:
    """Refuse a folder that is a broken link or a link to itself, since it must not count as missing.

    Raises:
        ScanError: the folder is such a link.
    """
    if not folder.is_symlink():
        return
    try:
        folder.stat()
    except PermissionError:
        return  # the fault is reported when its files are read
    except OSError as error:
        fault = f"is a link to {folder.readlink()}, which cannot be followed: {error.strerror}"
        remedy = "Correct the link, mount the disk that it points to, or remove it."
        raise ScanError(folder, fault, remedy) from None


def read_scan_file(path: Path, remedy: str, most: int = _LARGEST_FILE) -> bytes:
    """Read a regular file that is neither empty nor too large. Symbolic links are followed.

    Args:
        path: the file.
        remedy: what to do if the file is missing or damaged.
        most: the largest accepted size, bytes.

    Raises:
        ScanError: the file is missing, empty, too large, not a regular file or not readable, or it changes
            while it is read.
    """
    with faults_of(path, remedy):
        try:
            status = path.stat()
            if not stat.S_ISREG(status.st_mode):
                raise Fault("is not a regular file")
            if status.st_size == 0:
                raise Fault("is empty")
            if status.st_size > most:
                raise Fault(f"has {status.st_size:,} bytes, too many for such a file")
            with path.open("rb") as file:
                # Read at most one byte more than stated, because another program may be appending.
                data = file.read(status.st_size + 1)
            if len(data) != status.st_size:
                raise Fault(f"changes while it is read: it had {status.st_size:,} bytes before")
            return data
        except FileNotFoundError:
            raise Fault("is missing", first_time(remedy)) from None
        except PermissionError:
            right = "Make it readable (chmod u+r)."
            raise ScanError(path, "may not be read by this user", right) from None
        except OSError as error:
            raise Fault(f"cannot be read: {error.strerror}") from None


def read_scan_text(path: Path, remedy: str) -> str:
    """Read a small text file in UTF-8, without the byte order mark that some editors write.

    Raises:
        ScanError: as for `read_scan_file`, or the file is not UTF-8.
    """
    data = read_scan_file(path, remedy, LARGEST_TEXT)
    with faults_of(path, remedy):
        try:
            return data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise Fault(f"is not text: byte {error.start:,} is not UTF-8") from None


def read_scan_json(path: Path, remedy: str) -> dict[str, Any]:
    """Read a file that contains one JSON object.

    Raises:
        ScanError: as for `read_scan_file`, or the file is not JSON, or contains another JSON value.
    """
    data = read_scan_file(path, remedy)
    with faults_of(path, remedy):
        return parse_json_object(data)


def parse_json_object(data: bytes) -> dict[str, Any]:
    """Parse a JSON object. A byte order mark before it is ignored.

    Raises:
        Fault: the text is not a JSON object, or parsing it would need far too much memory.
    """
    data = data.removeprefix(codecs.BOM_UTF8)
    parsed = sum(data.count(character) * size for character, size in _PARSED.items())
    if parsed > _MOST_PARSED + _MOST_PARSED_PER_BYTE * len(data):
        fault = f"its {len(data):,} bytes have so many small items that parsing would need {parsed:,} bytes"
        raise Fault(fault)
    try:
        content = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise Fault(f"is not JSON: {error.msg} at byte {error.pos:,} of {len(data):,}") from None
    if not isinstance(content, dict):
        raise Fault(f"contains {json_type(content)}, not an object")
    return content


def json_type(value: object) -> str:
    """Return the type of a parsed JSON value, in JSON's terms."""
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
