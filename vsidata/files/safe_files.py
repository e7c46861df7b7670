"""Safe access to files in folders to which other users may have written, such as a build or a run.

This module follows three rules. Nothing is written or removed through a link. Only regular files of a
plausible size are read. Temporary files have private names that cannot be guessed, so they never belong to
another user. The rules apply to the content of a folder when a command starts. They do not protect against a
program that changes the folder at the same time, with the same permissions.
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
"""Largest size of a manifest, an audit or a list, bytes.

A manifest has 45,000 bytes plus about 90 bytes per scan. So this is enough for more than two million scans.
"""

LARGEST_LINES = 4 << 30
"""Largest size of predictions or questions as JSON lines, bytes: four million lines of 1,000 bytes.

They are read into memory.
"""

LARGEST_TABLE = 50 * 10**9
"""Largest size of a shard, bytes.

The largest shards that builds write have the frames of 200 scenes: 3.2 GB with 16 frames of 1 MB each.
"""

_PRIVATE = re.compile(rf".+\.[0-9a-f]{{16}}{re.escape(UNFINISHED)}", re.DOTALL)


def private_name(name: str) -> str:
    """Return a new, unique name for an unfinished file or folder. `is_private_name` recognizes such names."""
    return f"{name}.{secrets.token_hex(8)}{UNFINISHED}"


def is_private_name(name: str, of: str | None = None) -> bool:
    """Return whether a name was made by `private_name`.

    Args:
        name: the name of a file or folder.
        of: the name from which it was made; None for any name.
    """
    if of is not None and name.rsplit(".", 2)[0] != of:
        return False
    return _PRIVATE.fullmatch(name) is not None


def refuse_link(path: Path) -> None:
    """Refuse a symbolic link as an output.

    Raises:
        OptionError: the path is a link.
    """
    if path.is_symlink():
        target = os.readlink(path)  # noqa: PTH115 - a Path would change the text
        fault = f"is a link to {target}, and nothing is written through a link."
        raise OptionError(path, fault, "Remove the link, or pass another folder.")


def refuse_links(folder: Path) -> None:
    """Refuse a folder that is a link, or contains a link at any depth.

    Raises:
        OptionError: there is a link.
    """
    refuse_link(folder)
    for place, folders, files in os.walk(folder):
        for name in (*folders, *files):
            refuse_link(Path(place) / name)


def own_folder(folder: Path) -> Path:
    """Make a folder, or use the existing one. Its parent must exist.

    Raises:
        OptionError: the path is a link.
        OSError: the path is a file, or the folder cannot be made.
    """
    refuse_link(folder)
    folder.mkdir(exist_ok=True)
    return folder


@contextmanager
def open_regular(path: Path, most: int = LARGEST_TEXT) -> Iterator[BufferedReader]:
    """Open a regular file for reading. Links are followed, because the Hub's cache consists of links.

    Raises:
        OSError: the file is missing, may not be read, has more than `most` bytes, or is not a regular file.
            Pipes and devices do not block. The error's `strerror` is the end of a fault "cannot be read: …".
    """
    check_regular(path, most)
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with open(descriptor, "rb") as file:  # noqa: PTH123 - a descriptor
        _check(os.fstat(descriptor), path, most)
        yield file


def read_regular(path: Path, most: int = LARGEST_TEXT) -> bytes:
    """Read a regular file. Raises the errors of `opened`."""
    with open_regular(path, most) as file:
        return file.read(os.fstat(file.fileno()).st_size)  # `read` allocates the size that is requested


def check_regular(path: Path, most: int = LARGEST_TABLE) -> None:
    """Check that a path is a regular file before a library opens it. Raises the errors of `opened`."""
    _check(path.stat(), path, most)


def _check(status: os.stat_result, path: Path, most: int) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise OSError(errno.EINVAL, "it is not a regular file", str(path))
    if status.st_size > most:
        fault = f"it has {status.st_size:,} bytes, too many for such a file"
        raise OSError(errno.EFBIG, fault, str(path))


def append(path: Path) -> BinaryIO:
    """Open a file for appending. It is made if it is missing. It can be read and truncated too.

    Raises:
        OptionError: the path is a link, a file with a second name (a hard link), or not a regular file.
        OSError: the file cannot be written.
    """
    refuse_link(path)
    remedy = "Remove it, or pass another folder."
    flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    if path.exists() and not path.is_file():
        raise OptionError(path, "is not a regular file.", remedy)
    file = open(os.open(path, flags, 0o666), "a+b")  # noqa: PTH123, SIM115 - a descriptor, for the caller
    status = os.fstat(file.fileno())
    if stat.S_ISREG(status.st_mode) and status.st_nlink == 1:
        return file
    file.close()
    raise OptionError(path, "is a hard link to another file, which would change.", remedy)


@contextmanager
def hold_lock(path: Path, busy: VsiError) -> Iterator[None]:
    """Hold a lock on a file. The file is made if it is missing. It is never emptied, and not removed.

    The lock ends with the process, even if it is killed. It works between machines with a shared disk.

    Args:
        path: the file, in an existing folder.
        busy: the error to raise if another process holds the lock.

    Raises:
        OptionError: the path is a link.
        OSError: the file cannot be made.
    """
    from filelock import FileLock, Timeout

    refuse_link(path)
    # Without `fallback_to_soft=False`, a marker file is used on a disk without locks. A killed process would
    # leave it.
    lock = FileLock(path, blocking=False, fallback_to_soft=False)
    try:
        lock.acquire()
    except Timeout:
        raise busy from None
    try:
        yield
    finally:
        lock.release()
