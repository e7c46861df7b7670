"""The reasoning before an answer has the numbers of the evidence and names frames that show the objects."""

import re

import pytest

from scripts.docs.topics import examples
from vsidata.publish.export.trace import trace, wordings
from vsidata.topics.registry import TOPICS

EXAMPLES = examples()["examples"]


def frames_of(row, count=16):
    """Frames that show each object best in a frame of its own."""
    things = row["evidence"]["objects"]
    numbers = [moment["frame"] for moment in row["evidence"]["moments"]]
    indices = sorted({*numbers, *range(1000, 1000 + count - len({*numbers}))} - {None})
    seen = [
        {
            "instance": thing["instance"],
            "pixels": [0.5 if frame == place % count else 0.1 for frame in range(len(indices))],
        }
        for place, thing in enumerate(things)
    ]
    return {"indices": indices, "seen": seen}


def traces(row, frames):
    """All wordings that different seeds choose."""
    return {trace(row, frames, seed) for seed in range(60)}


def test_every_topic_has_five_wordings():
    assert {*wordings()} == {*TOPICS, "any"}
    assert {len({*texts}) for texts in wordings().values()} == {5}


@pytest.mark.parametrize("kind", EXAMPLES)
def test_every_wording_is_complete_and_ends_with_the_answer(kind):
    row = EXAMPLES[kind]
    found = traces(row, frames_of(row))
    assert len(found) == 5
    sentences = {len(re.split(r"(?<=[.])\s", text)) for text in wordings()[row["topic"]]}
    for text in found:
        assert "{" not in text
        assert row["answer"] in text.rpartition(". ")[2]
        assert len(re.split(r"(?<=[.])\s", text)) in sentences
        assert all(sentence[0].isupper() for sentence in re.split(r"(?<=[.])\s", text))


def test_the_frame_named_for_an_object_has_the_most_pixels_of_it():
    row = EXAMPLES["object_abs_distance"]
    first, second = row["evidence"]["objects"]
    seen = [
        {"instance": first["instance"], "pixels": [0.0, 0.2, 0.1]},
        {"instance": second["instance"], "pixels": [0.3, 0.0, 0.0]},
    ]
    words = f"Frame 1 shows the {second['category']}, frame 2 shows the {first['category']}."
    assert any(words in text for text in traces(row, {"indices": [4, 9, 12], "seen": seen}))
    named = f"Frame 1 shows the {first['category']}, frame 2 shows the {second['category']}."
    shown = row | {"frames": [2, 0]}
    assert any(named in text for text in traces(shown, {"indices": [4, 9, 12], "seen": seen}))


def test_a_sentence_with_an_unknown_place_is_left_out():
    row = EXAMPLES["object_abs_distance"]
    for text in traces(row, None):
        assert "shows" not in text
        assert row["answer"] in text


def test_a_topic_without_wordings_uses_the_general_ones():
    row = EXAMPLES["object_abs_distance"] | {"topic": "higher"}
    assert any("measured value is 1.88" in text for text in traces(row, None))


def test_the_seed_and_the_question_decide_the_wording():
    row = EXAMPLES["object_size_estimation"]
    assert trace(row, None, 3) == trace(row, None, 3)
    others = {trace(row | {"id": f"{number:016x}"}, None, 3) for number in range(40)}
    assert len(others) == 5
