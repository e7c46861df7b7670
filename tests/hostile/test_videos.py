"""Videos with false headers or changing frames are refused with a message, or read as they are."""

import pytest

from tests.hostile.films import FRAMES, HEIGHT, RATE, WIDTH, changed, film, grown, turned
from tests.hostile.limits import within_limits
from vsidata.errors import ScanError, VsiError
from vsidata.sources.streams.video import open_video
from vsitrain.evaluation.videos import VideoFolder

FILM = film()


def read(path, data: bytes):
    """Return the stream, and its frames at the beginning, in the middle and at the end."""
    path.write_bytes(data)
    with within_limits(len(data)):
        stream = open_video(path, 90)
        pictures = [stream.picture(place) for place in (0, len(stream) // 2, len(stream) - 1)]
    return stream, pictures


REFUSED = {
    "cut within its frames": (FILM[: len(FILM) // 2], "FFmpeg cannot open it"),
    "cut within its index": (FILM[: FILM.index(b"stts")], "no frame that FFmpeg can decode|cannot open it"),
    "no frames": (changed(FILM, b"stsz", 8, "I", 0), "cannot be decoded"),
    "a hundred million frames of a byte": (
        changed(changed(FILM, b"stsz", 4, "II", 1, 100_000_000), b"stsc", 12, "I", 100_000_000),
        "no frame that FFmpeg can decode",
    ),
    "two thousand million frames": (
        changed(FILM, b"stts", 8, "I", 2**31 - 1),
        "2,147,483,647 frames",
    ),
    "a thousand frames of which six are there": (changed(FILM, b"stts", 8, "I", 1000), "cannot be decoded"),
    "no time between frames": (changed(FILM, b"stts", 12, "I", 0), "cannot be decoded|frames per second"),
    "ten thousand frames a second": (changed(FILM, b"stts", 12, "I", 1), "10,240 frames per second"),
    "no frames a second": (changed(FILM, b"mdhd", 12, "I", 0), "cannot be decoded|frames per second"),
}


@pytest.mark.parametrize(("data", "fault"), REFUSED.values(), ids=REFUSED)
def test_videos_with_false_headers_are_refused_with_a_message(tmp_path, capfd, data, fault):
    with pytest.raises(ScanError, match=fault) as caught:
        read(tmp_path / "a.mp4", data)
    assert len(str(caught.value).splitlines()) == 2
    assert capfd.readouterr().err == ""


def test_a_false_size_in_the_header_is_ignored(tmp_path):
    lying = changed(FILM, b"tkhd", 76, "II", 60_000 << 16, 60_000 << 16)
    lying = changed(lying, b"mp4v", 24, "HH", 30_000, 30_000)
    stream, pictures = read(tmp_path / "a.mp4", lying)
    assert stream.size == (WIDTH, HEIGHT)
    assert {picture.shape for picture in pictures} == {(HEIGHT, WIDTH, 3)}


def test_frames_of_sixty_million_pixels_are_refused(tmp_path):
    large = film(8000, 8000, 1, flat=True)
    for data in (large, changed(large, b"mp4v", 24, "HH", WIDTH, HEIGHT)):
        with pytest.raises(ScanError, match="8,000 × 8,000 pixels"):
            read(tmp_path / "a.mp4", data)


def test_a_video_with_a_quarter_turn_in_its_header_is_read_upright(tmp_path):
    _, lying = read(tmp_path / "lying.mp4", FILM)
    stream, standing = read(tmp_path / "standing.mp4", turned(FILM))
    assert stream.size == (HEIGHT, WIDTH)
    assert stream.fps == pytest.approx(RATE)
    for one, other in zip(standing, lying, strict=True):
        assert one.shape == (WIDTH, HEIGHT, 3)
        assert (one == other[::-1].swapaxes(0, 1)).all()  # turned by 90° clockwise


def test_frames_that_change_their_size_get_the_size_of_the_first_frame(tmp_path):
    stream, pictures = read(tmp_path / "a.mp4", grown(FILM, film(2 * WIDTH, 2 * HEIGHT)))
    assert len(stream) == FRAMES
    assert {picture.shape for picture in pictures} == {(HEIGHT, WIDTH, 3)}
    assert pictures[0].mean() < 30
    assert pictures[-1].mean() == pytest.approx(90, abs=10)  # the third of the larger frames


@pytest.mark.parametrize("kind", ["cut within its frames", "no frames", "two thousand million frames"])
def test_evaluation_refuses_the_same_videos(tmp_path, kind):
    (tmp_path / "made").mkdir()
    (tmp_path / "made" / "a.mp4").write_bytes(REFUSED[kind][0])
    clips = VideoFolder(tmp_path, num_frames=4, max_pixels=10_000)
    with pytest.raises(VsiError, match=REFUSED[kind][1]):
        clips.clip("a", "made")
