"""A `.sens` is read exactly. Only the requested parts are read. False headers are refused."""

import contextlib
import os
import pickle
import re
import struct
import tracemalloc
import zlib

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.sources.streams import sens_bytes
from tests.sources.streams.sens_bytes import Frame, Sens, jpeg, pose
from vsidata.errors import ScanError
from vsidata.sources.streams.sens import open_sens

REMEDY = "Download it again (--type .sens)."
BEYOND = 2**64 - 1
IN_ONE_FOLDER = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)


def written(tmp_path, stream):
    path = tmp_path / "scene0000_00.sens"
    path.write_bytes(stream.bytes() if isinstance(stream, Sens) else stream)
    return path


def opened(tmp_path, stream):
    return open_sens(written(tmp_path, stream))


def read_all(stream):
    for position in range(len(stream)):
        if stream.valid[position]:
            stream.jpeg(position)
        stream.depth(position)


@pytest.fixture
def ten():
    return Sens([Frame(jpeg(20 * i), zlib.compress(sens_bytes.depth(1000 + i)), pose(i)) for i in range(10)])


def test_header_is_read_as_written(tmp_path, ten):
    stream = opened(tmp_path, ten)
    assert len(stream) == 10
    assert stream.size == (32, 24)
    assert stream.depth_size == (16, 12)
    assert stream.color_matrix.tolist() == [[30, 0, 15.5], [0, 31, 11.5], [0, 0, 1]]
    assert stream.depth_matrix[:2].tolist() == [[15, 0, 7.75], [0, 15.5, 5.75]]
    assert stream.numbers.tolist() == list(range(10))


@given(
    frames=st.lists(
        st.tuples(st.binary(max_size=300), st.integers(0, 2**16 - 200), st.booleans()), min_size=1
    ),
    name=st.binary(max_size=40),
    tail=st.binary(max_size=40),
)
@IN_ONE_FOLDER
def test_every_frame_is_at_its_offset_in_the_format(tmp_path, frames, name, tail):
    picture = jpeg()
    content = Sens(
        [
            Frame(
                picture + padding,
                zlib.compress(sens_bytes.depth(distance)) if has_depth else b"",
                pose(distance),
            )
            for padding, distance, has_depth in frames
        ],
        name=name,
        tail=tail,
    )
    stream = opened(tmp_path, content)
    assert stream.valid.all()
    for position, ((padding, distance, has_depth), frame) in enumerate(
        zip(frames, content.frames, strict=True)
    ):
        assert stream.jpeg(position) == picture + padding
        assert np.array_equal(stream.poses[position], frame.pose)
        metres = stream.depth(position)
        assert (metres is not None) == has_depth
        if has_depth:
            assert metres.shape == (12, 16)
            assert metres.dtype == np.float32
            assert metres[3, 5] == np.float32(distance + 30) / np.float32(1000)


def test_depth_is_in_the_unit_that_the_header_states(tmp_path, ten):
    ten.depth_shift = 4000
    assert opened(tmp_path, ten).depth(0)[0, 0] == 0.25


def test_stream_without_depth_is_read(tmp_path):
    stream = opened(tmp_path, Sens([Frame(depth=b"")] * 2, depth_size=(0, 0), depth_compression=-1))
    assert stream.depth_size is None
    assert stream.depth_matrix is None
    assert stream.depth(1) is None


def test_only_headers_are_read_until_a_payload_is_requested(tmp_path, ten, monkeypatch):
    read = []
    pread = os.pread

    def counting(file, size, offset):
        data = pread(file, size, offset)
        read.append(len(data))
        return data

    monkeypatch.setattr("vsidata.sources.streams.sens.os.pread", counting)
    stream = opened(tmp_path, ten)
    assert sum(read) == len(ten.header()) - len(ten.name) + 10 * 96
    read.clear()
    stream.jpeg(7)
    assert read == [len(ten.frames[7].jpeg)]


def test_stream_can_be_pickled_for_a_worker(tmp_path, ten):
    stream = pickle.loads(pickle.dumps(opened(tmp_path, ten)))  # noqa: S301 - our own bytes
    assert stream.jpeg(3) == ten.frames[3].jpeg


