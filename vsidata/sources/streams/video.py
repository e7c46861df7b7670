"""A video beside a scan: pictures without poses and depth.

Read with OpenCV, which the boxes need already and which brings its own FFmpeg. It finds a frame by decoding
from the key frame before it, and gives exactly the frame asked for, in H.264 and H.265 with B-frames too.
Frames are turned as the header says. Where their size changes within a video, OpenCV scales the later ones to
the size of the first, and does not report it.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from vsidata.sources.scan_file import Fault
from vsidata.sources.streams.frames import MOST_PIXELS, SHORTEST_STEP, FrameStream
from vsidata.sources.streams.image import encode
from vsidata.sources.streams.stream_file import opened

# FFmpeg remarks on every jump to a frame that it is a jump. The level is read when it is first used.
os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")
# Nor need OpenCV say on its own that it cannot open a video.
cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_ERROR)

_REMEDY = "Make the video again from the frames of the scan."
_MOST_FRAMES = 1 << 20


@dataclass(frozen=True, eq=False)
class VideoStream(FrameStream):
    """An `.mp4`.

    Attributes:
        quality: 1 to 100, of the JPEG that a frame becomes.
    """

    quality: int

    def jpeg(self, position: int) -> bytes:
        """The decoded frame, encoded as JPEG: a video stores none."""
        return encode(self.picture(position), self.quality)

    def picture(self, position: int) -> cv2.typing.MatLike:
        """(height, width, 3) 8-bit, blue first, of a frame as it is decoded.

        Raises:
            ScanError: it cannot be decoded, or is of another size than the video.
        """
        with _opened(self.path) as video:
            video.set(cv2.CAP_PROP_POS_FRAMES, position)
            read, image = video.read()
            if not read:
                raise Fault(f"frame {position:,} of {len(self):,} cannot be decoded")
            if (size := (image.shape[1], image.shape[0])) != self.size:
                raise Fault(f"frame {position:,} has width and height {size}, the video {self.size}")
            return image

    def depth(self, position: int) -> None:
        """None: a video has no depth."""


def open_video(path: Path, quality: int) -> VideoStream:
    """Read the header of a video. Its times are those of its usual rate.

    Raises:
        ScanError: it is no MP4, or its header gives no size, rate or number of frames.
    """
    with _opened(path) as video:
        width, height, frames = (
            round(video.get(key))
            for key in (cv2.CAP_PROP_FRAME_WIDTH, cv2.CAP_PROP_FRAME_HEIGHT, cv2.CAP_PROP_FRAME_COUNT)
        )
        rate = video.get(cv2.CAP_PROP_FPS)
        if not width * height:
            raise Fault("holds no frame that FFmpeg can decode")
        if not 0 < width * height <= MOST_PIXELS:
            raise Fault(f"its frames have {width:,} × {height:,} pixels; no frame of a video has")
        if not 0 < frames <= _MOST_FRAMES:
            raise Fault(f"its header gives it {frames:,} frames")
        if not 0 < rate <= 1 / SHORTEST_STEP:  # NaN is not
            raise Fault(f"its header gives it {rate:,.6g} frames a second")
    return VideoStream(
        path=path,
        size=(width, height),
        depth_size=None,
        color_matrix=None,
        depth_matrix=None,
        numbers=np.arange(frames),
        timestamps=np.arange(frames) / rate,
        timed=True,
        poses=None,
        valid=np.ones(frames, dtype=np.bool_),
        quality=quality,
    )


def readable_frames(path: Path) -> int:
    """How many frames of a video can be decoded in turn from its first on; 0 for no video.

    Args:
        path: of a video of our own: any format that FFmpeg knows is read.
    """
    video = cv2.VideoCapture(str(path), cv2.CAP_FFMPEG, [cv2.CAP_PROP_N_THREADS, 1])
    count = 0
    while video.grab():
        count += 1
    video.release()
    return count


@contextmanager
def _opened(path: Path) -> Iterator[cv2.VideoCapture]:
    with opened(path, _REMEDY) as file:
        # FFmpeg goes by the content, not the name, and would follow a playlist's addresses into the network.
        if os.pread(file, 8, 0)[4:] != b"ftyp":
            raise Fault("is no MP4: it does not begin with an `ftyp` box")
        # One thread: here workers are processes.
        video = cv2.VideoCapture(str(path), cv2.CAP_FFMPEG, [cv2.CAP_PROP_N_THREADS, 1])
        try:
            if not video.isOpened():
                raise Fault("is a damaged MP4: FFmpeg cannot open it")
            yield video
        except cv2.error as error:
            raise Fault(f"cannot be decoded: {' '.join(str(error.err or error).split())}") from None
        finally:
            video.release()
