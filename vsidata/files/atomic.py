"""Files that are there whole or not at all, whenever a process is killed or the power fails."""

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
    """A file to write to, under a private name. It gets its own in one step if nothing goes wrong.

    Raises:
        OptionError: a link, or something that is no regular file, has that name.
        OSError: no room, or no permission. What was there before is still there.
    """
    refuse_link(path)
    if path.exists() and not path.is_file():
        raise OptionError(path, "is there already and is not a regular file.", "Name another file.")
    unfinished = path.with_name(private_name(path.name))
    file = unfinished.open("xb")  # which follows no link
    try:
        with file:
            yield file
            file.flush()
            os.fsync(file.fileno())  # else the name may reach the disk before the content does
        unfinished.replace(path)
    except BaseException:
        unfinished.unlink(missing_ok=True)  # on a full disk even a part is room
        raise


def write_whole(path: Path, parts: Iterable[bytes | memoryview]) -> None:
    """Write a file in one step. Raises as `whole_file`."""
    with whole_file(path) as file:
        file.writelines(parts)


def need_new(out: Path) -> None:
    """Refuse a folder to write to that holds something.

    Raises:
        OptionError: it does, or it is a link.
    """
    refuse_link(out)
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise OptionError(out, "is there already.", "Name another folder, or remove it.")


@contextmanager
def whole_folder(out: Path) -> Iterator[Path]:
    """A folder to write to, under a private name. It gets its own if nothing goes wrong, and else is gone.

    Two of them for one name do not meet: the second to end is refused. What killed runs left under private
    names is removed where the disk has locks for folders, which a network disk may lack.

    Args:
        out: the name, of no folder yet or of an empty one.

    Raises:
        OptionError: there is something of that name now.
        VsiError: it cannot be written.
    """
    try:
        place = Path(os.path.abspath(out))  # noqa: PTH100 - `.` and `..` have no name; links stay
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
            raise OptionError(out, "is there already.", "Name another folder, or remove it.") from error
        raise VsiError(
            out,
            f"cannot be written: {error.strerror or error}.",
            "Make room or correct the permissions, then run the same command again.",
        ) from error


def _private_folder(out: Path) -> tuple[Path, int]:
    """A new folder, and an open descriptor of it whose lock says that its maker is alive."""
    while True:
        folder = out.with_name(private_name(out.name))
        folder.mkdir()
        held = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:  # another run took it for litter
            pass
        except OSError:  # a disk without such locks
            return folder, held
        else:
            if folder.exists():
                return folder, held
        os.close(held)


def _remove_litter(out: Path) -> None:
    """Remove the unfinished folders of runs for this name that are dead."""
    for name in os.listdir(out.parent):  # noqa: PTH208 - of as many scans as there are
        if not (name.startswith(f"{out.name}.") and is_private_name(name, of=out.name)):
            continue
        folder = out.with_name(name)
        if not folder.is_symlink() and folder.is_dir():
            with suppress(OSError):
                held = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
                try:
                    fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)  # fails while its maker is alive
                    shutil.rmtree(folder)
                finally:
                    os.close(held)
