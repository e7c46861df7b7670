"""Frames with unknown cameras are in the dataset. Manifest and card state which questions this affects."""

import json

import cv2
import numpy as np
import pyarrow.parquet as pq
import pytest

from tests.dataset import small_scans, streams
from vsidata.dataset.summary_text import closing_lines
from vsidata.pipeline.build import BuildOptions, build

NAMES = ["scene0000_00", "scene0001_00", "scene0002_00"]


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """Three scans: with only a video, with damaged intrinsics in the stream, with a valid stream."""
    root = small_scans.write(tmp_path_factory.mktemp("root"), 3)
    path = root / "scans" / NAMES[0] / f"{NAMES[0]}.mp4"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"mp4v"), 24, (64, 48))
    for shade in range(0, 200, 4):
        writer.write(np.full((48, 64, 3), shade, np.uint8))
    writer.release()
    broken = streams.sens(40)
    broken.intrinsic[:] = np.nan
    streams.write(root, NAMES[1], broken)
    streams.write(root, NAMES[2], streams.sens(40))
    return build(BuildOptions(out=root / "out", scannet_root=small_scans.mark(root), workers=1))


def test_video_alone_gives_pictures_and_times_without_cameras(built):
    video, no_camera, whole = pq.read_table(built.out / "frames").to_pylist()
    assert (len(video["images"]), video["width"], video["height"]) == (16, 64, 48)
    assert video["timestamps"][1] == pytest.approx(3 / 24)
    assert (video["timed"], video["fps"]) == (True, pytest.approx(24))
    for key in ("poses", "intrinsics", "orientation", "seen", "floor_seen"):
        assert video[key] is None
    assert (no_camera["intrinsics"], no_camera["seen"], no_camera["orientation"]) == (None, None, 0)
    assert whole["seen"] is not None


def test_scenes_without_a_visibility_filter_are_counted_and_listed_in_the_card(built):
    assert built.manifest.frames == {
        "pictures": 48,
        "scenes with frames": 3,
        "scenes without": 0,
        "scenes asked only what is seen": 1,
    }
    card = (built.out / "README.md").read_text()
    assert "without known cameras, such as a video alone: 2." in card
    assert "2 without known cameras" in " ".join(closing_lines(built))


def test_build_without_the_visibility_filter_does_not_mention_missing_cameras(built, tmp_path):
    options = BuildOptions(out=tmp_path, scannet_root=built.out.parent, visibility=False, workers=1)
    other = build(options)
    assert "not known" not in (tmp_path / "README.md").read_text()
    assert "cameras" not in " ".join(closing_lines(other))
    assert json.loads((tmp_path / "manifest.json").read_bytes())["frames"]["scenes with frames"] == 3
