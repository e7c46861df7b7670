"""`vsidata show` and `sample` print which frames a question shows."""

import pytest

from tests.vsitrain.data import builds
from vsidata.dataset.browse import in_words

EVIDENCE = {
    **builds.NOTHING_KNOWN,
    "value": 1.2,
    "moments": [{"frame": 0, "seconds": 0.5}, {"frame": 30, "seconds": 2.0}],
}


@pytest.mark.parametrize(
    ("frames", "words"),
    [
        ([1, 3], "shown with frames 2, 4 of the scene"),
        ([0, 1, 2, 3], "shown with frames 1 to 4 of the scene"),
        ([0, 1, 4, 7, 8, 9], "shown with frames 1 to 2, 5, 8 to 10 of the scene"),
        (None, None),
    ],
)
def test_question_states_its_frames(frames, words):
    row = builds.question(1, topic="camera_displacement", unit="m", evidence=EVIDENCE, frames=frames)
    text = in_words(row)
    assert (words in text) if words else ("shown with" not in text)


def test_degrees_follow_their_number_without_a_space():
    row = builds.question(1, topic="camera_displacement", answer="122", unit="°", evidence=EVIDENCE)
    assert "→ 122°\n" in in_words(row)
