"""Clips, compared with Pillow's own decoding and with the drawn shades."""

import io
import os
import pickle

import cv2
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from tests.vsitrain.data import builds
from vsidata.errors import BuildError, OptionError, ScanError
from vsitrain.data import tables
from vsitrain.data.decoding import decode, fitted
from vsitrain.data.frames import FrameStore
from vsitrain.data.questions import load_questions

SCENE = "scene0000_00"


@pytest.fixture
def folder(tmp_path):
    return builds.write(tmp_path, frames=[builds.footage(f"scene{n:04d}_00") for n in range(3)])


def store(folder, **more) -> FrameStore:
    return FrameStore(str(folder), "train", **{"num_frames": 16, "max_pixels": 64 * 48, "cache": 2, **more})


def clip(folder, scene=SCENE, **more):
    return store(folder, **more).clip(scene, builds.DATASET)


def places(frames: np.ndarray) -> list[int]:
    """The numbers of frames in the stream, computed from their shades."""
    return [round((int(frame[..., 0].mean()) - 10) / 10) for frame in frames]


def scene_picture(size=(640, 480), turn=0, **how) -> bytes:
    """Soft shades everywhere, and a bright upper left quarter."""
    width, height = size
    across, down = np.meshgrid(np.linspace(0, 6, width), np.linspace(0, 5, height))
    pixels = np.stack([70 + 50 * np.sin(across), 70 + 50 * np.cos(down), 80 + 0 * across], axis=-1)
    pixels[: height // 2, : width // 2] += 100
    file = io.BytesIO()
    picture = Image.fromarray(pixels.astype(np.uint8))
    picture.rotate(turn, expand=True).save(file, "JPEG", quality=92, **how)
    return file.getvalue()


def quarters(frame: np.ndarray) -> list[bool]:
    """Return whether each quarter is bright: upper left, upper right, lower left, lower right."""
    height, width = frame.shape[0] // 2, frame.shape[1] // 2
    parts = frame[:height, :width], frame[:height, width:], frame[height:, :width], frame[height:, width:]
    means = [part.mean() for part in parts]
    return [mean > np.mean(means) + 20 for mean in means]


def test_a_clip_has_the_pictures_of_its_scene_in_rgb_and_their_times(folder):
    shown = clip(folder)
    expected = [np.asarray(Image.open(io.BytesIO(builds.picture(builds.shade(n))))) for n in range(16)]
    assert shown.frames.shape == (16, 48, 64, 3)
    assert shown.frames.dtype == np.uint8
    assert np.abs(shown.frames.astype(int) - np.stack(expected)).max() <= 2
    assert shown.timestamps.tolist() == [n / 2 for n in range(16)]


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [(1, [0]), (2, [0, 15]), (4, [0, 5, 10, 15]), (6, [0, 3, 6, 9, 12, 15]), (16, list(range(16)))],
)
def test_fewer_frames_are_spread_evenly_from_the_first_to_the_last(folder, wanted, expected):
    shown = clip(folder, num_frames=wanted)
    assert places(shown.frames) == expected
    assert shown.timestamps.tolist() == [place / 2 for place in expected]
    assert shown.seconds == 8  # all sixteen frames of the stream, for any number of shown ones
    assert shown.fps == len(expected) / 8


def test_a_clip_has_at_most_the_stored_frames(folder):
    assert places(clip(folder, num_frames=40).frames) == list(range(16))
    assert store(folder, num_frames=40).shape(SCENE, builds.DATASET) == (16, 48, 64)


@given(
    st.tuples(st.integers(1, 5000), st.integers(1, 5000)),
    st.integers(28 * 28, 2000 * 2000),
)
def test_size_is_the_largest_in_proportion_within_the_limit(size, most):
    width, height = fitted(size, most)
    assert width <= size[0]
    assert height <= size[1]
    assert width * height <= most or 1 in (width, height)
    if size[0] * size[1] <= most:
        assert (width, height) == size
    elif min(width, height) > 1:
        exact = (most / (size[0] * size[1])) ** 0.5
        assert size[0] * exact - width < 1 + 1e-6
        assert size[1] * exact - height < 1 + 1e-6


@pytest.mark.parametrize("size", [(600, 450), (320, 240), (300, 225), (160, 120), (70, 52), (40, 30)])
def test_picture_decoded_at_a_fraction_is_the_full_picture_shrunk(size):
    jpeg = scene_picture()
    whole = Image.open(io.BytesIO(jpeg)).resize(size, Image.Resampling.BOX)
    error = decode(jpeg, size).astype(float) - np.asarray(whole)
    assert np.sqrt((error**2).mean()) < 2.5  # levels of 255. A shift by a pixel causes more
    shifted = np.roll(np.asarray(whole).astype(float), 1, axis=1) - np.asarray(whole)
    assert np.sqrt((error**2).mean()) < np.sqrt((shifted**2).mean())


