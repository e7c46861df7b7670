"""A scan's `.txt`: `key = value` lines, of which `axisAlignment` turns the mesh into the room's frame."""

from pathlib import Path

import numpy as np

from vsidata.scene import Array
from vsidata.sources.scan_file import Fault, faults_of, read_scan_text

# The values are written with six decimals, so a true rotation is orthonormal to about 1e-6.
_RIGID_TOLERANCE = 1e-3


def read_alignment(path: Path, remedy: str) -> Array | None:
    """The (4, 4) transform from the mesh's frame to the room's, z up; None where the file does not name one.

    Args:
        path: a text file of `key = value` lines; lines without `=` are passed over.
        remedy: what to do where the file is missing or damaged.

    Raises:
        ScanError: the file cannot be read or is not text, or `axisAlignment` is given twice, or is not 16
            finite numbers, row by row, that make a rotation and a shift.
    """
    text = read_scan_text(path, remedy)
    with faults_of(path, remedy):
        pairs = (line.partition("=") for line in text.splitlines())
        values = [value for key, _, value in pairs if key.strip() == "axisAlignment"]
        if len(values) > 1:
            raise Fault(f"gives axisAlignment {len(values)} times")
        return _rigid_transform(values[0]) if values else None


def _rigid_transform(text: str) -> Array:
    try:
        numbers = np.array([float(word) for word in text.split()])
    except ValueError:
        raise Fault(f"its axisAlignment holds something else than numbers: {text.strip()[:80]!r}") from None
    if len(numbers) != 16:
        raise Fault(f"its axisAlignment has {len(numbers)} numbers, not 16")
    if not np.isfinite(numbers).all():
        raise Fault("its axisAlignment holds a number that is not finite")
    transform = numbers.reshape(4, 4)
    rotation = transform[:3, :3]
    with np.errstate(over="ignore", invalid="ignore"):
        skew = np.abs(rotation @ rotation.T - np.eye(3)).max()
        if not skew <= _RIGID_TOLERANCE:
            raise Fault(f"its axisAlignment is no rotation and shift: it stretches or skews by {skew:.3g}")
    if np.linalg.det(rotation) < 0:
        raise Fault("its axisAlignment is no rotation and shift: it mirrors the room")
    if np.abs(transform[3] - [0, 0, 0, 1]).max() > _RIGID_TOLERANCE:
        raise Fault(f"its axisAlignment ends in the row {transform[3].tolist()}, not 0 0 0 1")
    return transform
