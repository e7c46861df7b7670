"""Films a room, on a walk or from its corners. Writes the `.sens`, and returns what each frame shows."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from vsidata.scene import Array
from vsidata.sources.streams.image import encode
from vsidata.synthetic.camera import PhoneCamera, camera
from vsidata.synthetic.corners import corners
from vsidata.synthetic.layout import Room
from vsidata.synthetic.render import Picture, render, set_stage
from vsidata.synthetic.seeding import generator
from vsidata.synthetic.sens_writer import Frame, write_sens
from vsidata.synthetic.walk import walk

_LOST = np.full((4, 4), -np.inf)  # as ScanNet writes it
_LOST_AT_ONCE = 3  # frames


View = Callable[[Room, int], Array]
"""A function that returns (count, 4, 4) camera poses for a room and a number of frames."""

VIEWS: Mapping[str, View] = {"walk": walk, "corners": corners}
"""The ways to film a room."""


def film(
    path: Path,
    room: Room,
    alignment: Array,
    count: int,
    *,
    phone: PhoneCamera | None = None,
    view: View = walk,
) -> dict[str, Any]:
    """Film a room. The same arguments give the same bytes.

    Args:
        path: the `.sens` to write.
        room: the recipe.
        alignment: (4, 4) from the frame of the scan's mesh, which stored poses use, to the room frame.
        count: number of frames.
        phone: the camera; None for the default.
        view: the way to film.

    Returns:
        The truth about the frames, described in `truth.py` under `frames`.
    """
    phone = phone or camera()
    poses = view(room, count)
    lost = _lost(count, phone.lost, generator(room.seed, room.index, "lost"))
    pixels: list[dict[int, int]] = []

    def shoot() -> Iterator[Frame]:
        stage = set_stage(room, phone)
        rng = generator(room.seed, room.index, "grain")
        for row, pose in enumerate(poses):
            picture = render(stage, pose, rng)
            pixels.append(_shares(picture))
            stored = _LOST if lost[row] else np.linalg.inv(alignment) @ pose
            jpeg = encode(picture.colour, phone.quality)
            yield Frame(jpeg, picture.depth, stored, round(row / phone.rate * 1e6))

    write_sens(path, shoot(), phone.size, phone.depth_size, phone.matrix, phone.depth_matrix)
    return {
        "size": list(phone.size),
        "rate": phone.rate,
        "lost": np.flatnonzero(lost).tolist(),
        "pixels": pixels,
    }


def description(phone: PhoneCamera, count: int) -> dict[str, str]:
    """Return the keys and values with which ScanNet's `.txt` describes a stream."""
    found = {"numColorFrames": str(count), "numDepthFrames": str(count), "numIMUmeasurements": "0"}
    cameras = (("color", phone.size, phone.matrix), ("depth", phone.depth_size, phone.depth_matrix))
    for name, (width, height), matrix in cameras:
        found |= {f"{name}Width": str(width), f"{name}Height": str(height)}
        places = {"fx": (0, 0), "fy": (1, 1), "mx": (0, 2), "my": (1, 2)}
        found |= {f"{key}_{name}": f"{matrix[place]:.6f}" for key, place in places.items()}
    return found


def _shares(picture: Picture) -> dict[int, int]:
    """Return the number of pixels of each instance."""
    instances, counts = np.unique(picture.instances[picture.instances >= 0], return_counts=True)
    return dict(zip(instances.tolist(), counts.tolist(), strict=True))


def _lost(count: int, share: float, rng: Generator) -> NDArray[np.bool_]:
    """Draw the frames without a pose, as a mask (count,). They are runs of a few frames, never the first."""
    lost = np.zeros(count, dtype=bool)
    wanted = round(share * count)
    while lost.sum() < wanted:
        start = int(rng.integers(1, count))
        lost[start : start + min(_LOST_AT_ONCE, wanted - int(lost.sum()))] = True
    return lost