def test_only_the_frames_of_the_clip_are_decoded_and_once_for_all_rollouts(folder, monkeypatch):
    decoded = []
    whole = cv2.imdecode
    monkeypatch.setattr(cv2, "imdecode", lambda data, flags: decoded.append(flags) or whole(data, flags))
    opened = store(folder, num_frames=4)
    clips = [opened.clip(SCENE, builds.DATASET) for _ in range(14)]
    assert len(decoded) == 4
    assert all(shown is clips[0] for shown in clips)


def test_cache_drops_the_least_recently_used_clip(folder):
    opened = store(folder, cache=2)
    first, second = (opened.clip(f"scene{n:04d}_00", builds.DATASET) for n in (0, 1))
    assert opened.clip("scene0000_00", builds.DATASET) is first
    opened.clip("scene0002_00", builds.DATASET)
    assert opened.clip("scene0000_00", builds.DATASET) is first
    assert opened.clip("scene0001_00", builds.DATASET) is not second


@pytest.mark.parametrize("orientation", [0, 90, 180, 270])
def test_clip_is_upright_for_any_orientation_of_the_camera(tmp_path, orientation):
    jpeg = scene_picture(turn=orientation)  # counter-clockwise. The build states a clockwise turn
    size = Image.open(io.BytesIO(jpeg)).size
    row = builds.footage(SCENE, 1, size, orientation=orientation, images=[{"bytes": jpeg, "path": "0.jpg"}])
    folder = builds.write(tmp_path, frames=[row])
    shown = clip(folder, max_pixels=320 * 240)
    assert shown.frames.shape == (1, 240, 320, 3)
    assert store(folder, max_pixels=320 * 240).shape(SCENE, builds.DATASET) == (1, 240, 320)
    assert quarters(shown.frames[0]) == [True, False, False, False]


@pytest.mark.parametrize("noted", [1, 3, 6, 8])
def test_orientation_noted_in_the_file_is_ignored(tmp_path, noted):
    exif = Image.Exif()
    exif[0x0112] = noted
    jpeg = scene_picture(exif=exif)
    row = builds.footage(SCENE, 1, (640, 480), images=[{"bytes": jpeg, "path": "0.jpg"}])
    shown = clip(builds.write(tmp_path, frames=[row]), max_pixels=10_000)
    assert quarters(shown.frames[0]) == [True, False, False, False]


def test_memory_and_the_cache_of_datasets_do_not_grow(tmp_path, datasets_cache):
    noise = np.random.default_rng(0).integers(0, 256, (240, 320, 3), np.uint8)
    file = io.BytesIO()
    Image.fromarray(noise).save(file, "JPEG", quality=95)
    images = [{"bytes": file.getvalue(), "path": "0.jpg"}] * 8
    rows = [builds.footage(f"scene{n:04d}_00", 8, (320, 240), images=images) for n in range(12)]
    folder = builds.write(tmp_path, frames=rows)
    opened = store(folder, cache=1, max_pixels=1000)
    before = pa.total_allocated_bytes()
    for row in rows:
        opened.clip(row["scene_name"], builds.DATASET)
        assert pa.total_allocated_bytes() - before < len(file.getvalue())  # not even one picture is kept
    assert not list(datasets_cache.iterdir())


def test_scenes_in_one_row_group_are_distinguished(tmp_path):
    rows = [builds.footage(f"scene{n:04d}_00", frames=4 + n) for n in range(5)]
    folder = builds.write(tmp_path, frames=rows, scenes_per_group=3)
    assert [len(clip(folder, row["scene_name"]).frames) for row in rows] == [4, 5, 6, 7, 8]


def test_store_of_both_splits_has_the_scenes_of_both(folder):
    builds.write(folder, frames=[builds.footage("scene0050_00", 5)], split="validation")
    both = FrameStore(str(folder), ("train", "validation"), num_frames=16, max_pixels=9999)
    assert len(both.clip("scene0050_00", builds.DATASET).frames) == 5
    assert len(both.clip("scene0002_00", builds.DATASET).frames) == 16
    with pytest.raises(OptionError, match="has no frames"):
        store(folder).clip("scene0050_00", builds.DATASET)


def test_clips_from_the_hub_equal_those_of_the_folder(folder, monkeypatch):
    import datasets

    held_out = "scene0050_00"
    builds.write(folder, frames=[builds.footage(held_out, 5)], split="validation")
    read = datasets.load_dataset
    asked = []

    def download(name, table, *, split):
        asked.append((name, table, split))
        return read("parquet", data_files={split: str(folder / table / f"{split}-*.parquet")}, split=split)

    monkeypatch.setattr(datasets, "load_dataset", download)
    monkeypatch.setattr("vsidata.files.hub.reach.require_reach", lambda *_: None)
    splits = ("train", "validation")
    there = FrameStore("somebody/build", splits, num_frames=4, max_pixels=1000)
    assert asked == [("somebody/build", "frames", split) for split in splits]
    here = FrameStore(str(folder), splits, num_frames=4, max_pixels=1000)
    for name in (SCENE, held_out):
        ours, theirs = (opened.clip(name, builds.DATASET) for opened in (here, there))
        assert (theirs.frames == ours.frames).all()
        assert (theirs.timestamps == ours.timestamps).all()


