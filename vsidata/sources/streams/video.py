"""Reads a video of a scan. A video has pictures, but no poses and no depth.

OpenCV reads it: it includes FFmpeg, and the boxes need OpenCV anyway. OpenCV decodes from the key frame
before the requested frame and returns exactly that frame, also in H.264 and H.265 with B-frames. It turns
frames as the header states. If the size of the frames changes within a video, OpenCV scales the later frames
to the size of the first, without a message.
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
from vsidata.sources.streams.stream_file import open_stream_file

# FFmpeg logs every jump to a frame. The level is read when FFmpeg is first used.
os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")
# OpenCV must not log that it cannot open a video, because the error below reports it.
cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_ERROR)

_REMEDY = "Make the video again from the frames of the scan."
_MOST_FRAMES = 1 << 20


@dataclass(frozen=True, eq=False)
class VideoStream(FrameStream):
    """An `.mp4`.

    Attributes:
        quality: 1 to 100, of the JPEGs made from frames.
    """

    quality: int

    def jpeg(self, position: int) -> bytes:
        """Decode a frame and encode it as JPEG."""
        return encode(self.picture(position), self.quality)

    def picture(self, position: int) -> cv2.typing.MatLike:
        """Decode a frame to (height, width, 3) 8-bit, blue first.

        Raises:
            ScanError: the frame cannot be decoded, or has another size than the video.
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
        """Return None, because a video has no depth."""


def open_video(path: Path, quality: int) -> VideoStream:
    """Read the header of a video. The times of the frames follow from the frame rate.

    Raises:
        ScanError: the file is not an MP4, or its header does not state size, rate and number of frames.
    """
    with _opened(path) as video:
        width, height, frames = (
            round(video.get(key))
            for key in (cv2.CAP_PROP_FRAME_WIDTH, cv2.CAP_PROP_FRAME_HEIGHT, cv2.CAP_PROP_FRAME_COUNT)
        )
        rate = video.get(cv2.CAP_PROP_FPS)
        if not width * height:
            raise Fault("has no frame that FFmpeg can decode")
        if not 0 < width * height <= MOST_PIXELS:
            raise Fault(f"its frames have {width:,} × {height:,} pixels, too large for a video")
        if not 0 < frames <= _MOST_FRAMES:
            raise Fault(f"its header states {frames:,} frames")
        if not 0 < rate <= 1 / SHORTEST_STEP:  # true for NaN, too
            raise Fault(f"its header states {rate:,.6g} frames per second")
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
    """Count the frames of a video up to the first that cannot be decoded; 0 if the file is not a video.

    Args:
        path: a video that this program wrote. Any format of FFmpeg is accepted, so do not pass other files.
    """
    video = cv2.VideoCapture(str(path), cv2.CAP_FFMPEG, [cv2.CAP_PROP_N_THREADS, 1])
    count = 0
    while video.grab():
        count += 1
    video.release()
    return count


@contextmanager
def _opened(path: Path) -> Iterator[cv2.VideoCapture]:
    with open_stream_file(path, _REMEDY) as file:
        # FFmpeg detects the format from the content. It would read the addresses of a playlist from the
        # network.
        if os.pread(file, 8, 0)[4:] != b"ftyp":
            raise Fault("is not an MP4: it does not begin with an `ftyp` box")
        # One thread, because workers are processes.
        video = cv2.VideoCapture(str(path), cv2.CAP_FFMPEG, [cv2.CAP_PROP_N_THREADS, 1])
        try:
            if not video.isOpened():
                raise Fault("is a damaged MP4: FFmpeg cannot open it")
            yield video
        except cv2.error as error:
            raise Fault(f"cannot be decoded: {' '.join(str(error.err or error).split())}") from None
        finally:
            video.release()
