"""The benchmark's videos: their picked frames, from a folder or from its zips."""

import zipfile

import cv2
import numpy as np
import pytest

from vsidata.errors import ScanError
from vsitrain.evaluation import VideoFolder


@pytest.fixture
def root(tmp_path):
    """A video of 41 frames. Each frame is lighter than the frame before."""
    path = tmp_path / "scannet" / "scene0000_00.mp4"
    path.parent.mkdir()
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"mp4v"), 20, (64, 48))
    for shade in range(41):
        writer.write(np.full((48, 64, 3), 5 * shade, np.uint8))
    writer.release()
    return tmp_path


def folder(root, frames=5, max_pixels=64 * 48):
    return VideoFolder(root, num_frames=frames, max_pixels=max_pixels)


def test_frames_are_spread_evenly_from_the_first_to_the_last(root):
    clip = folder(root).clip("scene0000_00", "scannet")
    shades = clip.frames.mean(axis=(1, 2, 3))
    assert shades == pytest.approx([0, 50, 100, 150, 200], abs=4)
    assert clip.timestamps.tolist() == pytest.approx([0, 0.5, 1, 1.5, 2])
    assert clip.seconds == pytest.approx(41 / 20)


def test_a_request_for_more_frames_than_a_video_has_gives_all_of_them(root):
    assert len(folder(root, frames=99).clip("scene0000_00", "scannet").frames) == 41


def test_large_frames_are_shrunk_in_proportion(root):
    assert folder(root, max_pixels=32 * 24).clip("scene0000_00", "scannet").frames.shape == (5, 24, 32, 3)


def test_a_control_run_gets_black_frames_of_the_same_size_and_times(root):
    seen, black = (
        VideoFolder(root, num_frames=5, max_pixels=32 * 24, blank=blank).clip("scene0000_00", "scannet")
        for blank in (False, True)
    )
    assert not black.frames.any()
    assert black.frames.shape == seen.frames.shape
    assert np.array_equal(black.timestamps, seen.timestamps)


def test_a_zip_gives_the_same_clip(root):
    loose = folder(root).clip("scene0000_00", "scannet")
    path = root / "scannet" / "scene0000_00.mp4"
    with zipfile.ZipFile(root / "scannet.zip", "w") as archive:
        archive.write(path, "scannet/scene0000_00.mp4")
    path.unlink()
    packed = folder(root).clip("scene0000_00", "scannet")
    assert np.array_equal(loose.frames, packed.frames)
    with pytest.raises(ScanError, match="contains 0 files"):
        folder(root).clip("scene0001_00", "scannet")


@pytest.mark.parametrize(
    ("scene", "dataset", "fault"),
    [("scene0009_00", "scannet", "is missing"), ("../../etc/passwd", "scannet", "is outside the folder")],
)
def test_missing_videos_and_zips_are_named(root, scene, dataset, fault):
    with pytest.raises(ScanError, match=fault):
        folder(root).clip(scene, dataset)


def test_a_damaged_zip_or_video_is_named(root):
    (root / "other.zip").write_bytes(b"PK\x03\x04 no zip")
    with pytest.raises(ScanError, match="cannot be read"):
        folder(root).clip("scene0000_00", "other")
    (root / "scannet" / "scene0000_00.mp4").write_bytes(b"no video at all")
    with pytest.raises(ScanError, match="is not an MP4"):
        folder(root).clip("scene0000_00", "scannet")


def test_any_damaged_video_is_named_or_read_and_never_stops_an_evaluation(root):
    """120 videos that are cut short, or have changed bytes in their index."""
    path = root / "scannet" / "scene0000_00.mp4"
    whole = path.read_bytes()
    rng = np.random.default_rng(0)
    index = whole.rfind(b"moov")
    named = 0
    for number in range(120):
        damaged = bytearray(whole)
        if number % 2:
            damaged = damaged[: rng.integers(len(whole))]
        else:
            for place in rng.integers(index, len(whole), 6):
                damaged[place] = rng.integers(256)
        path.write_bytes(damaged)
        try:
            folder(root).clip("scene0000_00", "scannet")
        except ScanError:
            named += 1
    assert named > 60