def test_store_can_be_pickled_for_the_processes_of_a_data_loader(folder):
    opened = store(folder)
    expected = opened.clip(SCENE, builds.DATASET).frames
    sent = pickle.loads(pickle.dumps(opened))  # noqa: S301 - as multiprocessing does it
    assert (sent.clip(SCENE, builds.DATASET).frames == expected).all()
    child = os.fork()
    if not child:
        same = all(len(opened.clip(f"scene{n:04d}_00", builds.DATASET).frames) == 16 for n in range(3))
        os._exit(0 if same else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def asked_about(*scenes: str) -> dict[str, list[str]]:
    return {"scene_name": list(scenes), "dataset": [builds.DATASET] * len(scenes)}


def test_scenes_without_frames_are_named_before_training(folder):
    opened = store(folder)
    opened.check(asked_about(SCENE, "scene0001_00", SCENE))
    with pytest.raises(OptionError, match="has no frames of 2 of 3 scenes: scene0077_00, scene0088_00"):
        opened.check(asked_about("scene0088_00", SCENE, "scene0077_00", "scene0088_00"))
    with pytest.raises(OptionError, match="has no frames of the scene scene0077_00 of synthetic"):
        opened.clip("scene0077_00", builds.DATASET)


def test_rows_of_questions_can_be_checked_without_conversion(folder):
    builds.write(folder, [builds.question(1), builds.question(2, "scene0001_00")])
    store(folder).check(load_questions(str(folder), "train"))


def _with_frame(jpeg: bytes, place: int = 7) -> dict:
    row = builds.footage(SCENE)
    row["images"][place] = {"bytes": jpeg, "path": "x.jpg"}
    return row


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        (
            _with_frame(builds.picture((9, 9, 9))[:-40]),
            "frame 7 of the scene scene0000_00: is a JPEG that is cut short",
        ),
        (_with_frame(b"GIF89a" + bytes(100)), "frame 7 of the scene scene0000_00: is not a JPEG"),
        (_with_frame(None), "frame 7 of the scene scene0000_00: is not a JPEG"),
        (
            _with_frame(builds.picture((9, 9, 9), (32, 24))),
            "is a JPEG of 32 × 24 pixels in a stream of 64 × 48",
        ),
        (
            builds.footage(SCENE, timestamps=[0.0, 1.0]),
            "scene0000_00: numbers of frames and times differ: 16 and 2",
        ),
        (builds.footage(SCENE, timestamps=None), "numbers of frames and times differ: 16 and 0"),
        (builds.footage(SCENE, timestamps=[*range(15), 3]), "with times that do not rise"),
        (builds.footage(SCENE, 0), "has no frames"),
    ],
    ids=["cut short", "no JPEG", "no bytes", "size", "few times", "no times", "order", "no frame"],
)
def test_frames_that_cannot_be_shown_are_named_before_training_without_decoding(
    tmp_path, monkeypatch, row, fault
):
    good = builds.footage("scene0001_00")
    folder = builds.write(tmp_path, frames=[good, row])
    with pytest.raises(ScanError, match=fault):
        clip(folder)
    monkeypatch.delattr(cv2, "imdecode")
    store(folder).check(asked_about("scene0001_00"))
    with pytest.raises(ScanError, match=fault):
        store(folder).check(asked_about("scene0001_00", SCENE))


def test_error_about_a_jpeg_without_a_picture_names_the_scene(tmp_path):
    jpeg = bytearray(builds.picture((9, 9, 9)))
    start = jpeg.index(b"\xff\xc4")  # the Huffman tables: no decoder continues with these
    jpeg[start + 4 : start + 20] = b"\xfe" * 16
    with pytest.raises(ScanError, match="a frame of the scene scene0000_00: is a damaged JPEG"):
        clip(builds.write(tmp_path, frames=[_with_frame(bytes(jpeg))]))


def test_build_without_frames_is_refused_with_a_remedy(tmp_path):
    builds.write(tmp_path, [builds.question(1)])
    with pytest.raises(OptionError, match=r"contains no frames\..*\n.*--frames 16"):
        store(tmp_path)


def test_other_files_and_truncated_files_are_refused(folder):
    import pyarrow.parquet as pq

    path = tables.shards(folder, "frames", "train")[0]
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(BuildError, match="cannot be read as a table of frames"):
        store(folder)
    pq.write_table(pa.table({"scene_name": ["x"]}), path)
    with pytest.raises(BuildError, match="cannot be read as a table of frames"):
        store(folder)
    path.write_bytes(whole)
    opened = store(folder)
    path.write_bytes(whole[:200])
    with pytest.raises(BuildError, match="has a row group 2 that cannot be read"):
        opened.clip("scene0002_00", builds.DATASET)


def test_blank_clips_are_black_and_otherwise_the_same(folder):
    shown, blank = clip(folder, num_frames=5), clip(folder, num_frames=5, blank=True)
    assert shown.frames.any()
    assert not blank.frames.any()
    assert blank.frames.shape == shown.frames.shape
    assert blank.timestamps.tolist() == shown.timestamps.tolist()
