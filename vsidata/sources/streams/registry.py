"""The frames of a scan, in whichever form they are on disk."""

import os
from pathlib import Path

from vsidata.sources.streams.exported import COLOR, PARTS, open_exported
from vsidata.sources.streams.frames import FrameStream
from vsidata.sources.streams.sens import open_sens
from vsidata.sources.streams.video import open_video

_SAMPLE = 16  # files of a folder that stand for all: a new export writes every one, often in place


def stream_files(folder: Path, name: str) -> list[Path]:
    """What tells whether the stream of a scan has changed: its file, or the folders of exported frames.

    A folder shows by its time that files came or went; that they were written anew, some of its files show.
    """
    sens, color, video = folder / f"{name}.sens", folder / COLOR, folder / f"{name}.mp4"
    if os.path.lexists(sens):
        return [sens]
    if _is_folder_or_link(color):
        return [path for part in PARTS for path in (folder / part, *_sample(folder / part))]
    return [video] if os.path.lexists(video) else []


def _sample(folder: Path) -> list[Path]:
    """Files of a folder from its first to its last, evenly spaced by name; none where it cannot be listed."""
    try:
        names = sorted(os.listdir(folder))  # noqa: PTH208 - thousands of names, of which few become paths
    except OSError:
        return []
    if len(names) > _SAMPLE:
        names = [names[index * (len(names) - 1) // (_SAMPLE - 1)] for index in range(_SAMPLE)]
    return [folder / name for name in names]


def _is_folder_or_link(path: Path) -> bool:
    """Whether it is a folder, or a link even if it leads nowhere. No where a folder may not be entered."""
    return os.path.isdir(path) or os.path.islink(path)  # noqa: PTH112, PTH114 - a Path's own raise there


def open_stream(folder: Path, name: str, quality: int = 95) -> FrameStream | None:
    """Open the stream of a scan: `{name}.sens`, else the exported `color/`, else `{name}.mp4`.

    The first that is there is taken, since it holds the most. A broken link counts as there.

    Args:
        folder: the scan's own.
        name: the scan's name.
        quality: 1 to 100, of JPEGs made from a video; the others store their own.

    Returns:
        The stream, or None where the folder holds none.

    Raises:
        ScanError: it is there and cannot be used.
    """
    if os.path.lexists(sens := folder / f"{name}.sens"):
        return open_sens(sens)
    if _is_folder_or_link(folder / COLOR):
        return open_exported(folder, name)
    if os.path.lexists(video := folder / f"{name}.mp4"):
        return open_video(video, quality)
    return None
