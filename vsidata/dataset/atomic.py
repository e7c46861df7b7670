"""Files that are there whole or not at all, whenever a process is killed."""

from collections.abc import Iterable
from pathlib import Path

UNFINISHED = ".unfinished"


def write_whole(path: Path, parts: Iterable[bytes | memoryview]) -> None:
    """Write a file under another name and give it its own in one step.

    Raises:
        OSError: no room, or no permission. What was there before is still there.
    """
    unfinished = path.with_name(path.name + UNFINISHED)
    with unfinished.open("wb") as file:
        file.writelines(parts)
    unfinished.replace(path)
