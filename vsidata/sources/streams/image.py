"""Pictures at the requested size, and the camera matrices for them."""

import cv2
import numpy as np

from vsidata.scene import Array
from vsidata.sources.scan_file import Fault
from vsidata.sources.streams.frames import Size
from vsidata.sources.streams.jpeg import jpeg_size


def at_size(jpeg: bytes, frame_size: Size | int | None, quality: int) -> tuple[bytes, Size]:
    """Return a JPEG at the requested size, and that size. The same input gives the same bytes.

    Args:
        jpeg: a complete JPEG.
        frame_size: width and height; or the length of the longer side, to which larger pictures are shrunk in
            proportion; or None to keep the picture's size.
        quality: JPEG quality, 1 to 100. A picture that already has the requested size is returned unchanged.

    Raises:
        Fault: the data is not a JPEG, or the JPEG is damaged.
    """
    size = jpeg_size(jpeg)
    wanted = _wanted(size, frame_size)
    if wanted == size:
        return jpeg, size
    return encode(cv2.resize(decode(jpeg), wanted, interpolation=cv2.INTER_AREA), quality), wanted


def decode(jpeg: bytes, flags: int = cv2.IMREAD_COLOR) -> cv2.typing.MatLike:
    """Decode a JPEG to (height, width, 3) uint8, blue first. The caller has checked its size.

    The orientation in the file's metadata is ignored, because the camera's matrix and poses do not include
    it.

    Args:
        jpeg: a complete JPEG.
        flags: flags of OpenCV; IMREAD_REDUCED_COLOR_2 and so on decode at a fraction of the size.

    Raises:
        Fault: the JPEG cannot be decoded. Damaged pixels are not an error.
    """
    try:
        image = cv2.imdecode(np.frombuffer(jpeg, np.uint8), flags | cv2.IMREAD_IGNORE_ORIENTATION)
    except cv2.error:
        image = None
    if image is None:
        raise Fault("is a damaged JPEG")
    return image


def encode(image: cv2.typing.MatLike, quality: int) -> bytes:
    """Encode (height, width, 3) uint8, blue first, as JPEG. The quality is 1 to 100."""
    done, data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])
    if not done:
        raise ValueError(f"OpenCV cannot write a picture of the shape {image.shape} as JPEG")
    return data.tobytes()


def resized_camera(matrix: Array, size: Size, new_size: Size) -> Array:
    """Return the (3, 3) camera matrix of a resized picture. Pixel centres have integer coordinates."""
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
