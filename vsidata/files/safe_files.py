"""Files and folders in places that a stranger may have filled: a build, a run, the folder beside an output.

Three rules hold for whoever uses this module. Nothing is written or removed through a link. Nothing is read
but regular files of a size that such a file can have. What is temporary has a name of its own that nobody can
guess, so it is never somebody else's. The rules are about what lies in a folder when a command starts; they
do not stop a program that changes the folder at the same moment with the same rights.
"""

import errno
import os
import re
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path
from typing import BinaryIO

from vsidata.errors import OptionError, VsiError

UNFINISHED = ".unfinished"

LARGEST_TEXT = 256 << 20
"""Bytes of a manifest, an audit or a list that are read. A manifest has about 90 bytes for each scan and
45,000 for the rest, so this is a build of more than two million scans."""

LARGEST_LINES = 4 << 30
"""Bytes of predictions or questions as JSON lines, which are held whole: four million of 1,000 bytes."""

LARGEST_TABLE = 50 * 10**9
"""Bytes of a shard. The largest of ours hold the frames of 200 scenes: 3.2 GB with 16 frames of 1 MB each."""

_PRIVATE = re.compile(rf".+\.[0-9a-f]{{16}}{re.escape(UNFINISHED)}", re.DOTALL)


def private_name(name: str) -> str:
    """A name for what is not finished: nobody has it yet, and `is_private_name` recognizes it."""
    return f"{name}.{secrets.token_hex(8)}{UNFINISHED}"


def is_private_name(name: str, of: str | None = None) -> bool:
    """Whether a name is one of `private_name`.

    Args:
        name: of a file or folder.
        of: what it was made from; None for anything.
    """
    if of is not None and name.rsplit(".", 2)[0] != of:
        return False
    return _PRIVATE.fullmatch(name) is not None


def refuse_link(path: Path) -> None:
    """Refuse a symbolic link where something is to be written.

    Raises:
        OptionError: there is a link.
    """
    if path.is_symlink():
        fault = f"is a link to {os.readlink(path)}, and nothing is written through a link."  # noqa: PTH115 - a Path would change it
        raise OptionError(path, fault, "Remove the link, or name another folder.")


def refuse_links(folder: Path) -> None:
    """Refuse a folder that is a link or holds one, at any depth.

    Raises:
        OptionError: there is a link.
    """
    refuse_link(folder)
    for place, folders, files in os.walk(folder):
        for name in (*folders, *files):
            refuse_link(Path(place) / name)


def own_folder(folder: Path) -> Path:
    """Make a folder, or take one that is there. Its parent must be there.

    Raises:
        OptionError: a link is there.
        OSError: a file is there, or the folder cannot be made.
    """
    refuse_link(folder)
    folder.mkdir(exist_ok=True)
    return folder


@contextmanager
def opened(path: Path, most: int = LARGEST_TEXT) -> Iterator[BufferedReader]:
    """Open a regular file to read. Links are followed: the Hub's cache consists of them.

    Raises:
        OSError: it is no regular file (a pipe or a device is not waited for), has more than `most` bytes, is
            missing, or may not be read. Its `strerror` continues "cannot be read: ".
    """
    check_regular(path, most)
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with open(descriptor, "rb") as file:  # noqa: PTH123 - a descriptor
        _check(os.fstat(descriptor), path, most)
        yield file


def read_regular(path: Path, most: int = LARGEST_TEXT) -> bytes:
    """The content of a regular file. Raises as `opened`."""
    with opened(path, most) as file:
        return file.read(os.fstat(file.fileno()).st_size)  # `read` takes memory for all that it is asked for


def check_regular(path: Path, most: int = LARGEST_TABLE) -> None:
    """See that a path leads to a regular file before a library opens it. Raises as `opened`."""
    _check(path.stat(), path, most)


def _check(status: os.stat_result, path: Path, most: int) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise OSError(errno.EINVAL, "it is not a regular file", str(path))
    if status.st_size > most:
        fault = f"it holds {status.st_size:,} bytes, more than any such file has"
        raise OSError(errno.EFBIG, fault, str(path))


def append(path: Path) -> BinaryIO:
    """Open a file to add to its end, and make it where it is missing. It can be read and truncated too.

    Raises:
        OptionError: there is a link, a file with a second name (a hard link), or no regular file.
        OSError: it cannot be written.
    """
    refuse_link(path)
    remedy = "Remove it, or name another folder."
    flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    if path.exists() and not path.is_file():
        raise OptionError(path, "is not a regular file.", remedy)
    file = open(os.open(path, flags, 0o666), "a+b")  # noqa: PTH123, SIM115 - a descriptor, for the caller
    status = os.fstat(file.fileno())
    if stat.S_ISREG(status.st_mode) and status.st_nlink == 1:
        return file
    file.close()
    raise OptionError(path, "is the same file as one elsewhere (a hard link), which would change.", remedy)


@contextmanager
def alone(path: Path, busy: VsiError) -> Iterator[None]:
    """Hold a lock file. It is made where it is missing, never emptied, and stays.

    The lock ends with the process, however that ends. It works between machines that share a disk.

    Args:
        path: of the file, in a folder that is there.
        busy: raised where another process holds it.

    Raises:
        OptionError: a link is there.
        OSError: the file cannot be made.
    """
    from filelock import FileLock, Timeout

    refuse_link(path)
    # Without `fallback_to_soft=False` a disk without locks gets a marker that a killed process leaves behind.
    lock = FileLock(path, blocking=False, fallback_to_soft=False)
    try:
        lock.acquire()
    except Timeout:
        raise busy from None
    try:
        yield
    finally:
        lock.release()
