"""Exported folders are read by frame number, even if parts are missing."""

import io
import pickle
import re
import shutil

import numpy as np
import pytest
from PIL import Image

from tests.sources.streams.sens_bytes import HALF, INTRINSIC, jpeg, pose
from vsidata.errors import ScanError
from vsidata.sources.streams.exported import open_exported
from vsidata.sources.streams.picking import pick
from vsidata.sources.streams.registry import open_stream

NAME = "scene0000_00"
REMEDY = "Export the frames of this scan again."


def png(millimetres: int, width: int = 16, height: int = 12) -> bytes:
    file = io.BytesIO()
    Image.fromarray(np.full((height, width), millimetres, dtype=np.uint16)).save(file, "PNG")
    return file.getvalue()


def text(matrix: np.ndarray) -> str:
    """Format a matrix like ScanNet's exporter: rows of numbers with six decimals."""
    return "\n".join(" ".join(f"{value:f}" for value in row) for row in matrix) + "\n"


@pytest.fixture
def folder(tmp_path):
    """Frames 0 to 11."""
    for name in ("color", "depth", "pose", "intrinsic"):
        (tmp_path / name).mkdir()
    for number in range(12):
        (tmp_path / "color" / f"{number}.jpg").write_bytes(jpeg(20 * number))
        (tmp_path / "depth" / f"{number}.png").write_bytes(png(1000 + number))
        (tmp_path / "pose" / f"{number}.txt").write_text(text(pose(number)))
    for camera, matrix in (("color", INTRINSIC), ("depth", HALF)):
        (tmp_path / "intrinsic" / f"intrinsic_{camera}.txt").write_text(text(matrix))
    return tmp_path


def test_frames_are_in_the_order_of_their_numbers(folder):
    stream = pickle.loads(pickle.dumps(open_exported(folder, NAME)))  # noqa: S301 - our own bytes
    assert stream.numbers.tolist() == list(range(12))
    assert stream.size == (32, 24)
    assert stream.depth_size == (16, 12)
    assert stream.color_matrix.tolist() == [[30, 0, 15.5], [0, 31, 11.5], [0, 0, 1]]
    assert stream.depth_matrix[0].tolist() == [15, 0, 7.75]
    assert stream.valid.all()
    assert np.allclose(stream.timestamps, np.arange(12) / 30)
    assert not stream.timed
    for position in range(12):
        assert stream.jpeg(position) == jpeg(20 * position)
        assert np.allclose(stream.poses[position], pose(position), atol=1e-6)
        depth = stream.depth(position)
        assert depth.dtype == np.float32
        assert np.array_equal(depth, np.full((12, 16), (1000 + position) / 1000, dtype=np.float32))


def test_frames_after_a_gap_keep_their_time(folder):
    for number in (0, 1, 5, 6, 7, 8):
        (folder / "color" / f"{number}.jpg").unlink()
    stream = open_exported(folder, NAME)
    assert stream.numbers.tolist() == [2, 3, 4, 9, 10, 11]
    assert np.allclose(stream.timestamps * 30, [0, 1, 2, 7, 8, 9])
    assert stream.jpeg(3) == jpeg(180)
    assert stream.depth(3)[0, 0] == np.float32(1.009)
    assert np.allclose(stream.poses[3], pose(9), atol=1e-6)


def test_numbers_with_leading_zeros_and_other_files_in_the_folder_are_accepted(folder):
    for file in sorted((folder / "color").iterdir()):
        file.rename(file.with_name(f"{int(file.stem):06}.jpg"))
    (folder / "color" / "Thumbs.db").write_bytes(b"x")
    (folder / "color" / "._000001.jpg").write_bytes(b"x")
    stream = open_exported(folder, NAME)
    assert stream.numbers.tolist() == list(range(12))
    assert stream.jpeg(11) == jpeg(220)


def test_frame_with_a_missing_or_lost_pose_is_never_picked(folder):
    (folder / "pose" / "3.txt").unlink()
    (folder / "pose" / "7.txt").write_text("-inf -inf -inf -inf\n" * 4)
    stream = open_exported(folder, NAME)
    assert np.flatnonzero(~stream.valid).tolist() == [3, 7]
    assert pick(stream, 12).tolist() == [0, 1, 2, 4, 5, 6, 8, 9, 10, 11]


def test_depth_may_be_missing_for_one_frame_or_for_all(folder):
    (folder / "depth" / "4.png").unlink()
    stream = open_exported(folder, NAME)
    assert stream.depth(4) is None
    assert stream.depth(5) is not None
    for file in (folder / "depth").iterdir():
        file.unlink()
    (folder / "depth").rmdir()
    stream = open_exported(folder, NAME)
    assert stream.depth_size is None
    assert stream.depth_matrix is None
    assert stream.depth(5) is None


