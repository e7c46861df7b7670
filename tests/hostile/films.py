"""Makes small videos, and copies of them with changed headers or frames. MP4: ISO/IEC 14496-12."""

import struct
import tempfile
from pathlib import Path

import cv2
import numpy as np

WIDTH, HEIGHT, FRAMES, RATE = 64, 48, 6, 10


def film(width: int = WIDTH, height: int = HEIGHT, frames: int = FRAMES, *, flat: bool = False) -> bytes:
    """Return an MP4 of noise that grows lighter, so that the frames differ in bytes, or of black frames."""
    rng = np.random.default_rng(0)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.mp4"
        writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"mp4v"), RATE, (width, height))
        for number in range(frames):
            shape = height, width, 3
            noise = None if flat else rng.integers(40 * number, 40 * number + 20, shape, dtype=np.uint8)
            writer.write(np.zeros(shape, np.uint8) if noise is None else noise)
        writer.release()
        return path.read_bytes()


def changed(data: bytes, box: bytes, offset: int, layout: str, *values: int) -> bytes:
    """Write big-endian numbers into a box of the video, this number of bytes after the box's name."""
    out = bytearray(data)
    struct.pack_into(f">{layout}", out, data.index(box) + 4 + offset, *values)
    return bytes(out)


def turned(data: bytes) -> bytes:
    """Write a quarter turn into the matrix of the video's track header. Players apply this matrix."""
    return changed(data, b"tkhd", 40, "9i", 0, 0x10000, 0, -0x10000, 0, 0, HEIGHT << 16, 0, 0x40000000)


def samples(data: bytes) -> list[bytes]:
    """The coded frames."""
    table = data.index(b"stsz") + 4
    sizes = struct.unpack_from(f">{struct.unpack_from('>I', data, table + 8)[0]}I", data, table + 12)
    start = struct.unpack_from(">I", data, data.index(b"stco") + 12)[0]
    ends = np.cumsum(sizes) + start
    return [data[end - size : end] for size, end in zip(sizes, ends.tolist(), strict=True)]


def with_samples(data: bytes, coded: list[bytes]) -> bytes:
    """Replace the coded frames of the video by the same number of other frames."""
    start = struct.unpack_from(">I", data, data.index(b"stco") + 12)[0]
    index = changed(data[data.index(b"moov") - 4 :], b"stsz", 12, f"{len(coded)}I", *map(len, coded))
    content = b"".join(coded)
    at = data.index(b"mdat") - 4
    head = data[:at] + struct.pack(">I", start - at + len(content)) + data[at + 4 : start]
    return head + content + index


def grown(data: bytes, larger: bytes) -> bytes:
    """Return a video that continues after its third frame with the larger frames of another video."""
    esds = larger.index(b"esds")
    header = larger[larger.index(b"\0\0\1\xb0", esds) : larger.index(b"\x06\x80\x80\x80\x01\x02", esds)]
    first, *others = samples(larger)
    return with_samples(data, [*samples(data)[:3], header + first, *others[:2]])
