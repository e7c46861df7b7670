"""The stream of a scan is found in each supported format."""

import os

import cv2
import numpy as np
import pytest

from tests.sources.streams.sens_bytes import Frame, Sens, jpeg
from vsidata.dataset.results import stamp
from vsidata.errors import ScanError
from vsidata.sources.streams.exported import ExportedStream
from vsidata.sources.streams.registry import open_stream, stream_files
from vsidata.sources.streams.sens import SensStream
from vsidata.sources.streams.video import VideoStream

NAME = "scene0000_00"


def add_sens(folder):
    (folder / f"{NAME}.sens").write_bytes(Sens([Frame()]).bytes())


def add_exported(folder):
    (folder / "color").mkdir()
    (folder / "color" / "0.jpg").write_bytes(jpeg())


def add_video(folder):
    writer = cv2.VideoWriter(str(folder / f"{NAME}.mp4"), cv2.VideoWriter_fourcc(*"mp4v"), 30, (32, 24))
    writer.write(np.zeros((24, 32, 3), dtype=np.uint8))
    writer.release()


def test_sens_is_preferred_to_exported_frames_and_these_to_a_video(tmp_path):
    assert open_stream(tmp_path, NAME) is None
    add_video(tmp_path)
    assert isinstance(open_stream(tmp_path, NAME), VideoStream)
    add_exported(tmp_path)
    assert isinstance(open_stream(tmp_path, NAME), ExportedStream)
    add_sens(tmp_path)
    assert isinstance(open_stream(tmp_path, NAME), SensStream)


def test_stream_of_another_scan_is_not_used(tmp_path):
    add_sens(tmp_path)
    add_video(tmp_path)
    assert open_stream(tmp_path, "scene0000_01") is None


def test_broken_link_is_an_error_and_not_a_scan_without_frames(tmp_path):
    add_video(tmp_path)
    (tmp_path / f"{NAME}.sens").symlink_to("elsewhere")
    with pytest.raises(ScanError, match="cannot be read: No such file or directory"):
        open_stream(tmp_path, NAME)


def test_frames_that_are_exported_again_in_place_are_noticed(tmp_path):
    """Files that are written in place do not change the time of their folder."""
    add_exported(tmp_path)
    for number in range(1, 200):
        (tmp_path / "color" / f"{number}.jpg").write_bytes(jpeg())
    os.utime(tmp_path / "color", ns=(0, 0))
    before = stamp(stream_files(tmp_path, NAME))
    assert len(before) < 20
    for path in (tmp_path / "color").iterdir():
        with path.open("r+b") as file:
            file.write(jpeg(quality=50))
            file.truncate()
    assert (tmp_path / "color").stat().st_mtime_ns == 0
    assert stamp(stream_files(tmp_path, NAME)) != before
