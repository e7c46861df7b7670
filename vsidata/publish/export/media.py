"""Write the frames of a scene as videos or as a folder of pictures, turned upright."""

from collections.abc import Collection, Mapping
from pathlib import Path
from urllib.parse import quote

import cv2
import numpy as np

from vsidata.dataset.results import Row
from vsidata.errors import VsiError
from vsidata.publish.export.export_format import Media, Video
from vsidata.sources.scan_file import Fault, faults_of
from vsidata.sources.streams.image import decode, encode
from vsidata.sources.streams.jpeg import check_jpeg
from vsidata.sources.streams.stored import check_places, check_times, check_turn
from vsidata.sources.streams.video import readable_frames

_QUALITY = 95  # of JPEGs that are turned; all others keep the build's bytes
_AGAIN = "Build it again, or copy the build again: these frames are damaged."
_WRITE_AGAIN = (
    "Free space on the disk, or raise the limit on file sizes, and export again; or use --media frames."
)
_LONGEST_NAME = 200  # bytes; file systems permit 255, including the suffix


Places = tuple[int, ...]
"""The frames that a question names: positions from 0 among the stored frames of its scene, in order."""


def write_clips(
    out: Path, row: Row, clips: Collection[Places | None], media: Media
) -> Mapping[Places | None, Video]:
    """Write what the questions about a scene show.

    Videos are `videos/{scene}.mp4` for all frames, and `videos/{scene}@1.mp4` and so on for named frames.
    Pictures are written once for all questions.

    Args:
        out: the exported folder.
        row: a row of the build's `frames` table.
        clips: the frames that the questions name, each once and in the order of the first question; None for
            all frames.
        media: the form of the videos.

    Returns:
        The video of each clip.

    Raises:
        ScanError: as for `write_mp4`, or a named frame does not exist.
        VsiError, OSError: a file cannot be written completely.
    """
    every = tuple(range(len(row["images"])))
    for clip in filter(lambda clip: clip is not None, clips):
        with faults_of(row["scene_name"], _AGAIN, "a question"):
            check_places(clip or (), len(every))
    if media == "frames":
        paths = write_frames(out, row)
        return {clip: [paths[place] for place in every if clip is None or place in clip] for clip in clips}
    videos: dict[Places, Video] = {}
    for clip in (every if clip is None else clip for clip in clips):
        if clip not in videos:
            number = "" if clip == every else f"@{1 + len(videos.keys() - {every})}"
            shown = {key: [row[key][place] for place in clip] for key in ("images", "timestamps")}
            videos[clip] = write_mp4(out, {**row, **shown}, number)
    return {clip: videos[every if clip is None else clip] for clip in clips}


def write_mp4(out: Path, row: Row, number: str = "") -> Video:
    """Write `videos/{scene}{number}.mp4` (MPEG-4 part 2), with the frame rate of the frames.

    That rate is usually less than one frame per second, so readers that sample two per second get all
    frames. The format needs even sizes, so a side with an odd number of pixels loses one pixel. Only one
    decoded frame is in memory at a time.

    Args:
        out: the exported folder.
        row: a row of the build's `frames` table, with the frames of the video only.
        number: the part of the name that tells the videos of a scene apart. It begins with `@`, which the
            name of a scene does not contain.

    Returns:
        The path below `out`.

    Raises:
        ScanError: the scene's frames are not complete JPEGs of the stated size with rising times.
        VsiError: not all frames can be read from the written video.
    """
    path = Path("videos") / f"{_name(row)}{number}.mp4"
    jpegs = _checked(row)
    (out / path).parent.mkdir(exist_ok=True)
    size = row["width"], row["height"]
    if (row["orientation"] or 0) % 180:
        size = size[::-1]
    writer = cv2.VideoWriter(str(out / path), cv2.VideoWriter.fourcc(*"mp4v"), _rate(row), size)
    for place, jpeg in enumerate(jpegs):
        writer.write(_upright(row, place, jpeg))
    writer.release()
    # OpenCV does not report failed writes, neither for a full disk nor for a limit on the size of files.
    if (readable := readable_frames(out / path)) != len(jpegs):
        fault = f"has a video with {readable:,} readable frames; {len(jpegs):,} were written."
        raise VsiError(row["scene_name"], fault, _WRITE_AGAIN)
    return path.as_posix()


def write_frames(out: Path, row: Row) -> Video:
    """Write `frames/{scene}/000.jpg` and so on: the build's own JPEGs, unless they must be turned.

    Args:
        out: the exported folder.
        row: a row of the build's `frames` table.

    Returns:
        The path of each frame below `out`, in order.

    Raises:
        ScanError: the scene's frames are not complete JPEGs of the stated size with rising times.
        OSError: a file cannot be written.
    """
    folder = Path("frames") / _name(row)
    jpegs = _checked(row)
    (out / folder).mkdir(parents=True)
    paths = []
    for place, jpeg in enumerate(jpegs):
        path = folder / f"{place:03d}.jpg"
        if row["orientation"]:
            jpeg = encode(_upright(row, place, jpeg), _QUALITY)
        (out / path).write_bytes(jpeg)
        paths.append(path.as_posix())
    return paths


def _name(row: Row) -> str:
    """A scene's name as a file name. It stays inside the folder even with slashes or dots.

    Raises:
        ScanError: the name is empty or too long.
    """
    name = quote(row["scene_name"] or "", safe="")
    if name.startswith("."):
        name = f"%2E{name[1:]}"
    with faults_of(name[:_LONGEST_NAME] or "a scene", _AGAIN):
        if not 0 < len(name) <= _LONGEST_NAME:
            raise Fault(f"has a name of {len(name):,} bytes, which cannot be a file name")
    return name


def _checked(row: Row) -> list[bytes]:
    """The JPEGs of a row, checked as in training: complete and of the stated size. Raises ScanError."""
    jpegs = [(image and image["bytes"]) or b"" for image in row["images"]]
    with faults_of(row["scene_name"], _AGAIN):
        check_times(len(jpegs), row["timestamps"] or ())
        check_turn(row["orientation"])
    for place, jpeg in enumerate(jpegs):
        with faults_of(row["scene_name"], _AGAIN, f"frame {place}"):
            check_jpeg(jpeg, (row["width"], row["height"]))
    return jpegs


def _rate(row: Row) -> float:
    times = row["timestamps"]
    return float((len(times) - 1) / (times[-1] - times[0])) if len(times) > 1 else 1.0


def _upright(row: Row, place: int, jpeg: bytes) -> cv2.typing.MatLike:
    """The upright picture (height, width, 3), 8-bit, blue first. Raises ScanError if it cannot be decoded."""
    with faults_of(row["scene_name"], _AGAIN, f"frame {place}"):
        picture = decode(jpeg)
    turns = (row["orientation"] or 0) // 90
    return np.ascontiguousarray(np.rot90(picture, -turns))
