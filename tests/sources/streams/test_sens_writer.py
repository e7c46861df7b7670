"""An independent reader and our reader read the streams of the synthetic writer."""

import zlib

import numpy as np
import pytest

from tests.sources.streams import sens_bytes
from tests.sources.streams.sens_bytes import INTRINSIC, jpeg, pose
from vsidata.sources.streams.sens import open_sens
from vsidata.synthetic.sens_writer import Frame, write_sens

CAMERA = INTRINSIC[:3, :3].astype(np.float64)
HALF = np.diag([0.5, 0.5, 1]) @ CAMERA
LOST = np.full((4, 4), -np.inf)


@pytest.fixture
def frames():
    rng = np.random.default_rng(0)
    depths = rng.integers(0, 2**16, (5, 12, 16), dtype=np.uint16)
    return [
        Frame(jpeg(40 * i), None if i == 3 else depths[i], LOST if i == 2 else pose(i), 33_333 * i)
        for i in range(5)
    ]


def write(path, frames):
    return write_sens(path, frames, (32, 24), (16, 12), CAMERA, HALF)


def test_independent_reader_finds_what_was_written(tmp_path, frames):
    assert write(tmp_path / "a.sens", iter(frames)) == 5
    stream = sens_bytes.read((tmp_path / "a.sens").read_bytes())
    assert (stream.version, stream.color_compression, stream.depth_compression) == (4, 2, 1)
    assert (stream.size, stream.depth_size, stream.depth_shift) == ((32, 24), (16, 12), 1000.0)
    assert stream.tail == bytes(8)
    for frame, read in zip(frames, stream.frames, strict=True):
        assert read.jpeg == frame.jpeg
        assert np.array_equal(read.pose, frame.pose)
        assert read.color_time == read.depth_time == frame.microseconds
        assert (
            read.depth == b"" if frame.depth is None else zlib.decompress(read.depth) == frame.depth.tobytes()
        )


def test_our_reader_finds_what_was_written(tmp_path, frames):
    write(tmp_path / "a.sens", frames)
    stream = open_sens(tmp_path / "a.sens")
    assert np.array_equal(stream.color_matrix, CAMERA)
    assert np.array_equal(stream.depth_matrix, HALF)
    assert stream.valid.tolist() == [True, True, False, True, True]
    assert np.allclose(stream.timestamps, np.arange(5) / 30, atol=1e-5)
    for position, frame in enumerate(frames):
        assert stream.jpeg(position) == frame.jpeg
        if frame.depth is None:
            assert stream.depth(position) is None
        else:
            assert np.array_equal(np.round(stream.depth(position) * 1000), frame.depth)


def test_writer_that_is_interrupted_leaves_no_stream(tmp_path, frames):
    def interrupted():
        yield frames[0]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write(tmp_path / "a.sens", interrupted())
    assert not (tmp_path / "a.sens").exists()


@pytest.mark.parametrize("depth", [np.zeros((16, 12), np.uint16), np.zeros((12, 16), np.float32)])
def test_depth_of_another_shape_or_type_is_refused(tmp_path, frames, depth):
    with pytest.raises(ValueError, match="the stream's is uint16"):
        write(tmp_path / "a.sens", [frames[0]._replace(depth=depth)])
