"""Paths of the camera, from streams with known poses."""

import numpy as np
import pytest

from vsidata.sources.streams.camera_path import camera_path


def test_path_has_the_first_frame_of_each_half_second(stream):
    path = camera_path(stream(35), None)  # at 20 frames per second; each frame is 0.1 m further along x
    assert [spot.seconds for spot in path] == pytest.approx([0, 0.5, 1.0, 1.5])
    assert [spot.position.tolist() for spot in path] == [
        pytest.approx([metres, 0, 1.5], abs=1e-6) for metres in (0, 1, 2, 3)
    ]


def test_frames_without_a_pose_are_left_out_and_may_leave_gaps(stream):
    path = camera_path(stream(30, lost=(0, *range(10, 20))), None)
    assert [spot.seconds for spot in path] == pytest.approx([0.05, 0.5, 1.0])
    assert path[0].position == pytest.approx([0.1, 0, 1.5], abs=1e-6)
    assert path[1].position is None
    assert path[2].position is not None


def test_path_is_in_the_frame_of_the_room(stream):
    alignment = np.array([[0.0, -1, 0, 5], [1, 0, 0, 6], [0, 0, 1, 0.5], [0, 0, 0, 1]])
    *_, last = camera_path(stream(11), alignment)
    assert last.position == pytest.approx([5, 7, 2], abs=1e-6)
