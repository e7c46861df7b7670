"""Opens the frames of a scan in any of the supported formats."""

import os
from pathlib import Path

from vsidata.sources.streams.exported import COLOR, PARTS, open_exported
from vsidata.sources.streams.frames import FrameStream
from vsidata.sources.streams.sens import open_sens
from vsidata.sources.streams.video import open_video

_SAMPLE = 16  # files of a folder that represent all: a new export writes every one, often in place


def stream_files(folder: Path, name: str) -> list[Path]:
    """The paths that show whether the stream of a scan has changed: its file, or folders of exported frames.

    The time of a folder shows that files were added or removed. Some of its files show that they were
    written again.
    """
    sens, color, video = folder / f"{name}.sens", folder / COLOR, folder / f"{name}.mp4"
    if os.path.lexists(sens):
        return [sens]
    if _is_folder_or_link(color):
        return [path for part in PARTS for path in (folder / part, *_sample(folder / part))]
    return [video] if os.path.lexists(video) else []


def _sample(folder: Path) -> list[Path]:
    """Files of a folder from first to last, evenly spaced by name; empty if it cannot be listed."""
    try:
        names = sorted(os.listdir(folder))  # noqa: PTH208 - thousands of names, of which few become paths
    except OSError:
        return []
    if len(names) > _SAMPLE:
        names = [names[index * (len(names) - 1) // (_SAMPLE - 1)] for index in range(_SAMPLE)]
    return [folder / name for name in names]


def _is_folder_or_link(path: Path) -> bool:
    """Return whether it is a folder or a link, even a broken one. False if a folder may not be entered."""
    return os.path.isdir(path) or os.path.islink(path)  # noqa: PTH112, PTH114 - the methods of Path raise there


def open_stream(folder: Path, name: str, quality: int = 95) -> FrameStream | None:
    """Open the stream of a scan: `{name}.sens`, else the exported `color/`, else `{name}.mp4`.

    The first that exists is used, since it has the most data. A broken link counts as existing.

    Args:
        folder: the scan's folder.
        name: the scan's name.
        quality: 1 to 100, of JPEGs made from a video; the other formats store JPEGs.

    Returns:
        The stream, or None if the folder has none.

    Raises:
        ScanError: the stream exists but cannot be used.
    """
    if os.path.lexists(sens := folder / f"{name}.sens"):
        return open_sens(sens)
    if _is_folder_or_link(folder / COLOR):
        return open_exported(folder, name)
    if os.path.lexists(video := folder / f"{name}.mp4"):
        return open_video(video, quality)
    return None