def test_folder_without_poses_and_intrinsics_gives_a_stream_without_them(folder):
    for name in ("pose", "intrinsic"):
        for file in (folder / name).iterdir():
            file.unlink()
        (folder / name).rmdir()
    stream = open_exported(folder, NAME)
    assert stream.poses is None
    assert stream.color_matrix is None
    assert stream.valid.all()


DESCRIPTION = """axisAlignment = 1 0 0 0 0 1 0 0 0 0 1 0 0 0 0 1
colorHeight = 48
colorWidth = 64
depthHeight = 12
depthWidth = 16
fx_color = 60.000000
fx_depth = 15.000000
fy_color = 62.000000
fy_depth = 15.500000
mx_color = 31.500000
mx_depth = 7.750000
my_color = 23.500000
my_depth = 5.750000
"""


def test_cameras_come_from_the_scans_text_file_if_they_were_not_exported(folder):
    for file in (folder / "intrinsic").iterdir():
        file.unlink()
    (folder / f"{NAME}.txt").write_text(DESCRIPTION)
    stream = open_exported(folder, NAME)
    # The colour pictures were exported at half their size, the depth at its full size.
    assert stream.color_matrix.tolist() == [[30, 0, 15.5], [0, 31, 11.5], [0, 0, 1]]
    assert stream.depth_matrix.tolist() == [[15, 0, 7.75], [0, 15.5, 5.75], [0, 0, 1]]


def test_exported_camera_is_for_the_picture_size_in_the_text_file(folder):
    (folder / "intrinsic" / "intrinsic_color.txt").write_text(text(np.diag([2, 2, 1, 1]) @ INTRINSIC))
    (folder / f"{NAME}.txt").write_text(DESCRIPTION)
    stream = open_exported(folder, NAME)
    # The exporter's principal point is 31.0. The middle of the big picture is 31.5. The difference is half a
    # big pixel, or a quarter of a small pixel.
    assert stream.color_matrix.tolist() == [[30, 0, 15.25], [0, 31, 11.25], [0, 0, 1]]


def test_exported_camera_that_fits_the_exported_pictures_is_not_scaled_again(folder):
    own = np.array([[30, 0, 15.5, 0], [0, 31, 11.5, 0], [0, 0, 1, 0], [0, 0, 0, 1]])
    (folder / "intrinsic" / "intrinsic_color.txt").write_text(text(own))
    (folder / f"{NAME}.txt").write_text(DESCRIPTION)
    assert open_exported(folder, NAME).color_matrix.tolist() == own[:3, :3].tolist()


@pytest.mark.parametrize("width", [1296, 640, 320])
@pytest.mark.parametrize("adapted", [False, True])
def test_camera_sees_points_where_the_exported_pictures_show_them(folder, width, adapted):
    """A point is at the same share of the sides in the big and the small picture, with either matrix."""
    scale = 32 / width
    big = np.array([[0.9 * width, 0, width / 2 + 3], [0, 0.9 * width, 0.37 * width], [0, 0, 1]])
    to_small = np.array([[scale, 0, scale / 2 - 0.5], [0, scale, scale / 2 - 0.5], [0, 0, 1]])
    exported = np.eye(4)
    exported[:3, :3] = to_small @ big if adapted else big
    (folder / "intrinsic" / "intrinsic_color.txt").write_text(text(exported))
    (folder / f"{NAME}.txt").write_text(f"colorWidth = {width}\ncolorHeight = {round(0.75 * width)}\n")
    assert open_exported(folder, NAME).color_matrix == pytest.approx(to_small @ big, abs=1e-4)


def test_camera_matrix_that_fits_no_size_is_refused(folder):
    """The pictures were shrunk, and no file states their original size."""
    (folder / "intrinsic" / "intrinsic_color.txt").write_text(text(np.diag([4, 4, 1, 1]) @ INTRINSIC))
    with pytest.raises(ScanError, match="principal point") as caught:
        open_exported(folder, NAME)
    assert f"{NAME}.txt" in caught.value.remedy