@pytest.mark.parametrize(
    ("place", "value"),
    [
        *(((0, 0), value) for value in (0, -30, np.nan, np.inf, 1e-30, 1e30)),
        *(((1, 2), value) for value in (np.nan, -np.inf, 1e30)),
        ((1, 0), 5),
        ((2, 2), 0),
        ((2, 0), 1),
    ],
)
def test_impossible_intrinsics_leave_the_pictures_without_a_camera(tmp_path, ten, place, value):
    ten.intrinsic[place] = value
    stream = opened(tmp_path, ten)
    assert stream.color_matrix is None
    assert stream.depth_matrix is not None
    assert stream.jpeg(3) == ten.frames[3].jpeg


def broken_poses():
    turned = pose()
    for value in (-np.inf, np.inf, np.nan):
        yield f"all {value}", np.full((4, 4), value, dtype=np.float32)
        for place in ((0, 0), (1, 3), (3, 3)):
            matrix = turned.copy()
            matrix[place] = value
            yield f"{value} at {place}", matrix
    yield "all zero", np.zeros((4, 4), dtype=np.float32)
    yield "stretched", turned @ np.diag([1.01, 1.01, 1.01, 1]).astype(np.float32)
    yield "skewed", turned @ np.array([[1, 0.01, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]], np.float32)
    yield "mirrored", turned @ np.diag([-1, 1, 1, 1]).astype(np.float32)
    yield "turned inside out", turned @ np.diag([-1, -1, -1, 1]).astype(np.float32)
    yield "transposed", turned.T
    yield "huge", np.full((4, 4), 3e38, dtype=np.float32)


@pytest.mark.parametrize("matrix", [pytest.param(matrix, id=what) for what, matrix in broken_poses()])
def test_frame_with_an_invalid_pose_is_not_valid(tmp_path, matrix):
    stream = opened(tmp_path, Sens([Frame(), Frame(pose=matrix), Frame()]))
    assert stream.valid.tolist() == [True, False, True]
    assert np.array_equal(stream.poses[1], matrix, equal_nan=True)


@given(st.lists(st.floats(-np.pi, np.pi), min_size=3, max_size=3), st.floats(-1e3, 1e3))
def test_any_rotation_and_shift_in_single_precision_is_a_pose(angles, shift):
    from scipy.spatial.transform import Rotation

    from vsidata.sources.streams.frames import are_poses

    matrix = np.eye(4)
    matrix[:3, :3] = Rotation.from_euler("xyz", angles).as_matrix()
    matrix[:3, 3] = shift
    assert are_poses(matrix[None].astype(np.float32).astype(np.float64)).all()
    assert are_poses(np.round(matrix[None], 6)).all()


def test_frame_without_a_picture_is_not_valid(tmp_path):
    stream = opened(tmp_path, Sens([Frame(), Frame(jpeg=b"")]))
    assert stream.valid.tolist() == [True, False]


def test_times_of_the_sensor_are_kept(tmp_path):
    microseconds = [10**12, 10**12 + 33_000, 10**12 + 66_000, 10**12 + 200_000, 10**12 + 233_000]
    stream = opened(tmp_path, Sens([Frame(color_time=time) for time in microseconds]))
    assert stream.timed
    assert np.allclose(stream.timestamps, [0, 0.033, 0.066, 0.2, 0.233])
    assert stream.fps == pytest.approx(1 / 0.033)


@pytest.mark.parametrize(
    "times",
    [
        pytest.param([0, 0, 0, 0], id="none, as in many of ScanNet's streams"),
        pytest.param([0, 7, 0, 2**63], id="random ones between zeros"),
        pytest.param([0, 33_000, 33_000, 66_000], id="one twice"),
        pytest.param([90_000, 60_000, 30_000, 0], id="falling"),
        pytest.param([0, 1, 2, 3], id="a million frames a second"),
        pytest.param([1, 2**40, 2**50, BEYOND], id="rising by years"),
        pytest.param([0, 2**60, 2**60 + 33_000, 2**60 + 66_000], id="years, then frames"),
    ],
)
def test_invalid_times_are_replaced_by_thirty_frames_per_second(tmp_path, times):
    stream = opened(tmp_path, Sens([Frame(color_time=time) for time in times]))
    assert not stream.timed
    assert np.allclose(stream.timestamps, [0, 1 / 30, 2 / 30, 3 / 30])
    assert stream.fps == pytest.approx(30)


