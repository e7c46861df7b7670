"""Defects of published reward code, each as the test that would have found it."""

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
def test_three_is_three_however_many_zeros_it_has(prediction, truth) -> None:
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
