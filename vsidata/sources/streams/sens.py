"""Reads ScanNet's `.sens`, version 4: all headers, but only the requested pictures and depth.

Format: `SensReader` in the ScanNet/ScanNet repository. Numbers are little endian. The file has the version
(u32), the length of the sensor's name (u64), the name, and the fields of `_CAMERAS`. Then it has for each
frame the fields of `_FRAME`, a JPEG, and the depth. The data after the last frame (IMU records) is not read.
The extrinsics of the two cameras are ignored, because ScanNet's poses apply to both colour and depth.

The file is not memory-mapped, because a mapped file that shrinks while it is read kills the process.
"""

import os
import struct
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vsidata.sources.scan_file import Fault, faults_of
from vsidata.sources.streams.frames import (
    MOST_PIXELS,
    USUAL_RATE,
    Depth,
    FrameStream,
    Size,
    are_poses,
    camera_matrix,
    times_of,
)
from vsidata.sources.streams.jpeg import check_jpeg
from vsidata.sources.streams.stream_file import open_stream_file

_REMEDY = "Download it again (--type .sens)."

_VERSION = 4
_START = struct.Struct("<IQ")
_CAMERAS = np.dtype(
    [
        ("color_intrinsic", "<f4", (4, 4)),
        ("color_extrinsic", "<f4", (4, 4)),
        ("depth_intrinsic", "<f4", (4, 4)),
        ("depth_extrinsic", "<f4", (4, 4)),
        ("color_compression", "<i4"),
        ("depth_compression", "<i4"),
        ("color_size", "<u4", (2,)),
        ("depth_size", "<u4", (2,)),
        ("depth_shift", "<f4"),
        ("frames", "<u8"),
    ]
)
_FRAME = np.dtype(
    [
        ("pose", "<f4", (4, 4)),
        ("color_time", "<u8"),
        ("depth_time", "<u8"),
        ("color_bytes", "<u8"),
        ("depth_bytes", "<u8"),
    ]
)
_PAYLOADS = struct.Struct("<QQ")
_PAYLOADS_AT = _FRAME.itemsize - _PAYLOADS.size

_COLOR_COMPRESSIONS = {0: "raw", 1: "png", 2: "jpeg"}
_DEPTH_COMPRESSIONS = {0: "raw_ushort", 1: "zlib_ushort", 2: "occi_ushort"}

_LONGEST_NAME = 1 << 12
_MOST_FRAMES = 1 << 20  # about ten hours
_LARGEST_PAYLOAD = 4 * MOST_PIXELS  # bytes; a raw picture of the largest size has fewer

_FINEST_SHIFT = 1e6  # depth in micrometres; the coarsest accepted unit is metres (1)


@dataclass(frozen=True, eq=False)
class SensStream(FrameStream):
    """A `.sens` file and the offsets of its frames.

    Attributes:
        starts: (n,) offset of each frame's JPEG in the file. The depth follows the JPEG.
        color_bytes, depth_bytes: (n,) bytes of each frame's JPEG and depth.
        depth_shift: stored value of a depth of one metre.
    """

    starts: NDArray[np.int64]
    color_bytes: NDArray[np.int64]
    depth_bytes: NDArray[np.int64]
    depth_shift: float

    def jpeg(self, position: int) -> bytes:
        """Return the stored JPEG, unchanged."""
        part = f"the picture of frame {position:,}"
        data = self._payload(part, self.starts[position], self.color_bytes[position])
        with faults_of(self.path, _REMEDY, part):
            check_jpeg(data, self.size)
        return data

    def depth(self, position: int) -> Depth | None:
        """Return the depth. It is inflated to exactly the size in the header, never more."""
        if self.depth_size is None or not self.depth_bytes[position]:
            return None
        part = f"the depth of frame {position:,}"
        start = self.starts[position] + self.color_bytes[position]
        packed = self._payload(part, start, self.depth_bytes[position])
        width, height = self.depth_size
        with faults_of(self.path, _REMEDY, part):
            data = _inflate(packed, width * height * 2)
        stored = np.frombuffer(data, "<u2").reshape(height, width)
        metres: Depth = np.divide(stored, self.depth_shift, dtype=np.float32)
        return metres

    def _payload(self, part: str, start: int, size: int) -> bytes:
        with open_stream_file(self.path, _REMEDY) as file, faults_of(self.path, _REMEDY, part):
            if size > _LARGEST_PAYLOAD:
                raise Fault(f"has {size:,} bytes, which is too large")
            data = os.pread(file, int(size), int(start))
            if len(data) < size:
                raise Fault(f"has only {len(data):,} of its {size:,} bytes: the file has become shorter")
            return data