@given(cut=st.integers(0, 100_000))
@IN_ONE_FOLDER
def test_stream_cut_anywhere_is_refused_with_the_number_of_complete_frames(tmp_path, ten, cut):
    parts = ten.parts()
    ends = np.cumsum([len(part) for part in parts[:-1]])  # bytes of the header, and of each frame
    cut %= ends[-1]
    with pytest.raises(ScanError) as caught:
        opened(tmp_path, ten.bytes()[:cut])
    whole = int((ends <= cut).sum()) - 1
    if whole < 0:
        assert f"ends within its header, after {cut} bytes" in caught.value.fault
    else:
        assert f"is cut short or damaged after {whole} of its 10 frames" in caught.value.fault
    assert caught.value.file.endswith("scene0000_00.sens")
    assert caught.value.remedy == REMEDY


def test_bytes_after_the_last_frame_are_ignored(tmp_path, ten):
    ten.tail = b""
    assert len(opened(tmp_path, ten)) == 10
    ten.tail = struct.pack("<Q", BEYOND)
    assert len(opened(tmp_path, ten)) == 10


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        ({"version": 3}, "has the version 3; only version 4 of .sens is read"),
        ({"version": 0x0D0A}, "has the version 3,338"),
        ({"name_bytes": BEYOND}, "its sensor's name has 18,446,744,073,709,551,615 bytes"),
        ({"name_bytes": BEYOND - 311}, "its sensor's name has"),
        ({"color_compression": 0}, "its colour pictures are stored as raw (0); only jpeg is read"),
        ({"color_compression": 1}, "stored as png (1)"),
        ({"color_compression": -1}, "stored as unknown (-1)"),
        (
            {"depth_compression": 0},
            "its depth pictures are stored as raw_ushort (0); only zlib_ushort is read",
        ),
        ({"depth_compression": 2}, "stored as occi_ushort (2)"),
        ({"size": (0, 24)}, "its header does not state the size of the colour pictures"),
        ({"size": (2**32 - 1, 2**32 - 1)}, "its colour pictures have 4,294,967,295 × 4,294,967,295 pixels"),
        ({"size": (2**16, 2**16)}, "65,536 × 65,536 pixels"),
        ({"depth_size": (2**31, 2)}, "its depth pictures have 2,147,483,648 × 2 pixels"),
        ({"depth_shift": 0.0}, "0.0 units of depth per metre"),
        ({"depth_shift": -1000.0}, "-1000.0 units of depth per metre"),
        ({"depth_shift": 1e-45}, "header states 1.4"),
        ({"depth_shift": float("inf")}, "inf units of depth per metre"),
        ({"depth_shift": float("nan")}, "nan units of depth per metre"),
        ({"count": 0}, "states 0 frames"),
        ({"count": BEYOND}, "states 18,446,744,073,709,551,615 frames"),
        ({"count": 2**20}, "10 of its 1,048,576 frames:"),
        ({"count": 11}, "10 of its 11 frames:"),
    ],
)
def test_hostile_header_is_refused(tmp_path, ten, fields, fault):
    for name, value in fields.items():
        setattr(ten, name, value)
    with pytest.raises(ScanError, match=re.escape(fault)) as caught:
        opened(tmp_path, ten)
    assert caught.value.remedy == REMEDY


@pytest.mark.parametrize(
    "sizes",
    [
        pytest.param((BEYOND, 0), id="beyond the file"),
        pytest.param((0, 2**63), id="negative if signed"),
        pytest.param((2**64 - 1000, 1000 + 2 * len(jpeg())), id="a sum that wraps around to one in the file"),
        pytest.param((2**62, 2**62), id="both huge"),
    ],
)
def test_impossible_payload_sizes_are_refused(tmp_path, ten, sizes):
    ten.frames[4].color_bytes, ten.frames[4].depth_bytes = sizes
    with pytest.raises(ScanError, match="4 of its 10 frames:"):
        opened(tmp_path, ten)


def test_payload_larger_than_the_limit_is_refused_before_it_is_read(tmp_path, ten):
    size = 200_000_000
    ten.frames[-1].depth, ten.frames[-1].color_bytes, ten.frames[-1].depth_bytes = b"", None, size
    ten.tail = b""
    path = written(tmp_path, ten)
    os.truncate(path, path.stat().st_size + size)
    stream = open_sens(path)
    tracemalloc.start()
    with pytest.raises(ScanError, match="the depth of frame 9: has 200,000,000 bytes, which is too large"):
        stream.depth(9)
    assert tracemalloc.get_traced_memory()[1] < 1e6
    tracemalloc.stop()


