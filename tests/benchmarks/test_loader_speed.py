"""Speed of the loader, which turns the JPEGs of scenes into frames at training size.

Aim: at least 10 prompts of 16 frames per second on one core, for frames as large as ScanNet's own.
"""

import io

import cv2
import numpy as np
import pytest
from PIL import Image

from tests.vsitrain.data import builds
from vsitrain.data.frames import FrameStore

_SCENES = 4
_FRAMES = 16
_MAX_PIXELS = 128 * 28 * 28


def picture(rng, size):
    """Smooth shades under a camera's noise: 60 KB at 640 by 480, as frames of a room are."""
    shades = Image.fromarray(rng.integers(0, 255, (12, 16, 3), dtype=np.uint8))
    smooth = np.asarray(shades.resize(size, Image.Resampling.BICUBIC)).astype(float)
    noisy = smooth + rng.normal(0, 4, (size[1], size[0], 1))
    file = io.BytesIO()
    Image.fromarray(noisy.clip(0, 255).astype(np.uint8)).save(file, "JPEG", quality=85)
    return file.getvalue()


@pytest.fixture(scope="module", params=[(640, 480), (1296, 968)], ids=["640x480", "1296x968"])
def build(request, tmp_path_factory):
    rng = np.random.default_rng(0)
    jpegs = [picture(rng, request.param) for _ in range(4)]
    images = [{"bytes": jpegs[n % 4], "path": f"{n}.jpg"} for n in range(_FRAMES)]
    rows = [builds.footage(f"scene{n:04d}_00", size=request.param, images=images) for n in range(_SCENES)]
    return builds.write(tmp_path_factory.mktemp("build"), frames=rows)


@pytest.fixture
def one_core():
    threads = cv2.getNumThreads()
    cv2.setNumThreads(1)
    yield
    cv2.setNumThreads(threads)


@pytest.mark.benchmark(group="a prompt's 16 frames")
def test_time_of_a_prompt_with_a_scene_that_is_not_in_the_cache(benchmark, build, one_core):
    store = FrameStore(str(build), "train", num_frames=_FRAMES, max_pixels=_MAX_PIXELS, cache=1)
    scenes = [f"scene{n:04d}_00" for n in range(_SCENES)]

    def prompts():
        return [store.clip(scene, builds.DATASET) for scene in scenes]

    clips = benchmark.pedantic(prompts, rounds=5, warmup_rounds=1)
    assert all(len(clip.frames) == _FRAMES for clip in clips)
    if benchmark.enabled:
        benchmark.extra_info["prompts a second"] = _SCENES / benchmark.stats.stats.min


@pytest.mark.benchmark(group="before training")
def test_time_to_check_the_pictures_of_a_scene(benchmark, build):
    store = FrameStore(str(build), "train", num_frames=_FRAMES, max_pixels=_MAX_PIXELS, cache=1)
    asked = {"scene_name": ["scene0000_00"], "dataset": [builds.DATASET]}
    benchmark.pedantic(store.check, args=(asked,), rounds=10, warmup_rounds=1)
