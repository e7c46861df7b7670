"""Videos and folders of frames show the frames of the build, upright, in order and at their own rate."""

import io
import re
import resource

import numpy as np
import pyarrow.parquet as pq
import pytest
from PIL import Image

from tests.hostile.limits import within_limits
from tests.publish.export.conftest import NAMES
from tests.sources.streams.sens_bytes import jpeg
from vsidata.errors import ScanError, VsiError
from vsidata.publish.export.media import write_frames, write_mp4
from vsidata.sources.streams.image import encode


@pytest.fixture(scope="module")
def rows(built):
    tables = [pq.read_table(path) for path in sorted((built / "frames").glob("*.parquet"))]
    return {row["scene_name"]: row for table in tables for row in table.to_pylist()}


def decoded(path) -> tuple[list[np.ndarray], list[float]]:
    """Pictures and times of a video, by PyAV."""
    av = pytest.importorskip("av")
    with av.open(str(path)) as file:
        frames = list(file.decode(video=0))
        return [frame.to_ndarray(format="rgb24") for frame in frames], [frame.time for frame in frames]


def shades(pictures) -> list[float]:
    return [float(np.mean(picture)) for picture in pictures]


def marked(width: int = 64, height: int = 48) -> bytes:
    """A grey picture with a white block in its top left corner."""
    picture = np.full((height, width), 60, dtype=np.uint8)
    picture[:16, :16] = 250
    file = io.BytesIO()
    Image.fromarray(picture).convert("RGB").save(file, "JPEG", quality=95)
    return file.getvalue()


def made(pictures, orientation=0, times=None):
    times = times or [float(second) for second in range(len(pictures))]
    images = [{"bytes": picture, "path": ""} for picture in pictures]
    row = {"scene_name": "a/b", "images": images, "timestamps": times, "orientation": orientation}
    return row | {"width": 64, "height": 48}


def test_a_video_shows_every_frame_at_the_rate_at_which_they_were_taken(rows, tmp_path):
    row = rows[NAMES[0]]
    pictures, times = decoded(tmp_path / write_mp4(tmp_path, row))
    own = [Image.open(io.BytesIO(image["bytes"])) for image in row["images"]]
    assert len(pictures) == len(own) == 6
    assert shades(pictures) == pytest.approx(shades(own), abs=4)
    assert sorted(shades(pictures)) == shades(pictures)  # the stream grows lighter
    assert times == pytest.approx(np.subtract(row["timestamps"], row["timestamps"][0]), rel=0.02, abs=0.02)


@pytest.mark.parametrize("seconds", [0.05, 1.0, 3.7, 20.0, 100.0])
def test_a_video_keeps_any_frame_rate(tmp_path, seconds):
    row = made(
        [jpeg(40 * place, 64, 48) for place in range(5)], times=[seconds * place for place in range(5)]
    )
    _, times = decoded(tmp_path / write_mp4(tmp_path, row))
    assert times == pytest.approx([seconds * place for place in range(5)], rel=0.05)


def test_a_single_frame_is_a_video_too(tmp_path):
    pictures, _ = decoded(tmp_path / write_mp4(tmp_path, made([jpeg(90, 64, 48)])))
    assert shades(pictures) == pytest.approx([90], abs=4)


def test_a_video_with_odd_sides_loses_one_row_or_column_at_most(rows, tmp_path):
    pictures, _ = decoded(tmp_path / write_mp4(tmp_path, rows[NAMES[2]]))
    assert {picture.shape for picture in pictures} == {(48, 64, 3)}


def test_frames_are_the_builds_own_bytes(rows, tmp_path):
    row = rows[NAMES[0]]
    paths = write_frames(tmp_path, row)
    assert paths == [f"frames/{NAMES[0]}/{place:03d}.jpg" for place in range(6)]
    assert [(tmp_path / path).read_bytes() for path in paths] == [image["bytes"] for image in row["images"]]


@pytest.mark.parametrize(
    ("orientation", "corner"), [(0, (8, 8)), (90, (8, 39)), (180, (39, 55)), (270, (55, 8)), (None, (8, 8))]
)
def test_frames_stand_upright(tmp_path, orientation, corner):
    """With each clockwise turn, the top left corner moves to the top right, bottom right, bottom left."""
    row = made([marked(), marked()], orientation)
    stills = [np.asarray(Image.open(tmp_path / path).convert("L")) for path in write_frames(tmp_path, row)]
    moving, _ = decoded(tmp_path / write_mp4(tmp_path, row))
    for picture in (*stills, *(frame[..., 0] for frame in moving)):
        assert picture.shape == ((48, 64) if orientation in (0, 180, None) else (64, 48))
        assert picture[corner] > 200
        assert np.median(picture) == pytest.approx(60, abs=6)


