"""Writes and reads a `.sens` with struct, field by field, as its format is described.

Nothing here uses the code under test or the writer of synthetic streams.
"""

import io
import struct
import zlib
from dataclasses import dataclass, field

import numpy as np
from PIL import Image

WIDTH, HEIGHT = 32, 24
DEPTH_WIDTH, DEPTH_HEIGHT = 16, 12
INTRINSIC = np.array([[30, 0, 15.5, 0], [0, 31, 11.5, 0], [0, 0, 1, 0], [0, 0, 0, 1]], dtype=np.float32)
HALF = INTRINSIC * np.array([[0.5], [0.5], [1], [1]], dtype=np.float32)


def jpeg(shade: int = 100, width: int = WIDTH, height: int = HEIGHT, **options) -> bytes:
    """A picture of one shade, encoded by Pillow."""
    file = io.BytesIO()
    Image.new("RGB", (width, height), (shade, shade, shade)).save(file, "JPEG", **options)
    return file.getvalue()


def depth(millimetres: int = 1500) -> bytes:
    """The inflated bytes of a depth picture. Each row is 10 mm farther away than the row above it."""
    rows = [struct.pack("<H", millimetres + 10 * row) * DEPTH_WIDTH for row in range(DEPTH_HEIGHT)]
    return b"".join(rows)


def pose(angle: float = 0.3) -> np.ndarray:
    """A pose that is turned about z and shifted by (1, 2, 3)."""
    cos, sin = np.cos(angle), np.sin(angle)
    return np.array([[cos, -sin, 0, 1], [sin, cos, 0, 2], [0, 0, 1, 3], [0, 0, 0, 1]], dtype=np.float32)


@dataclass
class Frame:
    """One frame. `color_bytes` and `depth_bytes` are false sizes of the payloads; None for the true sizes."""

    jpeg: bytes = field(default_factory=jpeg)
    depth: bytes = field(default_factory=lambda: zlib.compress(depth()))
    pose: np.ndarray = field(default_factory=pose)
    color_time: int = 0
    depth_time: int = 0
    color_bytes: int | None = None
    depth_bytes: int | None = None


@dataclass
class Sens:
    """A stream in memory. A test may change any part of it, then get its bytes."""

    frames: list[Frame]
    version: int = 4
    name: bytes = b"StructureSensor"
    name_bytes: int | None = None
    color_compression: int = 2
    depth_compression: int = 1
    size: tuple[int, int] = (WIDTH, HEIGHT)
    depth_size: tuple[int, int] = (DEPTH_WIDTH, DEPTH_HEIGHT)
    depth_shift: float = 1000.0
    count: int | None = None
    tail: bytes = struct.pack("<Q", 0)
    intrinsic: np.ndarray = field(default_factory=INTRINSIC.copy)

    def header(self) -> bytes:
        """Return all fields before the first frame."""
        name_bytes = len(self.name) if self.name_bytes is None else self.name_bytes
        out = struct.pack("<I", self.version) + struct.pack("<Q", name_bytes) + self.name
        for matrix in (self.intrinsic, np.eye(4), HALF, np.eye(4)):
            out += struct.pack("<16f", *matrix.ravel())
        out += struct.pack("<ii", self.color_compression, self.depth_compression)
        out += struct.pack("<II", *self.size) + struct.pack("<II", *self.depth_size)
        out += struct.pack("<f", self.depth_shift)
        return out + struct.pack("<Q", len(self.frames) if self.count is None else self.count)

    def parts(self) -> list[bytes]:
        """Return the header, each frame, and the bytes after the last frame."""
        frames = []
        for frame in self.frames:
            color_bytes = len(frame.jpeg) if frame.color_bytes is None else frame.color_bytes
            depth_bytes = len(frame.depth) if frame.depth_bytes is None else frame.depth_bytes
            head = struct.pack("<16f", *frame.pose.ravel())
            head += struct.pack("<QQQQ", frame.color_time, frame.depth_time, color_bytes, depth_bytes)
            frames.append(head + frame.jpeg + frame.depth)
        return [self.header(), *frames, self.tail]

    def bytes(self) -> bytes:
        """The file."""
        return b"".join(self.parts())


def read(data: bytes, intrinsic: np.ndarray = INTRINSIC) -> Sens:
    """Read a valid stream.

    The colour camera must have the given intrinsics, the depth camera half of them.
    """
    file = io.BytesIO(data)

    def take(layout: str) -> tuple:
        return struct.unpack("<" + layout, file.read(struct.calcsize("<" + layout)))

    (version,) = take("I")
    name = file.read(*take("Q"))
    color, no_shift, half, no_shift_either = (np.reshape(take("16f"), (4, 4)) for _ in range(4))
    assert np.array_equal(color, intrinsic)
    assert np.array_equal(half[:2, :3], intrinsic[:2, :3] / 2)
    assert np.array_equal(no_shift, np.eye(4))
    assert np.array_equal(no_shift_either, np.eye(4))
    compressions, size, depth_size = take("ii"), take("II"), take("II")
    (shift,), (count,) = take("f"), take("Q")
    frames = []
    for _ in range(count):
        matrix = np.array(take("16f"), dtype=np.float32).reshape(4, 4)
        color_time, depth_time, color_bytes, depth_bytes = take("QQQQ")
        picture = file.read(color_bytes)
        packed = file.read(depth_bytes)
        frames.append(Frame(picture, packed, matrix, color_time, depth_time))
    return Sens(frames, version, name, None, *compressions, size, depth_size, shift, None, file.read())
