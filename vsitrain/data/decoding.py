"""Decode JPEGs to arrays at the size that a model is trained on."""

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from vsidata.sources.streams import image
from vsidata.sources.streams.frames import Size
from vsidata.sources.streams.jpeg import jpeg_size

Pictures = NDArray[np.uint8]

# A JPEG can be decoded at a fraction of its size, which saves most of the work.
_FRACTIONS = {8: cv2.IMREAD_REDUCED_COLOR_8, 4: cv2.IMREAD_REDUCED_COLOR_4, 2: cv2.IMREAD_REDUCED_COLOR_2}


def fitted(size: Size, max_pixels: int) -> Size:
    """Width and height of a picture, shrunk in proportion to at most `max_pixels`; never enlarged."""
    width, height = size
    shrink = min(1.0, math.sqrt(max_pixels / (width * height)))
    return max(1, math.floor(width * shrink)), max(1, math.floor(height * shrink))


def decode(jpeg: bytes, size: Size) -> Pictures:
    """Decode a JPEG to (height, width, 3) RGB, shrunk to a size.

    The JPEG is decoded at the smallest fraction of its size that is at least `size`, and then averaged down
    to `size`. The orientation in the camera's metadata is ignored, because a build states its own.

    Args:
        jpeg: a complete JPEG.
        size: width and height, at most those of the picture.

    Raises:
        Fault: the file is not a JPEG, or is incomplete, or contains no picture. Damaged pixels are not
            detected.
    """
    width, height = jpeg_size(jpeg)
    fraction = next((f for f in _FRACTIONS if width >= f * size[0] and height >= f * size[1]), 1)
    picture = image.decode(jpeg, _FRACTIONS.get(fraction, cv2.IMREAD_COLOR))
    if picture.shape[1::-1] != size:
        picture = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2RGB), dtype=np.uint8)
