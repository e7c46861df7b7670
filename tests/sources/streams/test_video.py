"""A video gives exactly the requested frame. An error states its fault."""

import io
import pickle

import cv2
import numpy as np
import pytest
from PIL import Image

from vsidata.errors import ScanError
from vsidata.sources.streams.picking import pick
from vsidata.sources.streams.video import open_video

BITS = 8


def frame(number: int) -> np.ndarray:
    """A picture that shows its number as eight black or red bars. Red distinguishes the channels."""
    image = np.zeros((48, 16 * BITS, 3), dtype=np.uint8)
    for bit in range(BITS):
        if number >> bit & 1:
            image[:, 16 * bit : 16 * bit + 16] = (0, 0, 255)  # blue, green, red
    return image


def number_of(jpeg: bytes) -> int:
    """Return the number that a picture shows. Pillow decodes it."""
    image = np.asarray(Image.open(io.BytesIO(jpeg)).convert("RGB"))
    return sum(int(image[24, 16 * bit + 8, 0] > 128) << bit for bit in range(BITS))


@pytest.fixture(scope="module")
def video(tmp_path_factory):
    path = tmp_path_factory.mktemp("video") / "scene0000_00.mp4"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*"mp4v"), 24, (16 * BITS, 48))
    for number in range(200):
        writer.write(frame(number))
    writer.release()
    return path


def test_any_frame_is_found_in_any_order(video):
    stream = pickle.loads(pickle.dumps(open_video(video, 90)))  # noqa: S301 - our own bytes
    for position in (199, 0, 1, 100, 11, 12, 13, 57, 198):
        assert number_of(stream.jpeg(position)) == position


def test_video_has_times_but_neither_poses_nor_depth(video):
    stream = open_video(video, 90)
    assert len(stream) == 200
    assert stream.size == (128, 48)
    assert stream.timed
    assert stream.fps == pytest.approx(24)
    assert stream.timestamps[-1] == pytest.approx(199 / 24)
    assert stream.poses is None
    assert stream.depth_size is None
    assert stream.depth(3) is None
    assert pick(stream, 3).tolist() == [0, 99, 199]


def test_colours_are_not_swapped(video):
    image = np.asarray(Image.open(io.BytesIO(open_video(video, 95).jpeg(1))).convert("RGB"))
    red, green, blue = image[24, 8].astype(int)
    assert red > 200
    assert max(green, blue) < 60


def test_quality_decides_how_large_a_picture_is(video):
    small, large = (len(open_video(video, quality).jpeg(85)) for quality in (20, 95))
    assert small < large


def test_invalid_video_is_refused_without_output_of_opencv(tmp_path, video, capfd):
    remedy = "Make the video again from the frames of the scan."
    path = tmp_path / "scene0000_00.mp4"
    data = video.read_bytes()
    for content, fault in (
        (b"", "is not an MP4: it does not begin with an `ftyp` box"),
        (b"#EXTM3U\n#EXTINF:1,\nhttp://example.invalid/1.ts\n", "is not an MP4"),
        (data[:2000], "is a damaged MP4: FFmpeg cannot open it"),
        (data[:4] + b"ftyp" + bytes(1000), "is a damaged MP4"),
    ):
        path.write_bytes(content)
        with pytest.raises(ScanError, match=fault) as caught:
            open_video(path, 90)
        assert (caught.value.file, caught.value.remedy) == (str(path), remedy)
    path.unlink()
    with pytest.raises(ScanError, match="cannot be read: No such file"):
        open_video(path, 90)
    assert capfd.readouterr().err == ""


def test_error_names_a_frame_with_lost_data(tmp_path, video):
    path = tmp_path / "scene0000_00.mp4"
    data = bytearray(video.read_bytes())
    start, end = data.index(b"mdat") + 4, data.index(b"moov") - 4
    middle = (start + end) // 2
    data[middle:end] = bytes(end - middle)
    path.write_bytes(data)
    stream = open_video(path, 90)
    with pytest.raises(ScanError, match="frame 150 of 200 cannot be decoded"):
        stream.jpeg(150)
    assert number_of(stream.jpeg(50)) == 50
