"""What the stored frames of a scene must be before anything decodes them."""

import math
from collections.abc import Sequence
from itertools import pairwise

from vsidata.sources.scan_file import Fault

TURNS = (0, 90, 180, 270)
"""Degrees by which stored pictures may have to be turned clockwise to stand upright."""


def check_times(pictures: int, times: Sequence[float | None]) -> None:
    """Refuse frames that have no time each, or times that do not rise.

    Args:
        pictures: how many there are.
        times: seconds since the stream began, of each.

    Raises:
        Fault: numbers or times do not fit.
    """
    if not pictures:
        raise Fault("has no frames")
    if pictures != len(times):
        raise Fault(f"numbers of frames and times differ: {pictures:,} and {len(times):,}")
    known = [time for time in times if time is not None and math.isfinite(time)]
    if len(known) < len(times):
        raise Fault("has frames whose times are not numbers")
    if any(later <= earlier for earlier, later in pairwise(known)):
        raise Fault("has frames whose times do not rise")


def check_turn(orientation: int | None) -> None:
    """Refuse a turn that leaves no picture upright. None stands for unknown. Raises Fault."""
    if orientation not in (None, *TURNS):
        raise Fault(f"has frames to be turned by {orientation}°; only 0, 90, 180 and 270 are known")
