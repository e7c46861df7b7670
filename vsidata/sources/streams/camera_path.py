"""The path of a stream's camera, as floor plans show it."""

from dataclasses import dataclass

import numpy as np

from vsidata.scene import Array
from vsidata.sources.streams.frames import FrameStream
from vsidata.sources.streams.picking import first_of_spans

# Positions per second. Between two positions a hand-held camera moves less than a footstep, so a line through
# the positions shows its path.
_A_SECOND = 2


@dataclass(frozen=True, eq=False)
class CameraPosition:
    """The position of the camera at a time.

    Attributes:
        seconds: since the beginning of the stream.
        position: (3,) metres, room frame; None if tracking was lost.
    """

    seconds: float
    position: Array | None


def camera_path(stream: FrameStream, alignment: Array | None) -> tuple[CameraPosition, ...] | None:
    """Return the camera's position in each half second of a stream. The first frame with a valid pose counts.

    Args:
        stream: the stream of a scan.
        alignment: (4, 4) from the frame of the scan's mesh to the room frame; None if they are the same.

    Returns:
        Positions in order of time; None if the stream has no poses.
    """
    if stream.poses is None:
        return None
    rows, valid = first_of_spans(stream, _A_SECOND)
    positions = np.where(valid[:, None], stream.poses[rows, :3, 3], 0.0)
    if alignment is not None:
        positions = positions @ alignment[:3, :3].T + alignment[:3, 3]
    return tuple(
        CameraPosition(seconds, position if known else None)
        for seconds, position, known in zip(stream.timestamps[rows].tolist(), positions, valid, strict=True)
    )