def open_sens(path: Path) -> SensStream:
    """Read the headers of a `.sens`.

    Memory is allocated only for headers that exist in the file. A stream that is cut short within a frame is
    an error, even if the frames before it would suffice, because a part of a video must not count as the
    whole.

    Raises:
        ScanError: the file cannot be read, is not a `.sens` of version 4 with JPEG and zlib inside, has
            impossible values in its header, or is cut short (the fault states the number of complete frames).
    """
    with open_stream_file(path, _REMEDY) as file:
        cameras, start = _read_cameras(file)
        size = _checked_size("colour", cameras["color_size"])
        if size is None:
            raise Fault("its header does not state the size of the colour pictures")
        _check_compression("colour", int(cameras["color_compression"]), _COLOR_COMPRESSIONS, "jpeg")
        depth_size = _checked_size("depth", cameras["depth_size"])
        if depth_size is not None:
            _check_compression("depth", int(cameras["depth_compression"]), _DEPTH_COMPRESSIONS, "zlib_ushort")
            if not 1 <= cameras["depth_shift"] <= _FINEST_SHIFT:
                raise Fault(f"its header states {cameras['depth_shift']} units of depth per metre")
        frames, starts = _walk(file, start, int(cameras["frames"]))
    poses = frames["pose"].astype(np.float64)
    times = times_of(frames["color_time"] / 1e6)
    numbers = np.arange(len(frames))
    return SensStream(
        path=path,
        size=size,
        depth_size=depth_size,
        color_matrix=camera_matrix(cameras["color_intrinsic"]),
        depth_matrix=camera_matrix(cameras["depth_intrinsic"]) if depth_size else None,
        numbers=numbers,
        timestamps=numbers / USUAL_RATE if times is None else times,
        timed=times is not None,
        poses=poses,
        valid=are_poses(poses) & (frames["color_bytes"] > 0),
        starts=starts,
        color_bytes=frames["color_bytes"].astype(np.int64),
        depth_bytes=frames["depth_bytes"].astype(np.int64),
        depth_shift=float(cameras["depth_shift"]),
    )


def _read_cameras(file: int) -> tuple[Any, int]:
    """Read the record `_CAMERAS`, and the offset of the first frame."""
    head = os.pread(file, _START.size, 0)
    if len(head) < _START.size:
        raise Fault(f"ends within its header, after {len(head):,} bytes")
    version, name_bytes = _START.unpack(head)
    if version != _VERSION:
        raise Fault(f"has the version {version:,}; only version {_VERSION} of .sens is read")
    if name_bytes > _LONGEST_NAME:
        raise Fault(f"its sensor's name has {name_bytes:,} bytes, which is too long")
    start = _START.size + name_bytes
    record = os.pread(file, _CAMERAS.itemsize, start)
    if len(record) < _CAMERAS.itemsize:
        raise Fault(f"ends within its header, after {os.fstat(file).st_size:,} bytes")
    return np.frombuffer(record, _CAMERAS)[0], start + _CAMERAS.itemsize


def _checked_size(what: str, size: NDArray[np.uint32]) -> Size | None:
    width, height = size.tolist()
    if width * height > MOST_PIXELS:
        raise Fault(
            f"its {what} pictures have {width:,} × {height:,} pixels, too large for a frame of a video"
        )
    return (width, height) if width * height else None


def _check_compression(what: str, found: int, names: dict[int, str], wanted: str) -> None:
    if names.get(found) != wanted:
        kind = f"{names.get(found, 'unknown')} ({found})"
        raise Fault(f"its {what} pictures are stored as {kind}; only {wanted} is read")


def _walk(file: int, start: int, count: int) -> tuple[NDArray[np.void], NDArray[np.int64]]:
    """Read the header of every frame, and the offset of the JPEG after it."""
    if not 0 < count <= _MOST_FRAMES:
        raise Fault(f"its header states {count:,} frames")
    end = os.fstat(file).st_size
    heads = bytearray()
    starts = []
    for frame in range(count):
        head = os.pread(file, _FRAME.itemsize, start)
        start += _FRAME.itemsize
        if len(head) == _FRAME.itemsize:
            starts.append(start)
            start += sum(_PAYLOADS.unpack_from(head, _PAYLOADS_AT))
        if len(head) < _FRAME.itemsize or start > end:
            raise Fault(
                f"is cut short or damaged after {frame:,} of its {count:,} frames: the next would end "
                f"{start - end:,} bytes after the end of the file at {end:,}"
            )
        heads += head
    return np.frombuffer(heads, _FRAME), np.array(starts)


def _inflate(packed: bytes, size: int) -> bytes:
    inflater = zlib.decompressobj()
    try:
        data = inflater.decompress(packed, size)
        # Request one more byte. This reaches the end of the stream, or shows that there is more.
        more = inflater.decompress(inflater.unconsumed_tail, 1)
    except zlib.error as error:
        raise Fault(f"cannot be inflated: {error}") from None
    if more:
        raise Fault(f"inflates to more than the {size:,} bytes of its stated size")
    if len(data) < size or not inflater.eof:
        raise Fault(f"is cut short: {len(data):,} of {size:,} bytes")
    return data
