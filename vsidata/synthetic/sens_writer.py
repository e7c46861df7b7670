"""Writes frames to a `.sens`, version 4, one after the other.

Format: `SensReader` in the ScanNet/ScanNet repository.
"""

import struct
import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vsidata.files.atomic import whole_file
from vsidata.scene import Array

_SENSOR = b"StructureSensor"
_JPEG, _ZLIB_USHORT = 2, 1
_DEPTH_SHIFT = 1000.0  # stored value of a depth of one metre
_NO_IMU_RECORDS = struct.pack("<Q", 0)


class Frame(NamedTuple):
    """One frame of a stream.

    Attributes:
        jpeg: the colour picture, encoded.
        depth: (height, width) millimetres along z, 0 if not measured; None without depth.
        pose: (4, 4) camera to mesh, metres. A matrix that is not a pose is written unchanged.
        microseconds: the time of the frame.
    """

    jpeg: bytes
    depth: NDArray[np.uint16] | None
    pose: Array
    microseconds: int = 0


def write_sens(
    path: Path,
    frames: Iterable[Frame],
    color_size: tuple[int, int],
    depth_size: tuple[int, int],
    color_matrix: Array,
    depth_matrix: Array,
) -> int:
    """Write a stream frame by frame. Only one frame is in memory at a time.

    Args:
        path: the `.sens`. It is written completely or not at all.
        frames: the frames, in order of time.
        color_size, depth_size: width and height in pixels; (0, 0) for a stream without depth.
        color_matrix, depth_matrix: (3, 3) cameras.

    Returns:
        The number of frames written.

    Raises:
        ValueError: a depth picture does not have the stream's size, or is not uint16.
    """
    with whole_file(path) as file:
        file.write(struct.pack("<IQ", 4, len(_SENSOR)) + _SENSOR)
        for matrix in (color_matrix, depth_matrix):
            file.write(_matrix(matrix) + _matrix(np.eye(4)))  # intrinsic, extrinsic
        file.write(struct.pack("<2i4If", _JPEG, _ZLIB_USHORT, *color_size, *depth_size, _DEPTH_SHIFT))
        count_at = file.tell()
        file.write(struct.pack("<Q", 0))
        count = 0
        for frame in frames:
            depth = b"" if frame.depth is None else _deflate(frame.depth, depth_size)
            times = (frame.microseconds, frame.microseconds)
            file.write(_matrix(frame.pose) + struct.pack("<4Q", *times, len(frame.jpeg), len(depth)))
            file.write(frame.jpeg)
            file.write(depth)
            count += 1
        file.write(_NO_IMU_RECORDS)
        file.seek(count_at)
        file.write(struct.pack("<Q", count))
    return count


def _matrix(values: Array) -> bytes:
    """Return a (3, 3) or (4, 4) matrix as 16 float32."""
    whole = np.eye(4, dtype="<f4")
    whole[: len(values), : len(values)] = values
    return whole.tobytes()


def _deflate(depth: NDArray[np.uint16], size: tuple[int, int]) -> bytes:
    if depth.dtype != np.uint16 or depth.shape != size[::-1]:
        raise ValueError(
            f"depth is {depth.dtype} of shape {depth.shape}, the stream's is uint16 {size[::-1]}"
        )
    return zlib.compress(depth.astype("<u2").tobytes(), level=1)
