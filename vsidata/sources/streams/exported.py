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
"""The folders of an export."""

# The principal point of an uncropped picture lies near its middle. One that is farther off than this share of
# the sides belongs to pictures of another size.
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
        depths: the depth PNG by number, where there is one.
    """

    pictures: Mapping[int, Path]
    depths: Mapping[int, Path]

    def jpeg(self, position: int) -> bytes:
        """The file's bytes, untouched."""
        path = self.pictures[int(self.numbers[position])]
        data = read_scan_file(path, _REMEDY)
        with faults_of(path, _REMEDY):
            check_jpeg(data, self.size)
        return data

    def depth(self, position: int) -> Depth | None:
        """From a PNG whose own header gives the stream's size."""
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
    """List the frames in a folder. A frame whose pose is missing is there, but is not valid.

    Args:
        folder: holds `color/`, and what there is of `depth/`, `pose/` and `intrinsic/`. Without `pose/`, the
            stream has no poses. Files are matched by number; gaps are fine, and keep their time.
        name: the scan's. `{name}.txt` gives the cameras where `intrinsic/` does not, and the size of the
            pictures before they were exported. ScanNet's exporter can shrink pictures and leaves matrices as
            they were; others adapt them. The principal point shows which of the two sizes a matrix is for.

    Raises:
        ScanError: there is no JPEG that a number names, two files have the same number, a folder is a link
            that cannot be followed, a file is not what its name says, or a camera matrix fits neither size.
    """
    for part in PARTS:
        refuse_broken_link(folder / part)
    pictures = _numbered(folder / COLOR, ".jpg")
    if not pictures:
        raise ScanError(folder / COLOR, "holds no frame: no file named like 0.jpg", _REMEDY)
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
    """The files `NUMBER.suffix` of a folder in the order of their numbers; none where there is no folder."""
    found: dict[int, Path] = {}
    try:
        with os.scandir(folder) as entries:
            names = sorted(entry.name for entry in entries)
    except FileNotFoundError:
        return {}
    except OSError as error:
        remedy = "Give yourself the right to read it." if isinstance(error, PermissionError) else _REMEDY
        raise ScanError(folder, f"cannot be listed: {error.strerror}", remedy) from None
    for name in names:
        stem, dot, ending = name.partition(".")
        if dot + ending.lower() != suffix or not _NUMBER.fullmatch(stem):
            continue
        if int(stem) in found:
            fault = f"holds frame {int(stem)} twice: {found[int(stem)].name} and {name}"
            raise ScanError(folder, fault, "Remove one of the two.")
        found[int(stem)] = folder / name
    return dict(sorted(found.items()))


def _size_of_first(files: Mapping[int, Path], size_of: Callable[[bytes], Size]) -> Size:
    first = next(iter(files.values()))
    data = read_scan_file(first, _REMEDY)
    with faults_of(first, _REMEDY):
        return size_of(data)


def _png_size(data: bytes) -> Size:
    """Width and height of a 16-bit grey PNG, from its header. Raises Fault."""
    if not data.startswith(_PNG_START) or len(data) < len(_PNG_START) + _PNG_SIZE.size:
        raise Fault("is no PNG")
    width, height, bits, kind = _PNG_SIZE.unpack_from(data, len(_PNG_START))
    if (bits, kind) != (16, _GREY):
        raise Fault(
            f"is a PNG of {bits} bits and colour type {kind}, not of 16 bits and grey: no depth in mm"
        )
    if not 0 < width * height <= MOST_PIXELS:
        raise Fault(f"is a PNG of {width:,} × {height:,} pixels; no frame of a video is")
    return width, height


def _camera(folder: Path, description: Path, name: str, size: Size) -> Array | None:
    """(3, 3) camera matrix of pictures of a size; None where no file gives one.

    Raises:
        ScanError: the exported matrix fits neither these pictures nor those that the description speaks of.
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
        fault = f"has its principal point at {x:.0f}, {y:.0f}: that is no picture of {size[0]} × {size[1]}"
        remedy = f"Put in the matrix of the exported pictures, or {description.name} beside the folder."
        raise ScanError(path, fault, remedy)
    return resized_camera(matrix, fitting, size)


def _off_centre(matrix: Array, size: Size) -> float:
    """How far a camera's principal point lies from the middle of a picture, as a share of its sides."""
    return float(np.abs((matrix[:2, 2] + 0.5) / size - 0.5).max())


def _read_matrix(path: Path) -> Array:
    """(4, 4) numbers, row by row; -inf and NaN are numbers."""
    words = read_scan_text(path, _REMEDY).split()
    with faults_of(path, _REMEDY):
        if len(words) != 16:
            raise Fault(f"holds {len(words)} numbers, not 16")
        try:
            return np.array([float(word) for word in words]).reshape(4, 4)
        except ValueError:
            raise Fault("holds something else than numbers") from None
