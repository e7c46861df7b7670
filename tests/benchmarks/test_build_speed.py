"""Speed of a build.

The aims are for a scan of 150k vertices with 40 objects on one idle core:
- Without frames: 0.6 s, better 0.3 s, and at most 400 MB per worker above its imports.
- With 16 frames of a stream of 1,000 and the visibility filter: 1.2 s and 600 MB.
- With the order of appearance at 2 frames per second, too: 2.5 s.
- With 32 frames and all topics about the camera: 2.0 s and 700 MB.

Two workers are at least 1.7 times as fast as one. No step is worse than linear in the number of scans.
"""

import json
import resource
import shutil
from dataclasses import replace
from functools import partial
from pathlib import Path

import cv2
import numpy as np
import pytest

from tests.dataset import small_scans
from vsidata.dataset import results
from vsidata.engines import local
from vsidata.pipeline.build import BuildOptions, build
from vsidata.pipeline.process import Job, process_scene
from vsidata.sources.registry import open_source
from vsidata.sources.streams.image import encode
from vsidata.sources.streams.shown import Framing
from vsidata.sources.synthetic_mark import write_mark
from vsidata.synthetic.sens_writer import Frame, write_sens
from vsidata.topics.rule_set import load_rules

_LIKE = (150_000, 40)  # vertices, objects


@pytest.fixture(scope="module")
def scans(tmp_path_factory):
    from vsidata.synthetic.write import write_scans

    root = tmp_path_factory.mktemp("scans") / "synthetic"
    write_scans(root, 24, seed=1, workers=2)
    return root


@pytest.fixture(scope="module")
def job(scans, tmp_path_factory):
    rules = load_rules("wide")
    folder = tmp_path_factory.mktemp("results")
    source = open_source("scannet", [scans])
    return Job(source, rules, 0, rules.default_topics, folder, Framing(0), visibility=True, embed=False)


@pytest.fixture(scope="module")
def typical(job):
    """The scan that is most like the scan of the aims, and its numbers of vertices and objects."""
    sizes = {}
    for name in job.source.names():
        scene = job.source.load(name)
        sizes[name] = (len(scene.points), len(scene.objects))
    return min(sizes.items(), key=lambda item: np.abs(np.log(np.divide(item[1], _LIKE))).sum())


def test_scan_to_questions(benchmark, job, typical):
    name, benchmark.extra_info["vertices, objects"] = typical
    benchmark.pedantic(process_scene, args=(job, name), rounds=5, warmup_rounds=1)


@pytest.fixture(scope="module")
def filmed(job, typical, scans):
    """The same scan with a stream of 1,000 frames: a walk of one minute. Pictures and depth are noise."""
    from vsidata.synthetic.layout import lay_out
    from vsidata.synthetic.walk import walk

    name, _ = typical
    to_mesh = np.linalg.inv(job.source.load(name).alignment)
    camera = np.array([[550.0, 0, 319.5], [0, 550, 239.5], [0, 0, 1]])  # 60° wide
    rng = np.random.default_rng(0)
    pictures = [noise(rng) for _ in range(8)]
    depth = rng.integers(9_000, 9_100, (480, 640), dtype=np.uint16)  # too far to hide anything
    frames = [
        Frame(pictures[i % 8], depth, to_mesh @ pose, 60_000 * i)
        for i, pose in enumerate(walk(lay_out(1, int(name[5:9])), 1_000))
    ]
    path = job.source.folder(name) / f"{name}.sens"
    write_sens(path, frames, (640, 480), (640, 480), camera, camera)
    write_mark(path.parent)  # a mark lists the files of its scan
    yield replace(job, source=open_source("scannet", [scans]), framing=Framing(16))
    path.unlink()
    write_mark(path.parent)


def noise(rng):
    """A JPEG of 640 by 480 and about 90 KB."""
    coarse = rng.integers(0, 255, (30, 40, 3), dtype=np.uint8)
    smooth = cv2.resize(coarse, (640, 480), interpolation=cv2.INTER_CUBIC)
    return encode(cv2.add(smooth, rng.integers(0, 25, smooth.shape, dtype=np.uint8)), 90)


