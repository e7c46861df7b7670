"""The evidence on the pictures of frames is at the place of its pixels, for every turn of the pictures."""

import cv2
import numpy as np
import pytest

from vsidata.pages.frame_marks import asked_frames, frame_marks

TURNS = {0: None, 90: cv2.ROTATE_90_CLOCKWISE, 180: cv2.ROTATE_180, 270: cv2.ROTATE_90_COUNTERCLOCKWISE}


def question(points, picture=7, frames=(0, 1)):
    shape = {"kind": "line", "points": points, "role": "answer", "label": "bed", "picture": picture}
    moments = [{"frame": picture, "seconds": 1.5}]
    return {"frames": frames, "evidence": {"shapes": [shape], "moments": moments}}


@pytest.mark.parametrize("turn", TURNS)
def test_a_mark_is_on_its_pixel_of_the_upright_picture(turn):
    stored = np.zeros((30, 40), dtype=np.uint8)
    stored[11, 5] = 255
    upright = stored if TURNS[turn] is None else cv2.rotate(stored, TURNS[turn])
    (mark,) = frame_marks(question([[5, 11]]), {"width": 40, "height": 30, "orientation": turn})
    height, width = upright.shape
    (x, y) = mark.points[0]
    assert upright[int(y * height), int(x * width)] == 255
    assert (mark.number, mark.tone, mark.label) == (7, "answer", "bed")


def test_shapes_of_the_plan_and_scenes_without_frames_have_no_marks():
    size = {"width": 40, "height": 30, "orientation": 0}
    assert frame_marks(question([[5, 11]], picture=None), size) == ()
    assert frame_marks(question([[5, 11]]), None) == ()


def test_only_a_question_about_certain_frames_names_the_frames_asked_about():
    assert asked_frames(question([[5, 11]])) == (7,)
    assert asked_frames(question([[5, 11]], frames=None)) == ()
