"""Files that are there whole or not at all, whenever a process is killed or the power fails."""

import os
import platform
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from vsidata.errors import OptionError

UNFINISHED = ".unfinished"


def write_whole(path: Path, parts: Iterable[bytes | memoryview]) -> None:
    """Write a file under another name and give it its own in one step.

    Raises:
        OSError: no room, or no permission. What was there before is still there.
    """
    # Of this process alone: a worker that outlives its build by a moment writes to no other's file, nor does
    # one on another machine that shares the disk.
    unfinished = path.with_name(f"{path.name}.{platform.node()}-{os.getpid()}{UNFINISHED}")
    try:
        with unfinished.open("wb") as file:
            file.writelines(parts)
            file.flush()
            os.fsync(file.fileno())  # else the name may reach the disk before the content does
        unfinished.replace(path)
    except BaseException:
        unfinished.unlink(missing_ok=True)  # on a full disk even a part is room
        raise


def need_new(out: Path) -> None:
    """Refuse a folder to write to that holds something.

    Raises:
        OptionError: it does.
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise OptionError(out, "is there already.", "Name another --out, or remove it.")


@contextmanager
def whole_folder(out: Path) -> Iterator[Path]:
    """A folder to write to, which gets its own name if nothing goes wrong, and else is gone.

    Args:
        out: the name, of no folder yet or of an empty one.
    """
    unfinished = out.with_name(out.name + UNFINISHED)
    shutil.rmtree(unfinished, ignore_errors=True)  # of a run that was killed
    unfinished.mkdir(parents=True)
    try:
        yield unfinished
    except BaseException:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise
    unfinished.replace(out)
