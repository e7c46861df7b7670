"""Blind references on VSI-Bench's released questions, if they are at hand."""

from pathlib import Path

import pytest

from vsitrain.scoring import Prediction, score
from vsitrain.scoring.questions import read_questions
from vsitrain.scoring.references import REFERENCES

RELEASED = Path(__file__).parents[4] / "shared" / "data" / "vsibench" / "questions.jsonl"
pytestmark = pytest.mark.skipif(not RELEASED.is_file(), reason="VSI-Bench's questions are not at hand")

STATED = {
    "object_counting": ("2", 58.9),
    "object_abs_distance": ("1.9", 31.5),
    "object_size_estimation": ("93", 30.2),
    "room_size_estimation": ("16.2", 32.1),
}
"""Constants and their scores on these 3,059 questions, computed elsewhere."""


@pytest.fixture(scope="module")
def questions():
    return read_questions(str(RELEASED))


def test_constants_get_their_known_scores(questions):
    replies = [Prediction(row["id"], STATED.get(row["question_type"], ("",))[0]) for row in questions]
    found = score(questions, replies)
    for task, (_, percent) in STATED.items():
        assert 100 * found.tasks[task].official == pytest.approx(percent, abs=0.05)


def test_usual_size_of_a_category_gets_its_known_score(questions):
    found = score(questions, REFERENCES["category_constant"][1](questions))
    assert 100 * found.tasks["object_size_estimation"].official == pytest.approx(69.4, abs=1)


def test_the_key_scores_100_with_both_parsers(questions):
    found = score(questions, REFERENCES["key"][1](questions))
    assert found.macro.official == found.macro.lenient == 1
    assert found.scenes == 200