def test_depth_bomb_is_inflated_only_to_the_size_in_the_header(tmp_path, ten):
    ten.frames[2].depth = zlib.compress(bytes(100_000_000))
    stream = opened(tmp_path, ten)
    tracemalloc.start()
    fault = "the depth of frame 2: inflates to more than the 384 bytes of its stated size"
    with pytest.raises(ScanError, match=fault):
        stream.depth(2)
    assert tracemalloc.get_traced_memory()[1] < 1e6
    tracemalloc.stop()


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (zlib.compress(sens_bytes.depth() + b"x"), "inflates to more than the 384 bytes"),
        (zlib.compress(sens_bytes.depth()[:-1]), "is cut short: 383 of 384 bytes"),
        (zlib.compress(b""), "is cut short: 0 of 384 bytes"),
        (zlib.compress(sens_bytes.depth())[:-1], "is cut short: 384 of 384 bytes"),
        (zlib.compress(sens_bytes.depth())[:-1] + b"x", "cannot be inflated"),
        (b"x" * 40, "cannot be inflated"),
    ],
)
def test_depth_that_contradicts_the_header_is_refused(tmp_path, ten, data, fault):
    ten.frames[5].depth = data
    stream = opened(tmp_path, ten)
    with pytest.raises(ScanError, match=f"the depth of frame 5: {fault}"):
        stream.depth(5)
    assert stream.depth(4) is not None


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (jpeg(width=33), "is a JPEG of 33 × 24 pixels in a stream of 32 × 24"),
        (jpeg(width=24, height=32), "is a JPEG of 24 × 32 pixels in a stream of 32 × 24"),
        (jpeg()[:-2], "is a JPEG that is cut short after"),
        (jpeg()[:100], "is a JPEG that is cut short after 100 bytes"),
        (
            jpeg().replace(b"\xff\xc0\x00\x11\x08\x00\x18\x00\x20", b"\xff\xc0\x00\x11\x08\xff\xff\xff\xff"),
            "65,535",
        ),
        (b"\x89PNG\r\n\x1a\n" * 20, "is not a JPEG"),
    ],
)
def test_picture_that_contradicts_the_header_is_refused_before_it_is_decoded(tmp_path, ten, data, fault):
    ten.frames[5].jpeg = data
    stream = opened(tmp_path, ten)
    with pytest.raises(ScanError, match=f"the picture of frame 5: .*{fault}"):
        stream.jpeg(5)
    assert stream.jpeg(6) == ten.frames[6].jpeg


@given(at=st.integers(0, 100_000), value=st.integers(0, 255))
@IN_ONE_FOLDER
def test_stream_with_any_byte_changed_gives_frames_or_a_scan_error(tmp_path, ten, at, value):
    ten.frames = ten.frames[:2]
    data = bytearray(ten.bytes())
    data[at % len(data)] = value
    with contextlib.suppress(ScanError):
        read_all(opened(tmp_path, bytes(data)))


def test_stream_that_shrinks_after_it_was_opened_is_an_error_not_a_crash(tmp_path, ten):
    stream = opened(tmp_path, ten)
    os.truncate(stream.path, 1000)
    with pytest.raises(ScanError, match="the file has become shorter"):
        stream.jpeg(9)
    stream.path.unlink()
    with pytest.raises(ScanError, match="No such file"):
        stream.jpeg(0)


def test_disk_that_fails_during_the_read_is_an_error_of_that_file(tmp_path, ten, monkeypatch):
    stream = opened(tmp_path, ten)

    def fail(*_):
        raise OSError(5, "Input/output error")

    monkeypatch.setattr("vsidata.sources.streams.sens.os.pread", fail)
    with pytest.raises(ScanError, match="cannot be read: Input/output error"):
        stream.jpeg(0)
    with pytest.raises(ScanError, match="cannot be read: Input/output error"):
        open_sens(stream.path)


def test_path_that_is_not_a_file_is_refused(tmp_path):
    with pytest.raises(ScanError, match="No such file"):
        open_sens(tmp_path / "missing.sens")
    with pytest.raises(ScanError, match="is not a regular file"):
        open_sens(tmp_path)
    os.mkfifo(tmp_path / "pipe.sens")
    with pytest.raises(ScanError, match="is not a regular file"):
        open_sens(tmp_path / "pipe.sens")


def test_unreadable_file_is_refused_and_the_remedy_is_a_permission(tmp_path, ten, monkeypatch):
    def refuse(*_):
        raise PermissionError(13, "Permission denied")  # root may read every file, for example in a container

    monkeypatch.setattr("vsidata.sources.streams.stream_file.os.open", refuse)
    with pytest.raises(ScanError, match=r"may not be read by this user.*\n.*chmod u\+r"):
        opened(tmp_path, ten)