@pytest.mark.parametrize(
    "change",
    [
        "fx_color = none", "mx_color = inf", "fx_color = 0",
        "colorWidth = none", "colorHeight = none", "colorHeight = inf", "colorWidth = 0",
    ],
)  # fmt: skip
def test_pictures_have_no_camera_if_the_text_file_has_none(folder, change):
    for file in (folder / "intrinsic").iterdir():
        file.unlink()
    (folder / f"{NAME}.txt").write_text(DESCRIPTION + change + "\n")
    stream = open_exported(folder, NAME)
    assert stream.color_matrix is None
    assert stream.depth_matrix is not None


def expect(folder, file, fault, remedy=REMEDY, read=lambda stream: stream):
    with pytest.raises(ScanError, match=re.escape(fault)) as caught:
        read(open_exported(folder, NAME))
    assert caught.value.file == str(folder / file)
    assert caught.value.remedy == remedy


@pytest.mark.parametrize(
    ("file", "content", "fault"),
    [
        ("color/0.jpg", b"", "is empty"),
        ("color/0.jpg", b"GIF89a" * 10, "is not a JPEG"),
        ("depth/0.png", b"", "is empty"),
        ("depth/0.png", jpeg(), "is not a PNG"),
        ("depth/0.png", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "is not a PNG"),
        ("pose/4.txt", b"", "is empty"),
        ("pose/4.txt", b"1 0 0 0 0 1 0 0 0 0 1 0", "needs 16 numbers, but has 12"),
        ("pose/4.txt", b"x " * 16, "has words that are not numbers"),
        ("pose/4.txt", b"\xff\xfe " * 16, "is not text: byte 0 is not UTF-8"),
        ("intrinsic/intrinsic_color.txt", b"1 2 3", "needs 16 numbers, but has 3"),
    ],
)
def test_error_names_the_file_if_its_content_contradicts_its_name(folder, file, content, fault):
    (folder / file).write_bytes(content)
    expect(folder, file, fault)


@pytest.mark.parametrize(
    ("file", "content", "fault", "read"),
    [
        (
            "color/5.jpg",
            jpeg(width=31),
            "is a JPEG of 31 × 24 pixels in a stream of 32 × 24",
            lambda s: s.jpeg(5),
        ),
        ("color/5.jpg", jpeg()[:-9], "is a JPEG that is cut short", lambda s: s.jpeg(5)),
        (
            "depth/5.png",
            png(1000, width=17),
            "has width and height (17, 12), the first depth picture has (16, 12)",
            lambda s: s.depth(5),
        ),
        ("depth/5.png", png(1000)[:-30], "is a damaged PNG", lambda s: s.depth(5)),
    ],
)
def test_error_names_a_frame_of_another_size(folder, file, content, fault, read):
    (folder / file).write_bytes(content)
    expect(folder, file, fault, read=read)


def test_depth_of_eight_bits_is_refused(folder):
    file = io.BytesIO()
    Image.new("L", (16, 12)).save(file, "PNG")
    (folder / "depth" / "0.png").write_bytes(file.getvalue())
    expect(folder, "depth/0.png", "is a PNG of 8 bits and colour type 0")


def test_depth_of_absurd_size_is_refused_before_decoding(folder):
    data = bytearray(png(1000))
    data[16:24] = b"\x7f\xff\xff\xff" * 2
    (folder / "depth" / "0.png").write_bytes(data)
    expect(folder, "depth/0.png", "is a PNG of 2,147,483,647 × 2,147,483,647 pixels")


def test_same_number_twice_is_refused(folder):
    (folder / "color" / "003.jpg").write_bytes(jpeg())
    expect(folder, "color", "contains frame 3 twice: 003.jpg and 3.jpg", "Remove one of the two.")


def test_folder_without_a_frame_is_refused(tmp_path):
    (tmp_path / "color").mkdir()
    expect(tmp_path, "color", "contains no frames: no file named like 0.jpg")


@pytest.mark.parametrize("part", ["color", "depth", "pose", "intrinsic"])
@pytest.mark.parametrize("target", ["/nowhere/at/all", None], ids=["leads nowhere", "leads to itself"])
def test_folder_that_is_a_broken_link_is_an_error_and_not_a_missing_folder(folder, part, target):
    shutil.rmtree(folder / part)
    (folder / part).symlink_to(target or part)
    with pytest.raises(ScanError) as caught:
        open_stream(folder, NAME)
    assert caught.value.file == str(folder / part)
    assert "is a link to" in caught.value.fault


def test_matrix_that_is_a_broken_link_is_an_error(folder):
    path = folder / "intrinsic" / "intrinsic_color.txt"
    path.unlink(missing_ok=True)
    path.symlink_to("/nowhere/at/all")
    expect(folder, "intrinsic/intrinsic_color.txt", "is missing", "Export the frames of this scan.")
