"""Frames exported to a folder, as ScanNet's `SensReader` writes them.

color/0.jpg …  depth/0.png … (16 bit, millimetres)  pose/0.txt …  intrinsic/intrinsic_{color,depth}.txt
"""

import os
import re
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from vsidata.errors import ScanError
from vsidata.scene import Array
from vsidata.sources.scan_file import Fault, faults_of, read_scan_file, read_scan_text, refuse_broken_link
from vsidata.sources.streams.description import described_camera
from vsidata.sources.streams.frames import (
    MOST_PIXELS,
    USUAL_RATE,
    Depth,
    FrameStream,
    Size,
    are_poses,
    camera_matrix,
)
from vsidata.sources.streams.image import resized_camera
from vsidata.sources.streams.jpeg import check_jpeg, jpeg_size

COLOR = "color"
PARTS = (COLOR, "depth", "pose", "intrinsic")
"""The names of the folders of an export."""

# Largest distance of the principal point from the middle of the picture, as a share of its sides. If the
# distance is larger, the matrix is for pictures of another size.
_MOST_OFF_CENTRE = 0.25

_REMEDY = "Export the frames of this scan again."
_MILLIMETRES = 1000.0
_NUMBER = re.compile(r"\d{1,9}", re.ASCII)
_PNG_START = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"
_PNG_SIZE = struct.Struct(">IIBB")  # width, height, bits, colour type
_GREY = 0


@dataclass(frozen=True, eq=False)
class ExportedStream(FrameStream):
    """A folder of exported frames, in the order of their numbers.

    Attributes:
        pictures: the JPEG of each frame, by number.
        depths: the depth PNG of each frame that has one, by number.
    """

    pictures: Mapping[int, Path]
    depths: Mapping[int, Path]

    def jpeg(self, position: int) -> bytes:
        """Return the file's bytes, unchanged."""
        path = self.pictures[int(self.numbers[position])]
        data = read_scan_file(path, _REMEDY)
        with faults_of(path, _REMEDY):
            check_jpeg(data, self.size)
        return data

    def depth(self, position: int) -> Depth | None:
        """Read the depth from a PNG. Its header must state the stream's size."""
        path = self.depths.get(int(self.numbers[position]))
        if path is None:
            return None
        data = read_scan_file(path, _REMEDY)
        with faults_of(path, _REMEDY):
            if (size := _png_size(data)) != self.depth_size:
                raise Fault(f"has width and height {size}, the first depth picture has {self.depth_size}")
            image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
            if image is None or image.dtype != np.uint16:
                raise Fault("is a damaged PNG")
            metres: Depth = np.divide(image, _MILLIMETRES, dtype=np.float32)
            return metres


def open_exported(folder: Path, name: str) -> ExportedStream:
    """List the frames in a folder. A frame without a pose is listed, but is not valid.

    Args:
        folder: contains `color/`, and optionally `depth/`, `pose/` and `intrinsic/`. Without `pose/`, the
            stream has no poses. Files are matched by number. Numbers may be missing; the times of the other
            frames stay the same.
        name: the name of the scan. `{name}.txt` states the size of the pictures before the export, and the
            cameras if `intrinsic/` does not. ScanNet's exporter can shrink pictures without changing the
            matrices. Other exporters change both. The principal point of a matrix shows which of the two
            sizes it is for.

    Raises:
        ScanError: no JPEG has a number as its name, two files have the same number, a folder is a broken
            link, a file does not have the format of its name, or a camera matrix fits neither size.
    """
    for part in PARTS:
        refuse_broken_link(folder / part)
    pictures = _numbered(folder / COLOR, ".jpg")
    if not pictures:
        raise ScanError(folder / COLOR, "contains no frames: no file named like 0.jpg", _REMEDY)
    depths = _numbered(folder / "depth", ".png")
    numbers = np.array(list(pictures))
    poses = None
    if os.path.lexists(folder / "pose"):
        files = _numbered(folder / "pose", ".txt")
        lost = np.full((4, 4), np.nan)
        poses = np.array([_read_matrix(files[number]) if number in files else lost for number in pictures])
    size = _size_of_first(pictures, jpeg_size)
    depth_size = _size_of_first(depths, _png_size) if depths else None
    description = folder / f"{name}.txt"
    return ExportedStream(
        path=folder,
        size=size,
        depth_size=depth_size,
        color_matrix=_camera(folder, description, "color", size),
        depth_matrix=_camera(folder, description, "depth", depth_size) if depth_size else None,
        numbers=numbers,
        timestamps=(numbers - numbers[0]) / USUAL_RATE,
        timed=False,
        poses=poses,
        valid=np.ones(len(numbers), dtype=np.bool_) if poses is None else are_poses(poses),
        pictures=pictures,
        depths=depths,
    )


