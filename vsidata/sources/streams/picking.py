"""Selection of the frames of a stream that a model is shown."""

import numpy as np

from vsidata.scene import IntArray
from vsidata.sources.streams.frames import BoolArray, FrameStream


def pick(stream: FrameStream, count: int) -> IntArray:
    """Return the positions of frames that are spread evenly over time. The first and last are included.

    Only valid frames are picked. `count` times are spaced evenly from the first valid frame to the last. The
    valid frame nearest to each time is picked. Next to a gap, this frame may be picked already. Then the next
    valid frame is picked.

    Returns:
        (k,) positions, rising, each once. All valid frames if there are at most `count`.

    Source: the evaluation of VSI-Bench, which spaces its frames evenly from the first to the last.
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


def first_of_spans(stream: FrameStream, rate: float) -> tuple[IntArray, BoolArray]:
    """Divide a stream into equal time spans, and choose a frame in each.

    It is the first valid frame, else the first frame.

    Args:
        stream: the stream.
        rate: spans per second.

    Returns:
        (n,) positions, rising: one for each span that has a frame. (n,) whether each of these frames is
        valid.
    """
    spans = np.floor(stream.timestamps * rate)
    in_turn = np.lexsort((~stream.valid, spans))  # sorted by span; valid frames are first in each
    _, firsts = np.unique(spans[in_turn], return_index=True)
    rows = in_turn[firsts]
    return rows, stream.valid[rows]


def at_rate(stream: FrameStream, rate: float) -> IntArray:
    """Divide a stream into equal time spans, and return the position of the first valid frame in each.

    Args:
        stream: a stream with at least one valid frame.
        rate: spans per second.

    Returns:
        (k,) positions, rising. Spans without a valid frame have none.
    """
    usable = np.flatnonzero(stream.valid)
    times = stream.timestamps[usable]
    _, first_of_each = np.unique(np.floor((times - times[0]) * rate), return_index=True)
    return usable[first_of_each]
