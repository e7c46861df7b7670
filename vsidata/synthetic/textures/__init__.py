"""Square patterns for surfaces, drawn once per process."""

import zlib
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from vsidata.synthetic.textures import pictures, repeating
from vsidata.synthetic.textures.drawing import PAINTERS, SIDE, Tile

__all__ = ["SIDE", "pictures", "repeating", "tiles"]

_SOFTNESS = (1.5, 4.0)  # pixels: distant patterns are blurred so that they do not flicker


@cache
def tiles() -> tuple[dict[str, int], NDArray[np.uint8]]:
    """Return the number of each pattern by name, and (levels, patterns, SIDE, SIDE, 3) sRGB.

    The sharpest level is first.
    """
    sharp = np.stack(
        [painter(np.random.default_rng(zlib.crc32(name.encode()))) for name, painter in PAINTERS.items()]
    )
    levels = [sharp, *(np.stack([_softer(tile, pixels) for tile in sharp]) for pixels in _SOFTNESS)]
    found = (np.clip(np.stack(levels), 0, 1) * 255).astype(np.uint8)
    return {name: number for number, name in enumerate(PAINTERS)}, found


def _softer(tile: Tile, pixels: float) -> Tile:
    margin = 16  # wider than the reach of the blur
    wide = np.pad(tile, ((margin, margin), (margin, margin), (0, 0)), mode="wrap")
    soft = cv2.GaussianBlur(wide, (0, 0), pixels)[margin:-margin, margin:-margin]
    return np.asarray(soft, dtype=np.float32)