def _numbered(folder: Path, suffix: str) -> dict[int, Path]:
    """Return the files `NUMBER.suffix` of a folder in the order of their numbers; empty without a folder."""
    found: dict[int, Path] = {}
    try:
        with os.scandir(folder) as entries:
            names = sorted(entry.name for entry in entries)
    except FileNotFoundError:
        return {}
    except OSError as error:
        remedy = "Make it readable (chmod u+rx)." if isinstance(error, PermissionError) else _REMEDY
        raise ScanError(folder, f"cannot be listed: {error.strerror}", remedy) from None
    for name in names:
        stem, dot, ending = name.partition(".")
        if dot + ending.lower() != suffix or not _NUMBER.fullmatch(stem):
            continue
        if int(stem) in found:
            fault = f"contains frame {int(stem)} twice: {found[int(stem)].name} and {name}"
            raise ScanError(folder, fault, "Remove one of the two.")
        found[int(stem)] = folder / name
    return dict(sorted(found.items()))


def _size_of_first(files: Mapping[int, Path], size_of: Callable[[bytes], Size]) -> Size:
    first = next(iter(files.values()))
    data = read_scan_file(first, _REMEDY)
    with faults_of(first, _REMEDY):
        return size_of(data)


def _png_size(data: bytes) -> Size:
    """Read width and height of a 16-bit grey PNG from its header. Raises Fault."""
    if not data.startswith(_PNG_START) or len(data) < len(_PNG_START) + _PNG_SIZE.size:
        raise Fault("is not a PNG")
    width, height, bits, kind = _PNG_SIZE.unpack_from(data, len(_PNG_START))
    if (bits, kind) != (16, _GREY):
        raise Fault(f"is a PNG of {bits} bits and colour type {kind}; depth in mm needs 16 bits and grey")
    if not 0 < width * height <= MOST_PIXELS:
        raise Fault(f"is a PNG of {width:,} × {height:,} pixels, too large for a frame of a video")
    return width, height


def _camera(folder: Path, description: Path, name: str, size: Size) -> Array | None:
    """Read the (3, 3) camera matrix for pictures of a size; None if no file has a matrix.

    Raises:
        ScanError: the exported matrix fits neither these pictures nor those before the export.
    """
    described = described_camera(description, name)
    path = folder / "intrinsic" / f"intrinsic_{name}.txt"
    if not os.path.lexists(path):
        if described is None or described.matrix is None:
            return None
        return resized_camera(described.matrix, described.size, size)
    matrix = camera_matrix(_read_matrix(path))
    if matrix is None:
        return None
    sizes = [size, described.size] if described else [size]
    fitting = min(sizes, key=lambda candidate: _off_centre(matrix, candidate))
    if _off_centre(matrix, fitting) > _MOST_OFF_CENTRE:
        x, y = matrix[:2, 2]
        fault = f"has its principal point at {x:.0f}, {y:.0f}, so it is not for {size[0]} × {size[1]} pixels"
        remedy = f"Add the matrix of the exported pictures, or put {description.name} next to the folder."
        raise ScanError(path, fault, remedy)
    return resized_camera(matrix, fitting, size)


def _off_centre(matrix: Array, size: Size) -> float:
    """Return the distance of the principal point from the middle of a picture, as a share of its sides."""
    return float(np.abs((matrix[:2, 2] + 0.5) / size - 0.5).max())


def _read_matrix(path: Path) -> Array:
    """Read (4, 4) numbers, written row by row. -inf and NaN count as numbers."""
    words = read_scan_text(path, _REMEDY).split()
    with faults_of(path, _REMEDY):
        if len(words) != 16:
            raise Fault(f"needs 16 numbers, but has {len(words)}")
        try:
            return np.array([float(word) for word in words]).reshape(4, 4)
        except ValueError:
            raise Fault("has words that are not numbers") from None
