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

# A dataset with pictures stores those of a scan once, in one dictionary page of Parquet. A page may have
# 64 MiB.
_MOST_BYTES = 60_000_000


@dataclass(frozen=True)
class Framing:
    """How many frames of a scan are shown, and how large.

    Attributes:
        count: the most frames of a scan; 0 for none.
        size: width and height; or the longer side, to which larger pictures are shrunk; None for as stored.
        quality: 1 to 100, of JPEGs that are encoded again.
    """

    count: int
    size: Size | int | None = None
    quality: int = 90


@dataclass(frozen=True, eq=False)
class ShownFrames:
    """Frames of one scan, rising in time.

    Attributes:
        positions: (k,) their positions in the stream.
        numbers: (k,) the source's own numbers of them.
        timestamps: (k,) seconds since the first frame of the stream.
        timed: whether the timestamps are the source's own; otherwise they follow from the usual rate.
        fps: frames per second of the whole stream.
        jpegs: k pictures of `size`.
        size: width and height in pixels.
        camera_matrix: (3, 3) for pictures of `size`; None if unknown.
        poses: (k, 4, 4) from the camera's frame (x right, y down, z forward) to the room frame, metres; None
            if unknown.
        orientation: degrees by which the pictures must be turned clockwise to be upright: 0, 90, 180 or
            270; None if the poses are unknown.
        path: the camera's path through the whole stream, room frame; None if the poses are unknown.
        digest: SHA-256 of the stream's cameras, the number, time and pose of every frame, and the pictures
            shown, as stored. The other pictures and the depth, possibly gigabytes, are left out.
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
        ScanError: no frame can be shown, a picture is damaged, or together they are too large.
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
    """Degrees, in steps of 90, to turn the pictures clockwise so that the room's z points up in them."""
    right, down, _ = poses[:, 2, :3].sum(axis=0)  # z of the room in each camera's frame
    leaning = np.degrees(np.arctan2(right, -down))  # clockwise, of the room's up direction in the picture
    return int(round(-leaning / 90) * 90 % 360)


def _digest(stream: FrameStream, stored: Sequence[bytes]) -> str:
    total = hashlib.sha256(f"{stream.size} {len(stream)} {stream.timed}\n".encode())
    for array in (stream.color_matrix, stream.numbers, stream.timestamps, stream.poses):
        total.update(b"none" if array is None else np.ascontiguousarray(array).tobytes())
    for jpeg in stored:
        total.update(len(jpeg).to_bytes(8) + jpeg)
    return total.hexdigest()
