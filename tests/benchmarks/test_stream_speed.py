"""Time and memory to read 32 frames with depth from a `.sens` of 1,000 frames and about 380 MB.

Aims: 0.25 s and 80 MB on one idle core; at least 30 times faster than a reader that reads the whole stream,
as ScanNet's own Python reader does.
"""

import io
import tracemalloc
import zlib

import numpy as np
import pytest
from PIL import Image

from tests.sources.streams import sens_bytes
from vsidata.sources.streams.image import at_size
from vsidata.sources.streams.picking import pick
from vsidata.sources.streams.sens import open_sens

_SIZE, _DEPTH_SIZE = (1296, 968), (640, 480)
_PICKED = 32
_MOST_MEMORY = 80e6


def picture(rng):
    """Smooth shades under a camera's noise: about 280 KB."""
    width, height = _SIZE
    shades = Image.fromarray(rng.integers(0, 255, (12, 16, 3), dtype=np.uint8))
    smooth = np.asarray(shades.resize(_SIZE, Image.Resampling.BICUBIC)).astype(float)
    noisy = smooth + rng.normal(0, 6, (height, width, 1))
    file = io.BytesIO()
    Image.fromarray(noisy.clip(0, 255).astype(np.uint8)).save(file, "JPEG", quality=85)
    return file.getvalue()


def depth(rng):
    """Slanted planes in the steps of a depth sensor, and holes: about 100 KB."""
    width, height = _DEPTH_SIZE
    rows, columns = np.mgrid[0:height, 0:width]
    planes = 1500 + 2 * (rows % 160) + 3 * (columns % 200)
    measured = planes + rng.integers(-1, 2, planes.shape) * (rng.random(planes.shape) < 0.25)
    measured[rng.random(planes.shape) < 0.01] = 0
    return zlib.compress(measured.astype("<u2").tobytes())


@pytest.fixture(scope="module")
def path(tmp_path_factory, request):
    """A stream that repeats a few payloads with new poses and times. It is short if nothing is measured."""
    count = 1000 if request.config.getoption("benchmark_enable") else 40
    rng = np.random.default_rng(0)
    payloads = [(picture(rng), depth(rng)) for _ in range(4)]
    frames = [
        sens_bytes.Frame(*payloads[i % 4], sens_bytes.pose(i / 100), color_time=33_333 * i)
        for i in range(count)
    ]
    path = tmp_path_factory.mktemp("stream") / "scene0000_00.sens"
    with path.open("wb") as file:
        file.writelines(sens_bytes.Sens(frames, size=_SIZE, depth_size=_DEPTH_SIZE).parts())
    return path


def picked_frames(path):
    stream = open_sens(path)
    return [(stream.jpeg(i), stream.depth(i), stream.poses[i]) for i in pick(stream, _PICKED)]


def whole_stream(path):
    stream = sens_bytes.read(path.read_bytes())
    depths = [np.frombuffer(zlib.decompress(frame.depth), "<u2") for frame in stream.frames]
    return stream, depths


@pytest.mark.benchmark(group="32 frames with depth")
def test_time_to_pick_and_read_frames(benchmark, path):
    benchmark.extra_info["MB of the stream"] = path.stat().st_size / 1e6
    assert len(benchmark.pedantic(picked_frames, args=(path,), rounds=10, warmup_rounds=1)) == _PICKED


@pytest.mark.benchmark(group="32 frames with depth")
def test_time_to_read_the_whole_stream(benchmark, path):
    benchmark.pedantic(whole_stream, args=(path,), rounds=2)


def test_time_to_walk_the_headers(benchmark, path):
    benchmark.pedantic(open_sens, args=(path,), rounds=20, warmup_rounds=1)


def test_time_to_shrink_a_picture_to_640_pixels(benchmark, path):
    data = open_sens(path).jpeg(0)
    benchmark.pedantic(at_size, args=(data, 640, 90), rounds=20, warmup_rounds=1)


def test_memory_of_the_frames(benchmark, path):
    """All 32 in memory together, as arrays."""
    tracemalloc.start()
    frames = benchmark.pedantic(picked_frames, args=(path,), rounds=1)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    benchmark.extra_info["MB"] = peak / 1e6
    assert len(frames) == _PICKED
    assert peak < _MOST_MEMORY
