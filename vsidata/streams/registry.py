"""The frames of a scan, in whichever form they are on disk."""

import os
from pathlib import Path

from vsidata.streams.exported import COLOR, open_exported
from vsidata.streams.frames import FrameStream
from vsidata.streams.sens import open_sens
from vsidata.streams.video import open_video


def stream_files(folder: Path, name: str) -> list[Path]:
    """What tells whether the stream of a scan has changed: its file, or the folders of exported frames."""
    sens, color, video = folder / f"{name}.sens", folder / COLOR, folder / f"{name}.mp4"
    if os.path.lexists(sens):
        return [sens]
    if os.path.isdir(color):  # noqa: PTH112 - says no, and does not raise, where a folder may not be entered
        return [color, *(folder / part for part in ("depth", "pose", "intrinsic"))]
    return [video] if os.path.lexists(video) else []


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
    if (folder / COLOR).is_dir():
        return open_exported(folder, name)
    if os.path.lexists(video := folder / f"{name}.mp4"):
        return open_video(video, quality)
    return None
