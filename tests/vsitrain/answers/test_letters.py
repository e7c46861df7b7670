"""Letters are read in any usual form, and articles are not read as letters."""

import pytest

from vsitrain.answers import read_letter

OPTIONS = ["A. sofa", "B. chair", "C. trash can", "D. tv"]


@pytest.mark.parametrize(
    "dress",
    [
        "B",
        "b",
        " B\n",
        "B.",
        "B)",
        "(b)",
        "[B]",
        "B:",
        '"B"',
        "**B**",
        "*B.*",
        "`B`",
        r"\boxed{B}",
        r"$\boxed{\text{B}}$",
        "B. chair",
        "B) chair",
        "(B) chair",
        "B: the chair",
        "B - chair",
        "B chair",
        "Option B",
        "option b: chair",
        "The answer is B.",
        "Answer: B",
        "The correct answer is (B) chair.",
        "B is the closest",
        "I think it's B",
        "b, because it is closer than A",
        "A is too far. C is farther. The answer is B",
        "chair",
        "Chairs",
        "**the chair**",
        "a chair",
        "A chair",
        "A chair.",
        "It is a chair",
        "The chair is closest to the sofa.",
        "I'd say the chair",
    ],
)
def test_b_is_read_in_any_usual_form(dress: str) -> None:
    assert read_letter(dress, OPTIONS) == "B"


@pytest.mark.parametrize(
    ("text", "letter"),
    [
        ("A", "A"),
        ("a", "A"),
        ("a.", "A"),
        ("A is closest", "A"),
        ("the answer is a", "A"),
        ("option a chair", "A"),
        ("u-shaped sofa", "A"),
        ("couch", "A"),
        ("e.g. d", "D"),
        ("television", "D"),
        ("Trash bin", "C"),
        ("trashcan", "C"),
        ("C. chair", "C"),  # the prompt asked for the letter
        ("A or B or C or D", None),
        ("A chair, D", "D"),
    ],
)
def test_other_letters_are_read(text: str, letter: str | None) -> None:
    assert read_letter(text, OPTIONS) == letter


@pytest.mark.parametrize("text", ["", "E", "2", "none", "don't know", "table", "It's mine", "...", "I"])
def test_a_reply_without_a_choice_has_no_letter(text: str) -> None:
    assert read_letter(text, OPTIONS) is None


def test_a_letter_beyond_the_options_is_ignored() -> None:
    assert read_letter("C", ["A. left", "B. right"]) is None


def test_without_options_the_letters_are_those_of_the_benchmark() -> None:
    assert read_letter("(d)", None) == "D"
    assert read_letter("E", None) is None
    assert read_letter("a sofa", None) is None


@pytest.mark.parametrize(
    ("text", "letter"),
    [
        ("cup, door, heater, ceiling light", "B"),
        ("Cup → Door → Heater → Ceiling light", "B"),
        ("First the cup, then the door, then the heater and the ceiling light", "B"),
        ("the cup, then the door, the heater and the ceiling lights", "B"),
        ("door, cup", None),
    ],
)
def test_only_a_complete_order_is_matched(text: str, letter: str | None) -> None:
    options = ["A. door, cup, heater, ceiling light", "B. cup, door, heater, ceiling light"]
    assert read_letter(text, options) == letter


def test_a_longer_option_is_preferred_to_one_inside_it() -> None:
    options = ["A. left", "B. front-left", "C. back left"]
    assert read_letter("front left", options) == "B"
    assert read_letter("Back-Left", options) == "C"
    assert read_letter("left", options) == "A"
