"""How many pixels a frame has: limits that a processor holds to."""

import math
from collections.abc import Mapping
from typing import Any

from vsidata.errors import VsiError
from vsitrain.families.family import family_of

_LONGEST_SIDE = 4
"""Ratio of a frame's sides up to which `max_pixels` holds. Films and phones have at most 2.4."""

_BOTH_SIDES = math.sqrt(_LONGEST_SIDE) + 1 / math.sqrt(_LONGEST_SIDE)
"""Length of two sides of such a frame of one square, which is how much its area grows with the rounding."""


def limit_pixels(processor: Any, *, min_pixels: int, max_pixels: int, frames: int) -> None:
    """Set how many pixels a frame has at least and at most; it is scaled to that. Saved with the processor.

    The processors of Qwen enlarge a frame to whole squares and do not look at `max_pixels` then. So that
    `max_pixels` holds, they are given a smaller `min_pixels` where the two are close: see `least_below`.

    Args:
        processor: to change.
        min_pixels, max_pixels: height × width of a frame, whether it comes in a video or as an image.
        frames: of a clip. Qwen3-VL limits a whole video: if one has fewer, each may have more pixels.

    Raises:
        VsiError: the family brings every frame to one size, or the limits are below one square.
    """
    family, images = family_of(processor), processor.image_processor
    if family.limits is None:
        fault = f"has no effect on {family.name}, which brings every frame to one size"
        raise VsiError("max_pixels", fault, "Leave min_pixels and max_pixels out.")
    unit = images.patch_size * images.merge_size
    if max_pixels < unit**2:
        fault = f"is {max_pixels}, and {family.name} reads a frame in squares of {unit} × {unit} pixels"
        raise VsiError("max_pixels", fault, f"Set it to at least {unit**2}.")
    images.size = frame_limits(min_pixels, max_pixels, unit)
    times = max(frames, family.fewest) if family.limits == "video" else 1
    processor.video_processor.size = video_limits(images.size, times)


def frame_limits(min_pixels: int, max_pixels: int, unit: int) -> dict[str, int]:
    """Limits of a frame as a processor of Qwen is given them.

    Args:
        min_pixels, max_pixels: of a frame.
        unit: side of the squares that it is read in, in pixels.
    """
    least = max(1, min(min_pixels, least_below(max_pixels, unit)))
    return {"shortest_edge": least, "longest_edge": max_pixels}


def video_limits(of_a_frame: Mapping[str, int], frames: int) -> dict[str, int]:
    """Limits of a whole video, from those of a frame.

    Qwen3-VL compares its upper limit with an even number of frames: with five it counts four.
    """
    even = min(frames, 2 * round(frames / 2)) or 1
    least, most = of_a_frame["shortest_edge"], of_a_frame["longest_edge"]
    return {"shortest_edge": least * frames, "longest_edge": most * even}


def least_below(max_pixels: int, unit: int) -> int:
    """The most pixels that a frame can be enlarged to so that it never has more than `max_pixels`.

    Both sides are rounded up to whole squares: n squares become fewer than n + a + b + 1, if the sides are a
    and b squares long.

    Args:
        max_pixels: of a frame; at least one square.
        unit: side of a square in pixels.
    """
    side = (math.sqrt(_BOTH_SIDES**2 + 4 * (max_pixels / unit**2 - 1)) - _BOTH_SIDES) / 2
    return math.floor((side * unit) ** 2)


def most_above(min_pixels: int, unit: int) -> int:
    """The fewest pixels that may be the upper limit of frames that have at least `min_pixels`.

    The inverse of `least_below`, with the same arguments.
    """
    side = math.sqrt(min_pixels) / unit
    return math.ceil((side**2 + _BOTH_SIDES * side + 1) * unit**2)
