"""Checksum of a file's content. A file that is needed several times is read once."""

import hashlib
from functools import lru_cache
from pathlib import Path


def file_digest(path: Path) -> str:
    """SHA-256 of the content in hexadecimal. It is computed again if the file's size or times changed.

    Raises:
        OSError: the file cannot be read.
    """
    status = path.stat()
    return _file_digest(path, status.st_size, status.st_mtime_ns, status.st_ctime_ns)


@lru_cache(maxsize=16)  # enough for the files of one scan
def _file_digest(path: Path, *_: int) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
