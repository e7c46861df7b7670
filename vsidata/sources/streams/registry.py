"""Opens the frames of a scan in any of the supported formats."""

import os
from pathlib import Path

from vsidata.sources.streams.exported import COLOR, PARTS, open_exported
from vsidata.sources.streams.frames import FrameStream
from vsidata.sources.streams.sens import open_sens
from vsidata.sources.streams.video import open_video

_SAMPLE = 16  # files per folder; more are not needed, because a new export writes every file, often in place


def stream_files(folder: Path, name: str) -> list[Path]:
    """Return the paths that show whether the stream of a scan has changed.

    These are its file, or the folders of exported frames and some files in them. The time of a folder shows
    that files were added or removed. The times of the files show that they were written again.
    """
    sens, color, video = folder / f"{name}.sens", folder / COLOR, folder / f"{name}.mp4"
    if os.path.lexists(sens):
        return [sens]
    if _is_folder_or_link(color):
        return [path for part in PARTS for path in (folder / part, *_sample(folder / part))]
    return [video] if os.path.lexists(video) else []


def _sample(folder: Path) -> list[Path]:
    """Return files of a folder, evenly spaced by name from first to last; empty if it cannot be listed."""
    try:
        names = sorted(os.listdir(folder))  # noqa: PTH208 - many names, of which few become paths
    except OSError:
        return []
    if len(names) > _SAMPLE:
        names = [names[index * (len(names) - 1) // (_SAMPLE - 1)] for index in range(_SAMPLE)]
    return [folder / name for name in names]


def _is_folder_or_link(path: Path) -> bool:
    """Return whether a path is a folder or a link, even a broken link.

    False if a parent may not be entered.
    """
    return os.path.isdir(path) or os.path.islink(path)  # noqa: PTH112, PTH114 - Path's methods raise errors


def open_stream(folder: Path, name: str, quality: int = 95) -> FrameStream | None:
    """Open the stream of a scan: `{name}.sens`, else the exported `color/`, else `{name}.mp4`.

    The first of these that exists is used, because it has the most data. A broken link counts as existing.

    Args:
        folder: the scan's folder.
        name: the scan's name.
        quality: 1 to 100, of JPEGs made from a video. The other formats store JPEGs.

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
