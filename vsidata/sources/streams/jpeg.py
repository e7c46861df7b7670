"""A JPEG's size without decoding it. Format: ITU-T T.81, annex B."""

from vsidata.sources.scan_file import Fault
from vsidata.sources.streams.frames import MOST_PIXELS, Size

_START = b"\xff\xd8"
_END = b"\xff\xd9"
_START_OF_SCAN = 0xDA
_SCAN_MARKER = bytes((0xFF, _START_OF_SCAN))
# The usual progressive JPEG has ten scans, each of which costs a decoder a pass over the whole picture.
_MOST_SCANS = 32
# C4, C8 and CC lie in the same range and are something else.
_START_OF_FRAME = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


def jpeg_size(data: bytes) -> Size:
    """Width and height that a JPEG will have once decoded.

    Raises:
        Fault: it is no JPEG, is cut short, has more scans than any, or is larger than any frame of a video.
    """
    if not data.startswith(_START):
        raise Fault("is no JPEG: it does not begin with FF D8")
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
    # Within the pixels that follow the start of a scan, FF D9 can stand for nothing else than the end.
    if size is None or data.rfind(_END, at) < 0:
        raise Fault(f"is a JPEG that is cut short after {len(data):,} bytes")
    if (scans := data.count(_SCAN_MARKER, at)) > _MOST_SCANS:
        raise Fault(f"is a JPEG of {scans:,} scans; no camera takes one")
    if not 0 < size[0] * size[1] <= MOST_PIXELS:
        raise Fault(f"is a JPEG of {size[0]:,} × {size[1]:,} pixels; no frame of a video is")
    return size


def check_jpeg(data: bytes, size: Size) -> None:
    """Refuse what is not a whole JPEG of the stream's size. Raises Fault."""
    own = jpeg_size(data)
    if own != size:
        raise Fault(f"is a JPEG of {own[0]} × {own[1]} pixels in a stream of {size[0]} × {size[1]}")
