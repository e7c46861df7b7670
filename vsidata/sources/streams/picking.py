"""Which frames of a stream a model is shown."""

import numpy as np

from vsidata.scene import IntArray
from vsidata.sources.streams.frames import FrameStream


def pick(stream: FrameStream, count: int) -> IntArray:
    """Positions of frames spread evenly over time, first and last included, as VSI-Bench shows a video.

    Only valid frames are picked: in a stream with poses, those whose pose is one. For each of `count` evenly
    spaced times from the first valid frame to the last, the nearest valid frame is taken; where that one is
    taken already, beside a gap, the next.

    Returns:
        (k,) rising, no frame twice; all valid frames where there are no more than `count`.

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
    """Positions of the first valid frame in each of the equal spans of time that a stream is cut into.

    Args:
        stream: of which at least one frame is valid.
        rate: spans a second.

    Returns:
        (k,) rising.
    """
    usable = np.flatnonzero(stream.valid)
    times = stream.timestamps[usable]
    _, first_of_each = np.unique(np.floor((times - times[0]) * rate), return_index=True)
    return usable[first_of_each]
