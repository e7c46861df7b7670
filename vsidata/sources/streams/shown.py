"""The frames of a scan that a model is shown, as they are stored in a dataset."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from vsidata.errors import ScanError
from vsidata.scene import Array, IntArray
from vsidata.sources.scan_file import faults_of
from vsidata.sources.streams.camera_path import CameraPosition, camera_path
from vsidata.sources.streams.frames import FrameStream, Size
from vsidata.sources.streams.image import at_size, resized_camera
from vsidata.sources.streams.picking import pick

# Bytes. A dataset stores all pictures of a scan in one dictionary page of Parquet. A page has at most 64 MiB.
_MOST_BYTES = 60_000_000


@dataclass(frozen=True)
class Framing:
    """Number, size and JPEG quality of the frames that are shown.

    Attributes:
        count: the largest number of frames per scan; 0 for none.
        size: width and height; or the longer side, to which larger pictures are shrunk; or None to keep the
            stored size.
        quality: 1 to 100, of pictures that are resized.
    """

    count: int
    size: Size | int | None = None
    quality: int = 90


@dataclass(frozen=True, eq=False)
class ShownFrames:
    """The frames of one scan that are shown, in order of time.

    Attributes:
        positions: (k,) their positions in the stream.
        numbers: (k,) their numbers in the source.
        timestamps: (k,) seconds since the first frame of the stream.
        timed: whether the source states the timestamps. Otherwise they are counted at USUAL_RATE.
        fps: frames per second of the whole stream.
        jpegs: k pictures of `size`.
        size: width and height in pixels.
        camera_matrix: (3, 3) for pictures of `size`; None if unknown.
        poses: (k, 4, 4) from the camera's frame (x right, y down, z forward) to the room frame, metres; None
            if unknown.
        orientation: degrees (0, 90, 180 or 270) by which the pictures must be turned clockwise to be upright;
            None if the poses are unknown.
        path: the camera's path through the whole stream, room frame; None if the poses are unknown.
        digest: SHA-256 of the colour camera, of the number, time and pose of every frame, and of the shown
            pictures as stored. The other pictures and the depth are not included, because they may have
            gigabytes.
    """

    positions: IntArray
    numbers: IntArray
    timestamps: Array
    timed: bool
    fps: float
    jpegs: Sequence[bytes]
    size: Size
    camera_matrix: Array | None
    poses: Array | None
    orientation: int | None
    path: tuple[CameraPosition, ...] | None
    digest: str


def show(stream: FrameStream, alignment: Array | None, framing: Framing) -> ShownFrames:
    """Pick frames of a stream, resize them, and transform their poses to the room frame.

    Args:
        stream: the stream of a scan.
        alignment: (4, 4) from the frame of the scan's mesh to the room frame; None if they are the same.
        framing: number and size of the frames.

    Raises:
        ScanError: no frame can be shown, a picture is damaged, or the pictures are too large together.
    """
    positions = pick(stream, framing.count)
    if not len(positions):
        fault = f"has no frame with a picture and a valid pose; frames in total: {len(stream):,}"
        raise ScanError(
            stream.path, fault, "Build without frames (--frames 0), or leave the scan out (--scenes)."
        )
    stored = [stream.jpeg(position) for position in positions.tolist()]
    with faults_of(stream.path, "Download the stream again, or build without frames (--frames 0)."):
        sized = [at_size(jpeg, framing.size, framing.quality) for jpeg in stored]
    jpegs, size = [jpeg for jpeg, _ in sized], sized[0][1]
    total = sum(map(len, jpegs))
    if total > _MOST_BYTES:
        fault = (
            f"its frames take {total / 1e6:.0f} MB, more than {_MOST_BYTES / 1e6:.0f} MB; "
            f"frames in total: {len(jpegs)}"
        )
        raise ScanError(stream.path, fault, "Make them smaller (--frame-size 640), or use fewer (--frames).")
    poses = None if stream.poses is None else stream.poses[positions]
    if poses is not None and alignment is not None:
        poses = alignment @ poses
    matrix = stream.color_matrix
    return ShownFrames(
        positions=positions,
        numbers=stream.numbers[positions],
        timestamps=stream.timestamps[positions],
        timed=stream.timed,
        fps=stream.fps,
        jpegs=jpegs,
        size=size,
        camera_matrix=None if matrix is None else resized_camera(matrix, stream.size, size),
        poses=poses,
        orientation=None if poses is None else _orientation(poses),
        path=camera_path(stream, alignment),
        digest=_digest(stream, stored),
    )


def _orientation(poses: Array) -> int:
    """Return the clockwise turn of the pictures, in degrees, after which the room's z points up in them.

    The turn is a multiple of 90.
    """
    right, down, _ = poses[:, 2, :3].sum(axis=0)  # z of the room in each camera's frame
    # clockwise angle of the room's up direction in the picture
    leaning = np.degrees(np.arctan2(right, -down))
    return int(round(-leaning / 90) * 90 % 360)


def _digest(stream: FrameStream, stored: Sequence[bytes]) -> str:
    total = hashlib.sha256(f"{stream.size} {len(stream)} {stream.timed}\n".encode())
    for array in (stream.color_matrix, stream.numbers, stream.timestamps, stream.poses):
        total.update(b"none" if array is None else np.ascontiguousarray(array).tobytes())
    for jpeg in stored:
        total.update(len(jpeg).to_bytes(8) + jpeg)
    return total.hexdigest()
