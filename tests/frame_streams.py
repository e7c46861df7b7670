"""Streams without pictures. They have only the time, the camera pose and the validity of each frame."""

from pathlib import Path

import numpy as np

from vsidata.scene import Array
from vsidata.sources.streams.frames import Depth, FrameStream


class BareStream(FrameStream):
    """A stream of times, poses and validity, without pictures."""

    def jpeg(self, position: int) -> bytes:
        raise NotImplementedError

    def depth(self, position: int) -> Depth | None:
        raise NotImplementedError


def bare_stream(
    poses: Array | None, rate: float = 30.0, matrix: Array | None = None, size: tuple[int, int] = (640, 480)
) -> BareStream:
    """Make a stream of valid frames at a constant rate. Poses are (n, 4, 4) in the frame of the mesh."""
    frames = 1 if poses is None else len(poses)
    return BareStream(
        path=Path("scene.sens"),
        size=size,
        depth_size=None,
        color_matrix=matrix,
        depth_matrix=None,
        numbers=np.arange(frames),
        timestamps=np.arange(frames) / rate,
        timed=True,
        poses=poses,
        valid=np.ones(frames, dtype=bool),
    )
