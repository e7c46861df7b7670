"""Selection of the frames of a stream that a model is shown."""

import numpy as np

from vsidata.scene import IntArray
from vsidata.sources.streams.frames import FrameStream


def pick(stream: FrameStream, count: int) -> IntArray:
    """Positions of frames spread evenly over time, first and last included, as VSI-Bench shows a video.

    Only valid frames are picked. For each of `count` evenly spaced times from the first valid frame to the
    last, the nearest valid frame is picked; next to a gap, if that one is already picked, the next one.

    Returns:
        (k,) rising, each frame once; all valid frames if there are at most `count`.

    Source: the evaluation of VSI-Bench spaces its frames evenly from the first to the last.
    """
    usable = np.flatnonzero(stream.valid)
    if len(usable) <= count:
        return usable
    times = stream.timestamps[usable]
    wanted = np.linspace(times[0], times[-1], count)
    after = np.searchsorted(times, wanted).clip(1, len(times) - 1)
    is_before = wanted - times[after - 1] <= times[after] - wanted
    nearest = np.where(is_before, after - 1, after)
    rank = np.arange(count)
    rising = np.maximum.accumulate(nearest - rank) + rank
    return usable[np.minimum(rising, len(usable) - count + rank)]


def at_rate(stream: FrameStream, rate: float) -> IntArray:
    """Positions of the first valid frame in each of the equal time spans of a stream.

    Args:
        stream: a stream with at least one valid frame.
        rate: spans per second.

    Returns:
        (k,) rising.
    """
    usable = np.flatnonzero(stream.valid)
    times = stream.timestamps[usable]
    _, first_of_each = np.unique(np.floor((times - times[0]) * rate), return_index=True)
    return usable[first_of_each]
