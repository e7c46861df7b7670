"""Reads the size of a JPEG without decoding it. Format: ITU-T T.81, annex B."""

from vsidata.sources.scan_file import Fault
from vsidata.sources.streams.frames import MOST_PIXELS, Size

_START = b"\xff\xd8"
_END = b"\xff\xd9"
_START_OF_SCAN = 0xDA
_SCAN_MARKER = bytes((0xFF, _START_OF_SCAN))
# A progressive JPEG usually has ten scans. A decoder reads the whole picture once per scan.
_MOST_SCANS = 32
# C4, C8 and CC are in the same range but mark something else.
_START_OF_FRAME = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


def jpeg_size(data: bytes) -> Size:
    """Return the width and height that a JPEG has after decoding.

    Raises:
        Fault: the data is not a JPEG, is cut short, has too many scans, or is too large for a frame of a
            video.
    """
    if not data.startswith(_START):
        raise Fault("is not a JPEG: it does not begin with FF D8")
    size = None
    at = len(_START)
    while at + 4 <= len(data):
        if data[at] != 0xFF:
            raise Fault(f"is a damaged JPEG: byte {at:,} should begin a marker")
        marker = data[at + 1]
        if marker == 0xFF:  # a fill byte
            at += 1
            continue
        if marker in _START_OF_FRAME:
            height, width = (int.from_bytes(data[at + place : at + place + 2]) for place in (5, 7))
            size = width, height
        if marker == _START_OF_SCAN:
            break
        at += 2 + int.from_bytes(data[at + 2 : at + 4])
    # After the start of a scan, FF D9 can only mean the end.
    if size is None or data.rfind(_END, at) < 0:
        raise Fault(f"is a JPEG that is cut short after {len(data):,} bytes")
    if (scans := data.count(_SCAN_MARKER, at)) > _MOST_SCANS:
        raise Fault(f"is a JPEG of {scans:,} scans, too many for a picture of a camera")
    if not 0 < size[0] * size[1] <= MOST_PIXELS:
        raise Fault(f"is a JPEG of {size[0]:,} × {size[1]:,} pixels, too large for a frame of a video")
    return size


def check_jpeg(data: bytes, size: Size) -> None:
    """Check that data is a complete JPEG of the stream's size. Raises Fault."""
    own = jpeg_size(data)
    if own != size:
        raise Fault(f"is a JPEG of {own[0]} × {own[1]} pixels in a stream of {size[0]} × {size[1]}")
