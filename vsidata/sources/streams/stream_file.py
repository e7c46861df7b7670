"""Opens the file of a stream. Readers read only parts of the file, because it may be large."""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from vsidata.errors import ScanError
from vsidata.sources.scan_file import Fault, faults_of, first_time


@contextmanager
def open_stream_file(path: Path, remedy: str) -> Iterator[int]:
    """Open a regular file, and close it after the block.

    A Fault or disk error in the block becomes a ScanError of the file.

    Args:
        path: the file. Symbolic links are followed.
        remedy: what to do if the file is missing or damaged.

    Raises:
        ScanError: the file is missing, not a regular file or not readable, or the block found a fault in it.
    """
    with faults_of(path, remedy):
        try:
            if not stat.S_ISREG(path.stat().st_mode):
                raise Fault("is not a regular file")
            file = os.open(path, os.O_RDONLY)
            try:
                yield file
            finally:
                os.close(file)
        except FileNotFoundError as error:
            raise Fault(f"cannot be read: {error.strerror}", first_time(remedy)) from None
        except PermissionError:
            right = "Make it readable (chmod u+r)."
            raise ScanError(path, "may not be read by this user", right) from None
        except OSError as error:
            raise Fault(f"cannot be read: {error.strerror}") from None
