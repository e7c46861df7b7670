"""The shown frames have the stored bytes or the requested size, and cameras in the room frame."""

import io

import numpy as np
import pytest
from PIL import Image

from tests.dataset import streams
from tests.sources.streams.sens_bytes import jpeg
from vsidata.errors import ScanError
from vsidata.sources.streams import shown
from vsidata.sources.streams.sens import open_sens
from vsidata.sources.streams.shown import Framing, show


def test_pictures_that_need_no_resizing_are_the_stored_bytes(stream):
    seen = show(stream(10), None, Framing(4))
    stored = streams.sens(10).frames
    assert seen.numbers.tolist() == [0, 3, 6, 9]
    assert list(seen.jpegs) == [stored[number].jpeg for number in (0, 3, 6, 9)]
    assert seen.timestamps.tolist() == pytest.approx([0, 0.15, 0.3, 0.45])
    assert (seen.fps, seen.timed, seen.size) == (pytest.approx(20), True, (32, 24))


@pytest.mark.parametrize(("wanted", "size"), [(16, (16, 12)), ((20, 20), (20, 20)), (64, (32, 24))])
def test_pictures_and_camera_have_the_requested_size(stream, wanted, size):
    seen = show(stream(3), None, Framing(3, wanted))
    assert seen.size == size
    assert [Image.open(io.BytesIO(jpeg)).size for jpeg in seen.jpegs] == [size] * 3
    # A ray through the edge of the stored picture goes through the edge of the resized picture.
    matrix = stream(3).color_matrix
    ray = np.linalg.solve(matrix, [31.5, 23.5, 1])
    assert seen.camera_matrix @ ray == pytest.approx([size[0] - 0.5, size[1] - 0.5, 1])


def test_poses_are_transformed_to_the_room_frame(stream):
    # The mesh is turned by 90° about z, and shifted, to get to the room frame.
    alignment = np.array([[0.0, -1, 0, 5], [1, 0, 0, 6], [0, 0, 1, 0.5], [0, 0, 0, 1]])
    seen = show(stream(2), alignment, Framing(2))
    assert seen.poses[1, :3, 3] == pytest.approx([5, 6.1, 2.0])  # (0.1, 0, 1.5) in the mesh's frame
    assert seen.poses[1, :3, 2] == pytest.approx([-1, 0, 0])  # y in the mesh's frame


@pytest.mark.parametrize(("held", "upright"), [(0, 0), (20, 0), (90, 90), (180, 180), (-80, 270)])
def test_orientation_states_how_to_turn_the_pictures_upright(stream, held, upright):
    # If a camera is turned by 90° clockwise, the picture shows the upward direction at the left.
    assert show(stream(5, turn=held), None, Framing(3)).orientation == upright


def test_stream_without_a_valid_pose_is_refused_with_a_remedy(stream):
    with pytest.raises(
        ScanError, match="has no frame with a picture and a valid pose; frames in total: 3"
    ) as caught:
        show(stream(3, lost=(0, 1, 2)), None, Framing(2))
    assert "--frames 0" in caught.value.remedy


def test_frames_too_large_for_a_dataset_are_reported_with_the_option_that_helps(stream, monkeypatch):
    monkeypatch.setattr(shown, "_MOST_BYTES", 1_000)
    with pytest.raises(
        ScanError, match=r"its frames take .* MB, more than .* MB; frames in total: 16"
    ) as caught:
        show(stream(20), None, Framing(16))
    assert "--frame-size" in caught.value.remedy
    assert caught.value.file.endswith("scene0000_00.sens")


def test_digest_covers_the_used_files_and_nothing_else(tmp_path):
    def digest(stream):
        path = tmp_path / "scene0000_00.sens"
        path.write_bytes(stream.bytes())
        return show(open_sens(path), None, Framing(2)).digest

    usual = digest(streams.sens(5))
    unseen, seen, moved = streams.sens(5), streams.sens(5), streams.sens(5)
    unseen.frames[2].jpeg = jpeg(255)
    seen.frames[4].jpeg = jpeg(255)
    moved.frames[2].pose = streams.pose(9)
    assert digest(unseen) == usual
    assert len({usual, digest(seen), digest(moved), digest(streams.sens(6))}) == 4
