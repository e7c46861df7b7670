"""A build with frames is opened with the libraries that its users have."""

import hashlib
import io
import json

import numpy as np
import pyarrow.parquet as pq
import pytest
from PIL import Image

from tests.dataset import small_scans, streams
from tests.pipeline.test_build import digests
from vsidata.dataset import frames_file, results
from vsidata.dataset.summary_text import closing_lines
from vsidata.errors import OptionError
from vsidata.pipeline.build import BuildOptions, build
from vsidata.pipeline.process import Job, process_scene
from vsidata.sources.registry import open_source
from vsidata.sources.streams.shown import Framing
from vsidata.topics.rule_set import load_rules

NAMES = [f"scene{number:04d}_00" for number in range(4)]


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """Four scans: two with a stream, one with a stream that is cut short, one without a stream."""
    root = small_scans.write(tmp_path_factory.mktemp("root"), 4)
    streams.write(root, NAMES[0], streams.sens(40, lost=(0, 1)))
    streams.write(root, NAMES[1], streams.sens(40, size=(200, 150)))
    cut_short = streams.write(root, NAMES[2], streams.sens(40))
    cut_short.write_bytes(cut_short.read_bytes()[:9_000])
    return small_scans.mark(root)


def options(root, out, **more) -> BuildOptions:
    return BuildOptions(
        **{"out": out, "scannet_root": root, "visibility": False, "embed": True, "workers": 1, **more}
    )


@pytest.fixture(scope="module")
def built(root, tmp_path_factory):
    return build(options(root, tmp_path_factory.mktemp("built") / "out"))


@pytest.fixture(scope="module")
def rows(built):
    return pq.read_table(built.out / "frames").to_pylist()


@pytest.fixture
def load(built, tmp_path, offline):
    """Call `load_dataset` on the build, without the network and with its own cache."""
    from datasets import load_dataset

    return lambda name, **how: load_dataset(
        str(built.out), name, split="train", cache_dir=str(tmp_path), **how
    )


def test_frames_are_sixteen_pictures_of_the_stream(rows):
    assert [row["scene_name"] for row in rows] == NAMES[:2]
    assert [len(row["images"]) for row in rows] == [16, 16]
    stored = streams.sens(40).frames
    first = rows[0]
    assert (first["indices"][0], first["indices"][-1]) == (2, 39)  # the first two frames have no pose
    assert [image["bytes"] for image in first["images"]] == [stored[i].jpeg for i in first["indices"]]
    assert first["timestamps"] == pytest.approx([i * 0.05 for i in first["indices"]])
    assert np.array(first["poses"])[:, 0, 3] == pytest.approx([i / 10 for i in first["indices"]], abs=1e-6)
    assert (first["width"], first["height"], first["orientation"]) == (32, 24, 0)
    assert first["intrinsics"][0] == pytest.approx([30, 0, 15.5])


def test_camera_path_covers_the_stream_and_not_only_the_shown_frames(rows):
    path = rows[0]["camera_path"]
    assert [spot["seconds"] for spot in path] == pytest.approx([0.1, 0.5, 1.0, 1.5])
    assert path[0]["position"] == pytest.approx([0.2, 0, 1.5], abs=1e-6)


def test_scan_without_a_stream_is_built_and_counted_and_a_damaged_stream_is_listed(built):
    assert built.manifest.frames == {
        "pictures": 32,
        "scenes with frames": 2,
        "scenes without": 1,
        "scenes asked only what is seen": 0,
        "scenes heavy to read embedded": 0,
    }
    assert sorted(built.manifest.inputs) == [NAMES[0], NAMES[1], NAMES[3]]
    (failure,) = built.failures
    assert failure["file"].endswith(f"{NAMES[2]}.sens")
    assert "cut short" in failure["fault"]
    asked = pq.read_table(built.out / "qa")["scene_name"].to_pylist()
    assert NAMES[3] in asked