def test_a_scene_with_slashes_in_its_name_stays_in_the_folder(tmp_path):
    assert write_mp4(tmp_path, made([jpeg(90, 64, 48)])) == "videos/a%2Fb.mp4"


@pytest.mark.parametrize("name", ["..", ".", ".hidden", "../../x"])
@pytest.mark.parametrize("write", [write_mp4, write_frames])
def test_a_scene_with_a_path_as_its_name_stays_in_the_folder(tmp_path, write, name):
    out = tmp_path / "above" / "out"
    out.mkdir(parents=True)
    write(out, made([marked()]) | {"scene_name": name})
    written = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(written) == 1
    assert written[0].relative_to(out).parts[0] in ("videos", "frames")
    assert not any(part.startswith(".") for part in written[0].relative_to(out).parts)


def png(width: int, height: int) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (width, height)).save(file, "PNG")
    return file.getvalue()


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"images": [marked(), b"no picture"]}, "frame 1: is not a JPEG"),
        ({"images": [marked(), png(64, 48)]}, "frame 1: is not a JPEG"),
        (
            {"images": [marked(), marked(32, 24)]},
            "is a JPEG of 32 × 24 pixels in a stream of 64 × 48",
        ),
        ({"images": [marked(), marked()[:-200]]}, "frame 1: is a JPEG that is cut short"),
        ({"images": [marked(), None]}, "frame 1: is not a JPEG"),
        ({"images": [marked()]}, "numbers of frames and times differ: 1 and 2"),
        ({"timestamps": [1.0, 1.0]}, "with times that do not rise"),
        ({"timestamps": [0.0, float("nan")]}, "with times that are not numbers"),
        ({"timestamps": None}, "numbers of frames and times differ: 2 and 0"),
        ({"orientation": 45}, "to be turned by 45°"),
        ({"width": None}, "in a stream of None × 48"),
        ({"scene_name": ""}, "cannot be a file name"),
        ({"scene_name": "é" * 300}, "cannot be a file name"),
    ],
)
@pytest.mark.parametrize("write", [write_mp4, write_frames])
def test_frames_that_no_build_writes_are_refused_before_anything_is_written(tmp_path, write, changed, fault):
    """Training refuses the same faults."""
    row = made([marked(), marked()], 90) | changed
    if "images" in changed:
        row["images"] = [None if jpeg is None else {"bytes": jpeg, "path": ""} for jpeg in changed["images"]]
    with pytest.raises(ScanError, match=re.escape(fault)) as caught:
        write(tmp_path, row)
    assert len(str(caught.value).splitlines()) == 2
    assert not list(tmp_path.rglob("*"))


def test_pictures_of_hundreds_of_millions_of_pixels_are_not_decoded(tmp_path):
    """A PNG of 12,000 × 12,000 pixels takes 432 MB once decoded, and 420 kB in the build."""
    row = made([png(12_000, 12_000)] * 2) | {"width": 12_000, "height": 12_000}
    with pytest.raises(ScanError, match="is not a JPEG"), within_limits(0):
        write_mp4(tmp_path, row)


def test_large_pictures_are_kept_in_memory_one_at_a_time(tmp_path):
    """Twelve pictures of 4,000 × 2,000 pixels take 288 MB once decoded."""
    width, height = 4_000, 2_000
    row = made([jpeg(90, width, height)] * 12) | {"width": width, "height": height}
    with within_limits(0):
        write_mp4(tmp_path, row)


@pytest.mark.parametrize("most", [0, 100, 5_000])
def test_a_video_that_could_not_be_written_completely_is_an_error(tmp_path, most):
    """As on a full disk: the kernel refuses writes beyond a limit on the size of files."""
    rng = np.random.default_rng(0)
    noise = [rng.integers(0, 255, (48, 64, 3), dtype=np.uint8) for _ in range(12)]
    row = made([encode(picture, 95) for picture in noise])
    whole = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, whole[1]))
    try:
        with pytest.raises(VsiError, match="readable frames; 12 were written") as caught:
            write_mp4(tmp_path, row)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, whole)
    assert caught.value.file == "a/b"
    assert "Free space" in caught.value.remedy
    assert write_mp4(tmp_path, row)
