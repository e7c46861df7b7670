"""Writes files that exist completely or not at all, even if the process is killed or the power fails."""

import errno
import fcntl
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from vsidata.errors import OptionError, VsiError
from vsidata.files.safe_files import is_private_name, private_name, refuse_link


@contextmanager
def whole_file(path: Path) -> Iterator[BinaryIO]:
    """A file to write to, under a private name. It is renamed to its own name in one step if no error occurs.

    Raises:
        OptionError: the path is a link, or exists and is not a regular file.
        OSError: there is no space or no permission. An earlier file of this name is unchanged.
    """
    refuse_link(path)
    if path.exists() and not path.is_file():
        raise OptionError(path, "already exists and is not a regular file.", "Pass another file.")
    unfinished = path.with_name(private_name(path.name))
    file = unfinished.open("xb")  # follows no link
    try:
        with file:
            yield file
            file.flush()
            os.fsync(file.fileno())  # otherwise the disk may have the name before the content
        unfinished.replace(path)
    except BaseException:
        unfinished.unlink(missing_ok=True)  # also on a full disk, where even a part of the file takes space
        raise


def write_whole(path: Path, parts: Iterable[bytes | memoryview]) -> None:
    """Write a file completely or not at all. Raises the errors of `whole_file`."""
    with whole_file(path) as file:
        file.writelines(parts)


def need_new(out: Path) -> None:
    """Check that an output folder does not exist or is empty.

    Raises:
        OptionError: the folder is not empty, or the path is a link.
    """
    refuse_link(out)
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise OptionError(out, "already exists.", "Pass another folder, or remove it.")


@contextmanager
def whole_folder(out: Path) -> Iterator[Path]:
    """A folder to write to, under a private name. It is renamed to `out` if no error occurs, else removed.

    Two processes can write folders for the same name without conflict. The process that finishes second gets
    an error. Runs that were killed may have left folders under private names. They are removed if the disk
    supports locks on folders. A network disk may not support them.

    Args:
        out: the name of the folder. It does not exist or is an empty folder.

    Raises:
        OptionError: the name exists now.
        VsiError: the folder cannot be written.
    """
    try:
        place = Path(os.path.abspath(out))  # noqa: PTH100 - `.` has no name; resolve() would follow links
        place.parent.mkdir(parents=True, exist_ok=True)
        _remove_litter(place)
        unfinished, held = _private_folder(place)
        try:
            yield unfinished
            unfinished.replace(place)
        except BaseException:
            shutil.rmtree(unfinished, ignore_errors=True)
            raise
        finally:
            os.close(held)
    except OSError as error:
        if error.errno in (errno.ENOTEMPTY, errno.EEXIST) and out.exists():
            raise OptionError(out, "already exists.", "Pass another folder, or remove it.") from error
        raise VsiError(
            out,
            f"cannot be written: {error.strerror or error}.",
            "Free space or fix the permissions, then run the same command again.",
        ) from error


def _private_folder(out: Path) -> tuple[Path, int]:
    """Make a folder. Also return an open descriptor with a lock, which shows that its process is alive."""
    while True:
        folder = out.with_name(private_name(out.name))
        folder.mkdir()
        held = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:  # another run is about to remove the folder as unfinished
            pass
        except OSError:  # the disk does not support such locks
            return folder, held
        else:
            if folder.exists():
                return folder, held
        os.close(held)


def _remove_litter(out: Path) -> None:
    """Remove the unfinished folders of this name that killed runs have left."""
    for name in os.listdir(out.parent):  # noqa: PTH208 - faster for many scans
        if not (name.startswith(f"{out.name}.") and is_private_name(name, of=out.name)):
            continue
        folder = out.with_name(name)
        if not folder.is_symlink() and folder.is_dir():
            with suppress(OSError):
                held = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
                try:
                    # fails while the folder's process is alive
                    fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    shutil.rmtree(folder)
                finally:
                    os.close(held)
