"""The frames of a scene as files: a video, or a folder of pictures; turned so that they stand upright."""

from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.parse import quote

import cv2
import numpy as np

from vsidata.dataset.results import Row
from vsidata.errors import OptionError
from vsidata.export.form import Media, Video
from vsidata.streams.image import encode

_QUALITY = 95  # of JPEGs that are turned; all others are the build's own bytes
_AGAIN = "Build it again: its frames are not what a build writes."


def write_mp4(out: Path, row: Row) -> Video:
    """Write `videos/{scene}.mp4` (MPEG-4 part 2), which plays at the rate at which the frames were taken.

    At that rate, mostly a fraction of a frame a second, readers that sample two a second take all of them.
    A side of an odd number of pixels loses one, as the format has it.

    Args:
        out: the exported folder.
        row: of the build's `frames` table.

    Returns:
        The path below `out`.

    Raises:
        OptionError: a frame cannot be decoded.
        OSError: the video cannot be written.
    """
    path = Path("videos") / f"{_name(row)}.mp4"
    (out / path).parent.mkdir(exist_ok=True)
    pictures = [_upright(row, place) for place in range(len(row["images"]))]
    height, width, _ = pictures[0].shape
    writer = cv2.VideoWriter(str(out / path), cv2.VideoWriter.fourcc(*"mp4v"), _rate(row), (width, height))
    if not writer.isOpened():
        raise OSError(f"OpenCV cannot write {out / path}")
    for picture in pictures:
        writer.write(picture)
    writer.release()
    return path.as_posix()


def write_frames(out: Path, row: Row) -> Video:
    """Write `frames/{scene}/000.jpg` and so on: the build's own JPEGs, unless they must be turned.

    Args, Returns, Raises: as `write_mp4`; a path for each frame, in their order.
    """
    folder = Path("frames") / _name(row)
    (out / folder).mkdir(parents=True)
    paths = []
    for place, image in enumerate(row["images"]):
        path = folder / f"{place:03d}.jpg"
        jpeg = encode(_upright(row, place), _QUALITY) if row["orientation"] else image["bytes"]
        (out / path).write_bytes(jpeg)
        paths.append(path.as_posix())
    return paths


WRITERS: Mapping[Media, Callable[[Path, Row], Video]] = {"mp4": write_mp4, "frames": write_frames}


def _name(row: Row) -> str:
    """A scene's name as that of a file; one with slashes stays inside the folder."""
    return quote(row["scene_name"], safe="")


def _rate(row: Row) -> float:
    times = row["timestamps"]
    return float((len(times) - 1) / (times[-1] - times[0])) if len(times) > 1 else 1.0


def _upright(row: Row, place: int) -> cv2.typing.MatLike:
    jpeg = np.frombuffer(row["images"][place]["bytes"], np.uint8)
    picture = cv2.imdecode(jpeg, cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION)
    if picture is None:
        raise OptionError(row["scene_name"], f"its frame {place} is no JPEG or is damaged.", _AGAIN)
    turns = (row["orientation"] or 0) // 90
    return np.ascontiguousarray(np.rot90(picture, -turns))
