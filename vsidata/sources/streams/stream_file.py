"""Opening the one large file of a stream, of which only parts are read."""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from vsidata.errors import ScanError
from vsidata.sources.scan_file import Fault, faults_of, first_time


@contextmanager
def opened(path: Path, remedy: str) -> Iterator[int]:
    """A descriptor of a regular file; a Fault or a failing disk within the block is the file's ScanError.

    Args:
        path: the file. Symbolic links are followed.
        remedy: what to do where it is missing or damaged.

    Raises:
        ScanError: it is missing, not a regular file, may not be read, or is at fault within the block.
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
            right = "Give yourself the right to read it (chmod u+r)."
            raise ScanError(path, "may not be read by this user", right) from None
        except OSError as error:
            raise Fault(f"cannot be read: {error.strerror}") from None
