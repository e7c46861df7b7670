"""Reads `axisAlignment`, the transform from the mesh to the room frame, from the `.txt` of a scan."""

from pathlib import Path

import numpy as np

from vsidata.scene import Array
from vsidata.sources.scan_file import Fault, faults_of, read_scan_text

# The values are written with six decimals, so a true rotation is orthonormal to about 1e-6.
_RIGID_TOLERANCE = 1e-3


def read_alignment(path: Path, remedy: str) -> Array | None:
    """Return the (4, 4) transform from the mesh's frame to the room frame (z up).

    Return None if the file has no transform.

    Args:
        path: a text file of `key = value` lines; lines without `=` are ignored.
        remedy: what to do if the file is missing or damaged.

    Raises:
        ScanError: the file cannot be read or is not text, `axisAlignment` occurs twice, or its value is not a
            rotation and a shift, written as 16 finite numbers row by row.
    """
    text = read_scan_text(path, remedy)
    with faults_of(path, remedy):
        pairs = (line.partition("=") for line in text.splitlines())
        values = [value for key, _, value in pairs if key.strip() == "axisAlignment"]
        if len(values) > 1:
            raise Fault(f"has axisAlignment {len(values)} times")
        return _rigid_transform(values[0]) if values else None


def _rigid_transform(text: str) -> Array:
    try:
        numbers = np.array([float(word) for word in text.split()])
    except ValueError:
        raise Fault(f"its axisAlignment has words that are not numbers: {text.strip()[:80]!r}") from None
    if len(numbers) != 16:
        raise Fault(f"its axisAlignment needs 16 numbers, but has {len(numbers)}")
    if not np.isfinite(numbers).all():
        raise Fault("its axisAlignment has a number that is not finite")
    transform = numbers.reshape(4, 4)
    rotation = transform[:3, :3]
    with np.errstate(over="ignore", invalid="ignore"):
        skew = np.abs(rotation @ rotation.T - np.eye(3)).max()
        if not skew <= _RIGID_TOLERANCE:
            raise Fault(f"its axisAlignment is not a rotation and shift: it stretches or skews by {skew:.3g}")
    if np.linalg.det(rotation) < 0:
        raise Fault("its axisAlignment is not a rotation and shift: it mirrors the room")
    if np.abs(transform[3] - [0, 0, 0, 1]).max() > _RIGID_TOLERANCE:
        raise Fault(f"its axisAlignment ends in the row {transform[3].tolist()}, not 0 0 0 1")
    return transform
