"""Reads the cameras in a scan's `.txt`, which has `key = value` lines.

ScanNet's exporter can shrink pictures, but does not change the cameras.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from vsidata.scene import Array
from vsidata.sources.scan_file import LARGEST_TEXT, read_scan_file
from vsidata.sources.streams.frames import MOST_PIXELS, Size, camera_matrix

_REMEDY = "Download it again (--type .txt)."


@dataclass(frozen=True, eq=False)
class DescribedCamera:
    """A camera of the original pictures, before the export.

    Attributes:
        size: the size of its pictures.
        matrix: (3, 3) pixel = matrix @ (x right, y down, z forward); None if the file does not state it.
    """

    size: Size
    matrix: Array | None


def described_camera(path: Path, name: str) -> DescribedCamera | None:
    """Read one camera of a scan; None if there is no file, or if it does not state the pictures' size.

    Args:
        path: the scan's `.txt`.
        name: `color` or `depth`.

    Raises:
        ScanError: the file exists but cannot be read.
    """
    if not os.path.lexists(path):
        return None
    lines = read_scan_file(path, _REMEDY, LARGEST_TEXT).decode("utf-8-sig", "replace").splitlines()
    said = {key.strip(): value for key, _, value in (line.partition("=") for line in lines)}
    width, height = (_number(said, f"{name}{side}") for side in ("Width", "Height"))
    if not (1 <= width <= MOST_PIXELS and 1 <= height <= MOST_PIXELS):
        return None
    fx, fy, mx, my = (_number(said, f"{key}_{name}") for key in ("fx", "fy", "mx", "my"))
    matrix = camera_matrix(np.array([[fx, 0, mx], [0, fy, my], [0, 0, 1]]))
    return DescribedCamera((int(width), int(height)), matrix)


def _number(said: Mapping[str, str], key: str) -> float:
    """Return the number of a key; NaN if the key is missing or its value is not a number."""
    try:
        return float(said.get(key, "nan"))
    except ValueError:
        return float("nan")
