"""Checks whether a build can use a stream: reads everything that a build reads, without output."""

import numpy as np

from vsidata.scene import Array
from vsidata.sources.streams.frames import FrameStream
from vsidata.sources.streams.picking import at_rate
from vsidata.sources.streams.shown import Framing, show


def rehearse(stream: FrameStream, alignment: Array | None, framing: Framing, rate: float) -> None:
    """Read the pictures that a dataset would contain, and the depth that a build uses for visibility.

    Args:
        stream: the stream of a scan.
        alignment: (4, 4) from the frame of the scan's mesh to the room frame; None if they are the same.
        framing: how many frames are shown, at least one.
        rate: frames per second that the order of appearance uses.

    Raises:
        ScanError: the reason for which a build would skip the scan.
    """
    shown = show(stream, alignment, framing)
    if stream.poses is None or stream.color_matrix is None or stream.depth_matrix is None:
        return
    for position in np.union1d(shown.positions, at_rate(stream, rate)).tolist():
        stream.depth(position)
