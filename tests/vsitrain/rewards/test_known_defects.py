"""Defects of published reward code, each with a test that would have found it."""

import pytest

from vsitrain.answers import read_letter, read_number
from vsitrain.prompts import prompt_mode
from vsitrain.rewards import reward_functions

NAMES = ["min_ratio", "match"]


def rewards(completions, *, mode="vanilla", names=NAMES, **columns):
    functions = reward_functions(names, mode=prompt_mode(mode), letters=True)
    return [function(completions=completions, **columns) for function in functions]


def test_each_row_is_scored_by_its_own_question_type_and_not_by_the_first_of_the_batch() -> None:
    columns = {
        "question_type": [
            "object_rel_distance",
            "object_counting",
            "object_rel_direction_easy",
            "room_size_estimation",
        ],
        "options": [["A. sofa", "B. bed"], None, ["A. left", "B. right"], None],
        "ground_truth": ["B", "4", "A", "16.0"],
        "unit": [None, None, None, "m²"],
    }
    numbers, matches = rewards(["B", "4", "A", "16"], **columns)
    assert numbers == [None, 1.0, None, 1.0]
    assert matches == [1.0, None, 1.0, None]
    backwards = {name: values[::-1] for name, values in columns.items()}
    assert rewards(["16", "A", "4", "B"], **backwards) == [numbers[::-1], matches[::-1]]


@pytest.mark.parametrize("text", ["a", "a chair", "There is a chair.", "A", "an"])
def test_an_article_is_not_the_number_one(text) -> None:
    assert read_number(text, None) is None


def test_an_article_is_not_the_letter_a() -> None:
    assert read_letter("a chair", ["A. sofa", "B. chair"]) == "B"


@pytest.mark.parametrize(
    "text", ["twenty one", "twenty-one", "Twenty One chairs", "There are twenty one of them."]
)
def test_twenty_one_is_not_one(text) -> None:
    assert rewards([text], ground_truth=["21"])[0] == [1.0]


@pytest.mark.parametrize(("prediction", "truth"), [("3", "3.0"), ("3.0", "3"), ("3.00", "3"), ("03", "3")])
def test_three_is_three_with_any_number_of_zeros(prediction, truth) -> None:
    assert rewards([prediction], ground_truth=[truth])[0] == [1.0]


@pytest.mark.parametrize(
    "text",
    [
        "<think>far</think><answer>3</answer><answer>4</answer>",
        "<think>far</think><answer>4</answer><answer>3</answer>",
        "<think>far</think><answer>3</answer><answer></answer>",
    ],
)
def test_a_second_answer_tag_is_not_accepted(text) -> None:
    assert rewards([text], mode="think", names=["min_ratio", "format"], ground_truth=["3"]) == [[0.0], [0.0]]


@pytest.mark.parametrize(
    "note", ["(approx.)", "± ??", "[#!]", "— not sure", "(2 × 1,5 …)", "\nNote: ≈ 8.2 ft", "(x²)", "{"]
)
def test_a_side_note_that_cannot_be_parsed_does_not_spoil_a_right_answer(note) -> None:
    columns = {"ground_truth": ["2.5", "B"], "unit": ["m", None], "options": [None, ["A. sofa", "B. bed"]]}
    numbers, matches = rewards([f"2.5 m {note}", f"B {note}"], **columns)
    assert numbers == [pytest.approx(1, abs=2e-3), None]
    assert matches == [None, 1.0]


def test_empty_pairs_of_tags_earn_nothing() -> None:
    replies = ["<think></think><answer></answer>", "<think> </think><answer>3</answer>"]
    (formats,) = rewards(replies, mode="think", names=["format"])
    assert formats == [0.0, 0.0]


@pytest.mark.parametrize(
    "text",
    [
        "A or B",
        "B or A",
        "A, B",
        "A and B",
        "A, B, C, D",
        "A\nB\nC\nD",
        "(A) or (B)",
        "Answer: A or B",
        "either A or B.",
        "sofa or bed",
        "A. sofa\nB. bed",
        "not A, not B",
        "neither A nor B",
        "neither the sofa nor the bed",
    ],
)
def test_an_undecided_reply_earns_nothing_with_any_truth(text) -> None:
    columns = {"ground_truth": ["A", "B"], "options": [["A. sofa", "B. bed"]] * 2}
    assert rewards([text, text], **columns)[1] == [0.0, 0.0]


@pytest.mark.parametrize("text", ["3 or 4", "4 or 3", "3 or 4 m", "either 3 m or 4 m", "Answer: 3 or 4"])
def test_two_numbers_to_choose_from_earn_nothing(text) -> None:
    assert rewards([text, text], ground_truth=["3", "4"], unit=["m", "m"])[0] == [0.0, 0.0]


@pytest.mark.parametrize("text", ["left or right", "left, right", "not left", "neither left nor right"])
def test_a_list_or_a_denial_earns_nothing_in_an_open_question(text) -> None:
    assert rewards([text, text], ground_truth=["left", "right"])[1] == [0.0, 0.0]


@pytest.mark.parametrize("text", ["Answer: A. Answer: B", "A. Wait, B", "A? No, B", "A is wrong, B is right"])
def test_only_the_correction_of_an_answer_counts(text) -> None:
    columns = {"ground_truth": ["A", "B"], "options": [["A. sofa", "B. bed"]] * 2}
    assert rewards([text, text], **columns)[1] == [0.0, 1.0]


def test_an_answer_inside_a_thought_earns_nothing() -> None:
    texts = ["<think>3</think>9", "<think>3", "3</think>9", "<think>3</think>9 or 3"]
    for mode in ("vanilla", "think"):
        assert rewards(texts, mode=mode, names=["min_ratio"], ground_truth=["3"] * 4)[0] == [0, 0, 0, 0]
