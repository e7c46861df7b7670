"""Limits on the number of pixels of a frame."""

import math
from collections.abc import Mapping
from typing import Any

from vsidata.errors import VsiError
from vsitrain.families.family import family_of

_LONGEST_SIDE = 4
"""Maximum ratio of a frame's sides for which `max_pixels` is respected. Films and phones have at most 2.4."""

_BOTH_SIDES = math.sqrt(_LONGEST_SIDE) + 1 / math.sqrt(_LONGEST_SIDE)
"""Width plus height of a frame with the ratio _LONGEST_SIDE and the area 1."""


def limit_pixels(processor: Any, *, min_pixels: int, max_pixels: int, frames: int) -> None:
    """Set the minimum and maximum number of pixels of a frame. They are saved with the processor.

    Qwen's processors enlarge a small frame to complete squares of pixels. If `min_pixels` is close to
    `max_pixels`, the enlarged frame could exceed `max_pixels`. Then the processors get a smaller
    `min_pixels`: see `least_below`.

    Args:
        processor: the processor to change.
        min_pixels, max_pixels: height × width of a frame, in a video or as an image.
        frames: number of frames of a clip. Qwen3-VL limits the whole video: in a shorter video, each frame
            may have more pixels.

    Raises:
        VsiError: the family resizes every frame to one size, or the limits are below one square.
    """
    family, images = family_of(processor), processor.image_processor
    if family.limits is None:
        fault = f"has no effect on {family.name}, which resizes every frame to one size"
        raise VsiError("max_pixels", fault, "Remove min_pixels and max_pixels.")
    unit = images.patch_size * images.merge_size
    if max_pixels < unit**2:
        fault = f"is {max_pixels}, but {family.name} reads a frame in squares of {unit} × {unit} pixels"
        raise VsiError("max_pixels", fault, f"Set it to at least {unit**2}.")
    images.size = frame_limits(min_pixels, max_pixels, unit)
    times = max(frames, family.fewest) if family.limits == "video" else 1
    processor.video_processor.size = video_limits(images.size, times)


def frame_limits(min_pixels: int, max_pixels: int, unit: int) -> dict[str, int]:
    """Limits of a frame in the form of Qwen's processors.

    Args:
        min_pixels, max_pixels: minimum and maximum number of pixels of a frame.
        unit: side of the squares of a frame, in pixels.
    """
    least = max(1, min(min_pixels, least_below(max_pixels, unit)))
    return {"shortest_edge": least, "longest_edge": max_pixels}


def video_limits(of_a_frame: Mapping[str, int], frames: int) -> dict[str, int]:
    """Limits of a whole video, from those of a frame.

    Qwen3-VL rounds the number of frames to an even number before it applies the upper limit: five frames
    count as four.
    """
    even = min(frames, 2 * round(frames / 2)) or 1
    least, most = of_a_frame["shortest_edge"], of_a_frame["longest_edge"]
    return {"shortest_edge": least * frames, "longest_edge": most * even}


def least_below(max_pixels: int, unit: int) -> int:
    """The largest `min_pixels` with which an enlarged frame never has more than `max_pixels`.

    The processor rounds both sides up to complete squares. A frame with sides of a and b squares has n = a ·
    b squares before, and fewer than n + a + b + 1 after.

    Args:
        max_pixels: maximum number of pixels of a frame, at least one square.
        unit: side of a square in pixels.
    """
    side = (math.sqrt(_BOTH_SIDES**2 + 4 * (max_pixels / unit**2 - 1)) - _BOTH_SIDES) / 2
    return math.floor((side * unit) ** 2)


def most_above(min_pixels: int, unit: int) -> int:
    """The smallest `max_pixels` with which frames can have `min_pixels`.

    The inverse of `least_below`.
    """
    side = math.sqrt(min_pixels) / unit
    return math.ceil((side**2 + _BOTH_SIDES * side + 1) * unit**2)
