"""Pictures that are small enough for a page sent by mail."""

import base64

import cv2

from vsidata.sources.scan_file import Fault
from vsidata.sources.streams.image import decode, encode
from vsidata.sources.streams.jpeg import jpeg_size

# Sixteen thumbnails of this size add 110 kB to a page. Two fit side by side on a phone.
_LONGEST_SIDE = 224
_QUALITY = 60

# A JPEG can be decoded at a reduced size, which takes less time.
_REDUCED = {8: cv2.IMREAD_REDUCED_COLOR_8, 4: cv2.IMREAD_REDUCED_COLOR_4, 2: cv2.IMREAD_REDUCED_COLOR_2}
_TURNS = {90: cv2.ROTATE_90_CLOCKWISE, 180: cv2.ROTATE_180, 270: cv2.ROTATE_90_COUNTERCLOCKWISE}


def thumbnail(jpeg: bytes, orientation: int | None) -> str | None:
    """A small upright copy of a picture, as a data URI; None if it cannot be decoded.

    Args:
        jpeg: the picture.
        orientation: degrees by which it must be turned clockwise to be upright; None if unknown.
    """
    try:
        longest = max(jpeg_size(jpeg))
        flags = next(
            (flag for part, flag in _REDUCED.items() if longest / part >= _LONGEST_SIDE), cv2.IMREAD_COLOR
        )
        picture = decode(jpeg, flags)
    except Fault:
        return None
    height, width = picture.shape[:2]
    scale = _LONGEST_SIDE / max(width, height)
    if scale < 1:
        size = max(1, round(width * scale)), max(1, round(height * scale))
        picture = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    if orientation in _TURNS:
        picture = cv2.rotate(picture, _TURNS[orientation])
    return f"data:image/jpeg;base64,{base64.b64encode(encode(picture, _QUALITY)).decode()}"