def test_datasets_decodes_the_frames(load, rows):
    from datasets import Image as Picture
    from datasets import List

    frames = load("frames")
    assert frames.features["images"] == List(Picture())
    assert frames[1]["images"][0].size == (200, 150)
    assert frames[0]["poses"] == rows[0]["poses"]
    (first, _) = load("frames", streaming=True)
    assert first["images"][3].getpixel((5, 5))[0] == pytest.approx(10 + 2 * first["indices"][3], abs=2)


def test_embedded_questions_are_the_questions_with_their_scenes_frames(load, built, rows):
    from datasets import Image as Picture
    from datasets import List

    embedded = load("embedded", streaming=True)
    assert embedded.features["images"] == List(Picture())
    shades = {row["scene_name"]: [_shade(image["bytes"]) for image in row["images"]] for row in rows}
    asked = [row for row in pq.read_table(built.out / "qa").to_pylist() if row["scene_name"] in shades]
    found = list(embedded)
    assert [{key: row[key] for key in asked[0]} for row in found] == asked
    for row in found[:: len(found) // 7]:
        assert [picture.getpixel((0, 0))[0] for picture in row["images"]] == shades[row["scene_name"]]
    times = {row["scene_name"]: row["timestamps"] for row in rows}
    assert all(row["timestamps"] == times[row["scene_name"]] for row in found)
    assert all(row["orientation"] == 0 for row in found)


def _shade(jpeg: bytes) -> int:
    return Image.open(io.BytesIO(jpeg)).getpixel((0, 0))[0]


def test_embedded_pictures_are_stored_once_per_scene(tmp_path):
    root = small_scans.write(tmp_path / "root", 2)
    noise = np.random.default_rng(0)
    for name in NAMES[:2]:
        stream = streams.sens(20, size=(320, 240))
        for frame in stream.frames:
            file = io.BytesIO()
            Image.fromarray(noise.integers(0, 256, (240, 320, 3), np.uint8)).save(file, "JPEG")
            frame.jpeg = file.getvalue()
        streams.write(root, name, stream)
    out = build(options(root, tmp_path / "out")).out
    frames, embedded = (
        pq.ParquetFile(out / table / "train-00000-of-00001.parquet") for table in ("frames", "embedded")
    )
    sizes = [
        (out / table / "train-00000-of-00001.parquet").stat().st_size for table in ("frames", "embedded")
    ]
    assert sizes[0] > 1_000_000
    assert sizes[1] <= 1.1 * sizes[0]
    assert frames.metadata.num_row_groups == embedded.metadata.num_row_groups == 2
    assert embedded.metadata.row_group(0).num_rows > 50


@pytest.mark.parametrize("embed", [True, False])
def test_frames_that_cannot_be_read_inside_questions_are_reported_with_the_options_that_help(
    rows, root, tmp_path, monkeypatch, embed
):
    """Above 2 GiB, `datasets` fails.

    Its message is "nested data conversions not implemented for chunked array outputs".
    """
    size = sum(len(image["bytes"]) for image in rows[0]["images"])
    monkeypatch.setattr(frames_file, "_MOST_WHEN_READ", 10 * size)
    rules = load_rules("wide")
    job = Job(
        source=open_source("scannet", [root]),
        rules=rules,
        seed=0,
        topics=rules.default_topics,
        folder=tmp_path,
        framing=Framing(16),
        visibility=False,
        embed=embed,
    )
    process_scene(job, NAMES[0])
    head = results.read_head(results.result_path(tmp_path, NAMES[0]))
    if not embed:
        assert head.failure is None
        return
    assert head.failure["scene_name"] == NAMES[0]
    assert head.failure["fault"].startswith("has 16 frames and ")
    assert "--frame-size 640" in head.failure["remedy"]


def test_scenes_that_are_slow_to_read_are_reported_with_the_options_that_help(
    built, root, tmp_path, monkeypatch
):
    """The count must agree with the sizes of a scene's pictures as pyarrow reads them."""
    assert not any(line.startswith("Large") for line in closing_lines(built))
    file = pq.ParquetFile(built.out / "embedded" / "train-00000-of-00001.parquet")
    sizes = [
        sum(len(image["bytes"]) for row in file.read_row_group(group)["images"].to_pylist() for image in row)
        for group in range(file.num_row_groups)
    ]
    limits = frames_file.reading_limits()
    assert limits.heavy.value * 2**20 > max(sizes)
    between = limits.heavy.model_copy(update={"value": sum(sizes) / 2 / 2**20})
    monkeypatch.setattr(frames_file, "reading_limits", lambda: limits.model_copy(update={"heavy": between}))
    summary = build(options(root, tmp_path / "out"))
    assert summary.manifest.frames["scenes heavy to read embedded"] == 1
    (heavy,) = [line for line in closing_lines(summary) if line.startswith("Large")]
    assert "for 1 scene," in heavy
    assert "--frame-size 640" in heavy


def test_bytes_do_not_depend_on_workers_and_an_interrupted_build_resumes(built, root, tmp_path):
    other = build(options(root, tmp_path / "out", workers=2))
    assert digests(other.out) == digests(built.out)
    (other.out / "manifest.json").unlink()
    (other.out / ".work" / "scenes" / f"{NAMES[0]}.frames.arrow").unlink()
    assert digests(build(options(root, tmp_path / "out")).out) == digests(built.out)


def test_changed_stream_is_read_again(tmp_path):
    root = small_scans.write(tmp_path / "root", 1)
    streams.write(root, NAMES[0], streams.sens(20))
    first = build(options(root, tmp_path / "out"))
    before = hashlib.sha256((first.out / "frames/train-00000-of-00001.parquet").read_bytes()).digest()
    streams.write(root, NAMES[0], streams.sens(30))
    second = build(options(root, tmp_path / "out"))
    assert (
        hashlib.sha256((second.out / "frames/train-00000-of-00001.parquet").read_bytes()).digest() != before
    )
    assert second.manifest.inputs != first.manifest.inputs


def test_without_frames_there_is_no_table_of_them_and_streams_are_not_read(root, tmp_path):
    summary = build(options(root, tmp_path / "out", frames=0, embed=False))
    assert sorted(path.name for path in summary.out.iterdir()) == [
        ".work", "README.md", "build.log", "failures.jsonl", "manifest.json", "qa", "scenes",
    ]  # fmt: skip
    assert not summary.failures
    assert "frames" not in (summary.out / "README.md").read_text().partition("---\n\n")[0]


def test_resized_frames_have_the_requested_size(root, tmp_path):
    given = {"frames": 4, "frame_size": "100x80", "embed": False, "scenes": ("scene000[01]_00",)}
    out = build(options(root, tmp_path / "out", **given)).out
    frames = pq.read_table(out / "frames").to_pylist()
    sizes = {Image.open(io.BytesIO(image["bytes"])).size for row in frames for image in row["images"]}
    assert sizes == {(100, 80)}
    assert [(row["width"], row["height"], len(row["indices"])) for row in frames] == [(100, 80, 4)] * 2


def test_card_names_the_tables_that_exist(built):
    from huggingface_hub import DatasetCard

    card = DatasetCard.load(built.out / "README.md")
    assert [config["config_name"] for config in card.data.configs] == ["qa", "scenes", "frames", "embedded"]
    assert "$" not in card.text
    manifest = json.loads((built.out / "manifest.json").read_bytes())
    assert "frames/train-00000-of-00001.parquet" in manifest["files"]


@pytest.mark.parametrize(
    ("more", "option"), [({}, "--embed"), ({"embed": False, "topics": "obj_appearance_order"}, "--topics")]
)
def test_options_that_need_frames_are_refused_without_frames(root, tmp_path, more, option):
    with pytest.raises(OptionError, match="--frames is 0") as caught:
        build(options(root, tmp_path / "out", frames=0, **more))
    assert caught.value.file == option


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"frames": 8}, "--frames was 16, is 8"),
        ({"frame_size": 64}, "--frame-size was not set, is 64"),
        ({"embed": False}, "--embed was true, is false"),
    ],
)
def test_other_frames_in_the_same_folder_are_refused(built, root, change, named):
    with pytest.raises(OptionError, match="with other options") as caught:
        build(options(root, built.out, **change))
    assert named in caught.value.fault
