"""Where the camera of a stream went: what a floor plan draws."""

from dataclasses import dataclass

import numpy as np

from vsidata.scene import Array
from vsidata.sources.streams.frames import FrameStream

# A hand-held camera moves less than a step between two of these: a line through them is the way it went.
_A_SECOND = 2


@dataclass(frozen=True, eq=False)
class CameraPosition:
    """Where the camera was at a time.

    Attributes:
        seconds: since the stream began.
        position: (3,) metres, room frame; None where tracking was lost.
    """

    seconds: float
    position: Array | None


def camera_path(stream: FrameStream, alignment: Array | None) -> tuple[CameraPosition, ...] | None:
    """Where the camera was in each half second of a stream: at its first frame with a valid pose.

    Args:
        stream: of a scan.
        alignment: (4, 4) from the frame of the scan's mesh to the room's; None where they are the same.

    Returns:
        Spots, rising in time; None where the stream has no poses.
    """
    if stream.poses is None:
        return None
    halves = np.floor(stream.timestamps * _A_SECOND)
    in_turn = np.lexsort((~stream.valid, halves))  # by half second, there the valid frames first
    _, firsts = np.unique(halves[in_turn], return_index=True)
    rows = in_turn[firsts]
    positions = np.where(stream.valid[rows, None], stream.poses[rows, :3, 3], 0.0)
    if alignment is not None:
        positions = positions @ alignment[:3, :3].T + alignment[:3, 3]
    return tuple(
        CameraPosition(seconds, position if valid else None)
        for seconds, position, valid in zip(
            stream.timestamps[rows].tolist(), positions, stream.valid[rows], strict=True
        )
    )
