"""Checks whether a build can use a stream. Reads everything that a build reads, without output."""

import numpy as np

from vsidata.scene import Array
from vsidata.sources.streams.frames import FrameStream
from vsidata.sources.streams.picking import at_rate
from vsidata.sources.streams.shown import Framing, show


def rehearse(stream: FrameStream, alignment: Array | None, framing: Framing, rate: float) -> None:
    """Read the pictures that the dataset would contain, and the depth that a build needs for visibility.

    Args:
        stream: the stream of a scan.
        alignment: (4, 4) from the frame of the scan's mesh to the room frame; None if they are the same.
        framing: number and size of the frames; at least one frame.
        rate: frames per second that the question type about the order of appearance uses.

    Raises:
        ScanError: a build would skip the scan; the error states the reason.
    """
    shown = show(stream, alignment, framing)
    if stream.poses is None or stream.color_matrix is None or stream.depth_matrix is None:
        return
    for position in np.union1d(shown.positions, at_rate(stream, rate)).tolist():
        stream.depth(position)
