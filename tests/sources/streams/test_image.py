"""Pictures are kept unchanged or resized correctly. A JPEG's size is read without decoding it."""

import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from tests.sources.streams.sens_bytes import jpeg
from vsidata.sources.scan_file import Fault
from vsidata.sources.streams.image import at_size, resized_camera
from vsidata.sources.streams.jpeg import jpeg_size


def opened(data):
    return Image.open(io.BytesIO(data))


def gradient(width=320, height=240, **options):
    """A picture in which red rises to the right and green rises downwards."""
    image = np.zeros((height, width, 3), dtype=np.uint8)
    image[..., 0] = np.linspace(0, 255, width)
    image[..., 1] = np.linspace(0, 255, height)[:, None]
    file = io.BytesIO()
    Image.fromarray(image).save(file, "JPEG", quality=95, **options)
    return file.getvalue()


@given(
    width=st.integers(1, 300),
    height=st.integers(1, 300),
    mode=st.sampled_from(["RGB", "L", "CMYK"]),
    options=st.fixed_dictionaries(
        {},
        optional={
            "progressive": st.booleans(),
            "optimize": st.booleans(),
            "comment": st.binary(min_size=1, max_size=50),
            "quality": st.integers(1, 95),
        },
    ),
)
def test_size_of_any_jpeg_is_read_without_decoding_it(width, height, mode, options):
    file = io.BytesIO()
    Image.new(mode, (width, height)).save(file, "JPEG", **options)
    assert jpeg_size(file.getvalue()) == (width, height)


def test_size_of_an_embedded_thumbnail_is_not_the_size_of_the_picture():
    exif = Image.Exif()
    exif[0x010E] = jpeg(width=8, height=8).decode("latin1")
    assert jpeg_size(gradient(exif=exif)) == (320, 240)


@given(st.integers(0, 2000))
def test_jpeg_cut_anywhere_is_refused(cut):
    data = gradient(40, 30)
    with pytest.raises(Fault):
        jpeg_size(data[: cut % len(data)])


@given(st.binary(max_size=200))
def test_any_bytes_after_the_start_of_a_jpeg_give_a_size_or_a_fault(data):
    try:
        width, height = jpeg_size(b"\xff\xd8" + data)
        assert width * height > 0
    except Fault:
        pass


@pytest.mark.parametrize("frame_size", [None, (320, 240), 320, 4000])
def test_picture_that_needs_no_resizing_is_not_changed(frame_size):
    data = gradient()
    assert at_size(data, frame_size, 10) == (data, (320, 240))


@pytest.mark.parametrize(
    ("frame_size", "size"),
    [(160, (160, 120)), (100, (100, 75)), ((64, 64), (64, 64)), ((640, 480), (640, 480)), (1, (1, 1))],
)
def test_picture_has_the_requested_size(frame_size, size):
    data, said = at_size(gradient(), frame_size, 90)
    assert said == opened(data).size == size


def test_longer_side_of_a_portrait_is_its_height():
    assert at_size(gradient(240, 320), 160, 90)[1] == (120, 160)


def test_resized_picture_has_the_same_content():
    data, _ = at_size(gradient(), (80, 60), 95)
    ours = np.asarray(opened(data)).astype(int)
    pillows = np.asarray(opened(gradient()).resize((80, 60), Image.Resampling.BOX)).astype(int)
    assert np.abs(ours - pillows).mean() < 2
    assert np.abs(ours - pillows).max() < 12


def test_the_same_jpeg_gives_the_same_bytes():
    assert at_size(gradient(), 100, 85) == at_size(gradient(), 100, 85)


def test_orientation_in_the_metadata_does_not_turn_a_picture():
    exif = Image.Exif()
    exif[0x0112] = 6  # an image viewer turns it by 90°
    assert at_size(gradient(exif=exif), 160, 90)[1] == (160, 120)


def test_damaged_picture_is_refused():
    data = gradient()
    end_of_tables = data.index(b"\xff\xda")
    with pytest.raises(Fault, match="is a damaged JPEG"):
        at_size(
            data[: data.index(b"\xff\xdb")] + data[data.index(b"\xff\xc0") : end_of_tables] + b"\xff\xd9",
            100,
            90,
        )


def test_camera_of_a_resized_picture_sees_the_same_points_at_the_same_places():
    """The corners of a picture are half a pixel outside the outermost pixel centres.

    They stay the corners.
    """
    camera = np.array([[500.0, 0, 161.3], [0, 510, 119.2], [0, 0, 1]])
    rays = np.linalg.inv(camera) @ np.array([[-0.5, 319.5], [-0.5, 239.5], [1, 1]])
    corners = resized_camera(camera, (320, 240), (80, 90)) @ rays
    assert np.allclose(corners, [[-0.5, 79.5], [-0.5, 89.5], [1, 1]])
