"""Pictures at the size that a dataset wants, and cameras that go with them."""

import cv2
import numpy as np

from vsidata.scene import Array
from vsidata.sources.scan_file import Fault
from vsidata.sources.streams.frames import Size
from vsidata.sources.streams.jpeg import jpeg_size


def at_size(jpeg: bytes, frame_size: Size | int | None, quality: int) -> tuple[bytes, Size]:
    """A JPEG at the size wanted, and that size. The same bytes come from the same bytes.

    Args:
        jpeg: a whole JPEG.
        frame_size: width and height, which every picture is brought to; or the longer side, to which larger
            pictures are shrunk in proportion; or None for the size that the picture has.
        quality: 1 to 100, of what is encoded anew. A picture that has the size already is returned untouched.

    Raises:
        Fault: it is no JPEG or is damaged.
    """
    size = jpeg_size(jpeg)
    wanted = _wanted(size, frame_size)
    if wanted == size:
        return jpeg, size
    return encode(cv2.resize(decode(jpeg), wanted, interpolation=cv2.INTER_AREA), quality), wanted


def decode(jpeg: bytes, flags: int = cv2.IMREAD_COLOR) -> cv2.typing.MatLike:
    """(height, width, 3) uint8, blue first, of a JPEG whose size was checked before.

    The orientation that a camera may have noted is ignored, as the camera's matrix and poses ignore it.

    Args:
        jpeg: a whole JPEG.
        flags: of OpenCV; IMREAD_REDUCED_COLOR_2 and so on decode a fraction of the size.

    Raises:
        Fault: it cannot be decoded. Decoders pass over damaged pixels.
    """
    try:
        image = cv2.imdecode(np.frombuffer(jpeg, np.uint8), flags | cv2.IMREAD_IGNORE_ORIENTATION)
    except cv2.error:
        image = None
    if image is None:
        raise Fault("is a damaged JPEG")
    return image


def encode(image: cv2.typing.MatLike, quality: int) -> bytes:
    """(height, width, 3) uint8, blue first as OpenCV has it, as JPEG of a quality from 1 to 100."""
    done, data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])
    if not done:
        raise ValueError(f"OpenCV cannot write a picture of the shape {image.shape} as JPEG")
    return data.tobytes()


def resized_camera(matrix: Array, size: Size, new_size: Size) -> Array:
    """The (3, 3) camera matrix of a picture that was resized; pixel centres lie at whole numbers."""
    scale_x, scale_y = new_size[0] / size[0], new_size[1] / size[1]
    resized = np.diag([scale_x, scale_y, 1.0]) @ matrix
    resized[:2, 2] += (scale_x - 1) / 2, (scale_y - 1) / 2
    return resized


def _wanted(size: Size, frame_size: Size | int | None) -> Size:
    match frame_size:
        case None:
            return size
        case int(longest):
            shrink = min(1.0, longest / max(size))
            return max(1, round(size[0] * shrink)), max(1, round(size[1] * shrink))
        case _:
            return frame_size