@pytest.mark.parametrize("more", [(), ("obj_appearance_order",)], ids=["", "order of appearance"])
def test_scan_with_frames_to_questions(benchmark, filmed, typical, more):
    name, benchmark.extra_info["vertices, objects"] = typical
    job = replace(filmed, topics=(*filmed.topics, *more))
    benchmark.pedantic(process_scene, args=(job, name), rounds=5, warmup_rounds=1)
    head = results.read_head(results.result_path(job.folder, name))
    assert head.frames == 16
    assert head.seen


@pytest.fixture
def posed(filmed):
    """The same scan, with 32 frames and all topics about the camera."""
    rules = load_rules("posed")
    return replace(filmed, rules=rules, topics=rules.default_topics, framing=Framing(32))


def test_scan_with_all_topics_about_the_camera(benchmark, posed, typical):
    name, benchmark.extra_info["vertices, objects"] = typical
    benchmark.pedantic(process_scene, args=(posed, name), rounds=5, warmup_rounds=1)
    head = results.read_head(results.result_path(posed.folder, name))
    assert head.frames == 32


def test_memory_of_a_worker_with_all_topics_about_the_camera(benchmark, posed, typical):
    name, _ = typical
    benchmark.pedantic(lambda: list(local.run(partial(weighed, posed), [name], 1)), rounds=1)
    imports, peak = json.loads((posed.folder / f"{name}.memory").read_text())
    benchmark.extra_info["MB"] = {"imports": imports, "above them": peak - imports}


def test_memory_of_a_worker_with_frames(benchmark, filmed, typical):
    name, _ = typical
    benchmark.pedantic(lambda: list(local.run(partial(weighed, filmed), [name], 1)), rounds=1)
    imports, peak = json.loads((filmed.folder / f"{name}.memory").read_text())
    benchmark.extra_info["MB"] = {"imports": imports, "above them": peak - imports}


def test_lower_bound_to_read_the_same_bytes_and_parse_the_json(benchmark, job, typical):
    def read(files):
        for file in files:
            content = file.read_bytes()
            if file.suffix == ".json":
                json.loads(content)

    benchmark.pedantic(read, args=(job.source.files(typical[0]),), rounds=5, warmup_rounds=1)


@pytest.mark.benchmark(group="workers")
@pytest.mark.parametrize("workers", [1, 2])
def test_workers(benchmark, scans, tmp_path, workers):
    options = BuildOptions(out=tmp_path / "out", scannet_root=scans, workers=workers)
    start_over = partial(shutil.rmtree, options.out, ignore_errors=True)
    benchmark.pedantic(build, args=(options,), setup=start_over, rounds=3)


def weighed(job: Job, name: str) -> None:
    """Return the result, and the most memory that the worker has used so far, in MB."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    process_scene(job, name)
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    Path(job.folder / f"{name}.memory").write_text(json.dumps([before / 1024, after / 1024]))


def test_memory_of_a_worker(benchmark, job):
    names = job.source.names()
    benchmark.pedantic(lambda: list(local.run(partial(weighed, job), names, 1)), rounds=1)
    used = [json.loads((job.folder / f"{name}.memory").read_text()) for name in names]
    imports, peak = used[0][0], used[-1][1]
    benchmark.extra_info["MB"] = {"imports": imports, "above them": peak - imports}


@pytest.mark.benchmark(group="number of scans")
@pytest.mark.parametrize("number", [500, 1513])
def test_many_small_scans(benchmark, tmp_path, number):
    root = small_scans.write(tmp_path / "download", number, edge=10.0)
    options = BuildOptions(out=tmp_path / "out", scannet_root=root, workers=2)
    summary = benchmark.pedantic(build, args=(options,), rounds=1)
    assert not summary.failures
    benchmark.extra_info["ms a scan"] = 1000 * benchmark.stats.stats.mean / number
