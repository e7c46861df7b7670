"""Whether a build can use a stream: reads of it all that a build reads, and makes nothing of it."""

import numpy as np

from vsidata.scene import Array
from vsidata.sources.streams.frames import FrameStream
from vsidata.sources.streams.picking import at_rate
from vsidata.sources.streams.shown import Framing, show


def rehearse(stream: FrameStream, alignment: Array | None, framing: Framing, rate: float) -> None:
    """Read the pictures that a dataset would hold, and the depth by which a build sees what frames show.

    Args:
        stream: of a scan.
        alignment: (4, 4) from the frame of the scan's mesh to the room's; None where they are the same.
        framing: how many frames are shown, one at least.
        rate: frames a second that the order of appearance looks at.

    Raises:
        ScanError: what a build would set the scan aside for.
    """
    shown = show(stream, alignment, framing)
    if stream.poses is None or stream.color_matrix is None or stream.depth_matrix is None:
        return
    for position in np.union1d(shown.positions, at_rate(stream, rate)).tolist():
        stream.depth(position)
