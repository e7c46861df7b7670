"""Letters, words and metres of questions about the camera are read, as letters and as open answers."""

import pytest

from tests.vsitrain.data import builds
from vsitrain.rewards.match import match_reward
from vsitrain.rewards.mra import mra_reward
from vsitrain.rewards.reply import Setting

TURN = ["counterclockwise", "clockwise"]
TILT = ["up", "down"]
MOVE = ["Forward", "Backward", "Left", "Right"]
DIAGONAL = [
    "Directly forward",
    "Diagonally forward and left",
    "Directly left",
    "Diagonally backward and left",
]
BEARING = ["front", "left", "behind", "right"]
QUADRANT = ["front left", "rear left", "rear right", "front right"]


def row(words, right):
    options = [f"{letter}. {word}" for letter, word in zip("ABCD", words, strict=False)]
    question = f"Which of these: {', '.join(words)}?"
    letter = "ABCD"[words.index(right)]
    return builds.question(1, question=question, options=options, ground_truth=letter, answer=right)


def reward(reply, row, letters):
    columns = {name: [value] for name, value in row.items()}
    (found,) = match_reward([reply], setting=Setting(letters=letters), **columns)
    return found


@pytest.mark.parametrize(
    ("words", "right", "good", "bad"),
    [
        (TURN, "clockwise", "The camera turned clockwise.", "It turned counterclockwise."),
        (TURN, "clockwise", "Clockwise", "counter-clockwise"),
        (TURN, "counterclockwise", "counter-clockwise", "clockwise"),
        (TILT, "up", "further up", "further down"),
        (MOVE, "Forward", "The camera moved forward.", "It moved backward."),
        (MOVE, "Left", "to the left", "to the right"),
        (DIAGONAL, "Diagonally forward and left", "diagonally forward and left", "directly forward"),
        (DIAGONAL, "Directly left", "It moved directly left.", "Directly right."),
        (BEARING, "behind", "behind me", "in front"),
        (QUADRANT, "rear left", "It is to the rear left.", "front left"),
    ],
)
def test_words_are_read_as_letters_and_as_open_answers(words, right, good, bad):
    asked = row(words, right)
    wrong = "ABCD"[(words.index(right) + 1) % len(words)]
    assert reward(asked["ground_truth"], asked, letters=True) == 1.0
    assert reward(f"({asked['ground_truth'].lower()})", asked, letters=True) == 1.0
    assert reward(wrong, asked, letters=True) == 0.0
    for letters in (True, False):
        assert reward(good, asked, letters=letters) == 1.0
        assert reward(bad, asked, letters=letters) == 0.0


def test_metres_are_read_in_any_unit_of_length():
    replies = ["1.5 m", "150 cm", "about 1.5 meters", "5 feet"]
    found = mra_reward(replies, ground_truth=["1.5"] * 4, unit=["m"] * 4)
    assert found == [1.0, 1.0, 1.0, 1.0]
