"""Files that are there whole or not at all, whenever a process is killed or the power fails."""

import os
import platform
from collections.abc import Iterable
from pathlib import Path

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
