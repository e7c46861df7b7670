"""Checks the stored frames of a scene before they are decoded."""

import math
from collections.abc import Sequence
from itertools import pairwise

from vsidata.sources.scan_file import Fault

TURNS = (0, 90, 180, 270)
"""Degrees by which stored pictures may need to be turned clockwise to be upright."""


def check_times(pictures: int, times: Sequence[float | None]) -> None:
    """Check that each frame has a time, and that the times rise.

    Args:
        pictures: the number of frames.
        times: seconds since the beginning of the stream, one per frame.

    Raises:
        Fault: the numbers of pictures and times differ, or a time is missing or does not rise.
    """
    if not pictures:
        raise Fault("has no frames")
    if pictures != len(times):
        raise Fault(f"numbers of frames and times differ: {pictures:,} and {len(times):,}")
    known = [time for time in times if time is not None and math.isfinite(time)]
    if len(known) < len(times):
        raise Fault("has frames with times that are not numbers")
    if any(later <= earlier for earlier, later in pairwise(known)):
        raise Fault("has frames with times that do not rise")


def check_places(places: Sequence[int], stored: int) -> None:
    """Check that the frames that a question names exist, and that they are in the order of the video.

    Args:
        places: positions from 0 among the stored frames.
        stored: the number of stored frames.

    Raises:
        Fault: there are no positions, or a position does not exist or does not rise.
    """
    if not places:
        raise Fault("names an empty list of frames")
    if missing := [place for place in places if place is None or not 0 <= place < stored]:
        raise Fault(f"names the frame at position {missing[0]}, but the positions are 0 to {stored - 1:,}")
    if any(later <= earlier for earlier, later in pairwise(places)):
        raise Fault(f"names frames that are not in the order of the video: {', '.join(map(str, places))}")


def check_turn(orientation: int | None) -> None:
    """Check that a turn is in TURNS, or is None (unknown). Raises Fault."""
    if orientation not in (None, *TURNS):
        raise Fault(f"has frames to be turned by {orientation}°; only 0, 90, 180 and 270 are supported")
