"""Streams of small scans, for builds with frames."""

from pathlib import Path

import numpy as np

from tests.sources.streams.sens_bytes import Frame, Sens, jpeg
from vsidata.sources.synthetic_mark import has_mark, write_mark


def pose(number: int, turn: float = 0.0) -> np.ndarray:
    """The pose from which frame `number` was taken: level, looking along y, held `turn` degrees clockwise."""
    sin, cos = np.sin(np.radians(turn)), np.cos(np.radians(turn))
    # Columns: the picture's right, its down, and the forward direction, in the frame of the room (z up).
    level = np.array([[1.0, 0, 0], [0, 0, 1], [0, -1, 0]])
    roll = np.array([[cos, -sin, 0], [sin, cos, 0], [0, 0, 1]])
    place = np.eye(4, dtype=np.float32)
    place[:3, :3] = level @ roll
    place[:3, 3] = number / 10, 0, 1.5
    return place


def sens(
    frames: int, *, lost: tuple[int, ...] = (), turn: float = 0.0, size: tuple[int, int] = (32, 24)
) -> Sens:
    """Frames of different shades at 20 frames per second. Frames with a number in `lost` have no pose."""
    return Sens(
        [
            Frame(
                jpeg=jpeg(10 + number * 2, *size),
                pose=np.full((4, 4), -np.inf, dtype=np.float32) if number in lost else pose(number, turn),
                color_time=1_000_000 + number * 50_000,
            )
            for number in range(frames)
        ],
        size=size,
    )


def write(root: Path, name: str, stream: Sens) -> Path:
    """Write a stream into the folder of a scan. A scan that is marked as synthetic stays marked."""
    path = root / "scans" / name / f"{name}.sens"
    path.write_bytes(stream.bytes())
    if has_mark(path.parent):
        write_mark(path.parent)
    return path
