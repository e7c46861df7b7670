"""Videos and folders of frames show the build's own frames, upright, in order, at their own pace."""

import io

import numpy as np
import pyarrow.parquet as pq
import pytest
from PIL import Image

from tests.export.conftest import NAMES
from tests.streams.sens_bytes import jpeg
from vsidata.errors import OptionError
from vsidata.export.media import write_frames, write_mp4


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
    return {"scene_name": "a/b", "images": images, "timestamps": times, "orientation": orientation}


def test_a_video_shows_every_frame_at_the_rate_at_which_they_were_taken(rows, tmp_path):
    row = rows[NAMES[0]]
    pictures, times = decoded(tmp_path / write_mp4(tmp_path, row))
    own = [Image.open(io.BytesIO(image["bytes"])) for image in row["images"]]
    assert len(pictures) == len(own) == 6
    assert shades(pictures) == pytest.approx(shades(own), abs=4)
    assert sorted(shades(pictures)) == shades(pictures)  # the stream grows lighter
    assert times == pytest.approx(np.subtract(row["timestamps"], row["timestamps"][0]), rel=0.02, abs=0.02)


@pytest.mark.parametrize("seconds", [0.05, 1.0, 3.7, 20.0, 100.0])
def test_a_video_keeps_any_pace(tmp_path, seconds):
    row = made(
        [jpeg(40 * place, 64, 48) for place in range(5)], times=[seconds * place for place in range(5)]
    )
    _, times = decoded(tmp_path / write_mp4(tmp_path, row))
    assert times == pytest.approx([seconds * place for place in range(5)], rel=0.05)


def test_a_single_frame_is_a_video_too(tmp_path):
    pictures, _ = decoded(tmp_path / write_mp4(tmp_path, made([jpeg(90, 64, 48)])))
    assert shades(pictures) == pytest.approx([90], abs=4)


def test_a_video_of_odd_sides_loses_a_line_and_no_more(rows, tmp_path):
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
    """Turned clockwise, the top left corner comes to the top right, the bottom right, the bottom left."""
    row = made([marked(), marked()], orientation)
    stills = [np.asarray(Image.open(tmp_path / path).convert("L")) for path in write_frames(tmp_path, row)]
    moving, _ = decoded(tmp_path / write_mp4(tmp_path, row))
    for picture in (*stills, *(frame[..., 0] for frame in moving)):
        assert picture.shape == ((48, 64) if orientation in (0, 180, None) else (64, 48))
        assert picture[corner] > 200
        assert np.median(picture) == pytest.approx(60, abs=6)


def test_a_scene_with_slashes_in_its_name_stays_in_the_folder(tmp_path):
    assert write_mp4(tmp_path, made([jpeg(90, 64, 48)])) == "videos/a%2Fb.mp4"


@pytest.mark.parametrize("write", [write_mp4, write_frames])
def test_a_damaged_frame_is_named(tmp_path, write):
    with pytest.raises(OptionError, match="frame 1"):
        write(tmp_path, made([marked(), b"no picture"], 90))
