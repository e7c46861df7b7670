"""Rewards are compared with values computed by hand and with other forms of their formulas."""

import math
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vsidata.errors import OptionError
from vsitrain.prompts import prompt_mode
from vsitrain.rewards import REWARDS, reward_functions

VANILLA, THINK = prompt_mode("vanilla"), prompt_mode("think")
OPTIONS = ["A. sofa", "B. chair", "C. lamp", "D. bed"]
NAMING = "Which of these objects (sofa, chair, lamp, bed) is the closest to the tv?"

# One row of each kind: count, metres, centimetres, area, letter, open word, direction.
ROWS = {
    "question": [
        "How many?",
        "How far?",
        "How long?",
        "How large?",
        NAMING,
        NAMING,
        "To the left or the right?",
    ],
    "question_type": [
        "object_counting",
        "object_abs_distance",
        "object_size_estimation",
        "room_size_estimation",
        "object_rel_distance",
        "object_rel_distance",
        "object_rel_direction",
    ],
    "options": [None, None, None, None, OPTIONS, None, None],
    "ground_truth": ["3", "2.5", "120", "16.0", "B", "chair", "left"],
    "answer": ["3", "2.5", "120", "16.0", "chair", "chair", "left"],
    "unit": [None, "m", "cm", "m²", None, None, None],
}
RIGHT = ["three", "250 cm", "1.2 m", "16 square meters", "(b)", "The chair.", "to the left"]
NUMBERS = [True, True, True, True, False, False, False]


def reward(name, completions, *, mode=VANILLA, letters=True, lengths=None, **columns):
    (function,) = reward_functions([name], mode=mode, letters=letters, lengths=lengths)
    return function(
        prompts=["?"] * len(completions), completions=completions, completion_ids=[[0]], **columns
    )


@pytest.mark.parametrize("name", ["min_ratio", "mra", "log_ratio"])
@pytest.mark.parametrize("letters", [True, False])
def test_numbers_in_a_mixed_batch_are_scored_and_other_rows_have_no_reward(name, letters) -> None:
    rewards = reward(name, RIGHT, letters=letters, **ROWS)
    assert rewards == [pytest.approx(1.0) if number else None for number in NUMBERS]


def test_letters_and_words_in_a_mixed_batch_are_scored_and_numbers_have_no_reward() -> None:
    expected = [None if number else 1.0 for number in NUMBERS]
    assert reward("match", RIGHT, **ROWS) == expected
    assert (
        reward("match", ["chair" if reply == "(b)" else reply for reply in RIGHT], letters=False, **ROWS)
        == expected
    )
    assert reward("match", ["wrong"] * 7, **ROWS) == [None if number else 0.0 for number in NUMBERS]


def test_an_open_question_does_not_accept_a_letter_that_it_never_showed() -> None:
    row = {name: [values[4]] for name, values in ROWS.items()}
    assert reward("match", ["B"], letters=False, **row) == [0.0]
    assert reward("match", ["B"], letters=True, **row) == [1.0]


@pytest.mark.parametrize(
    ("prediction", "truth", "score"),
    [
        ("4", "4", 1),
        ("5", "4", 0.75),
        ("4", "5", 0.75),
        ("6", "4", 0.5),
        ("8", "4", 0),
        ("2", "4", 0),
        ("80", "4", 0),
        ("0", "4", 0),
        ("-4", "4", 0),
        ("nothing", "4", 0),
        ("", "4", 0),
        ("1e999", "4", 0),
        ("5e-324", "4", 0),
    ],
)
def test_min_ratio_is_the_formula_of_the_paper(prediction, truth, score) -> None:
    assert reward("min_ratio", [prediction], ground_truth=[truth]) == [pytest.approx(score)]


@given(st.floats(1e-3, 1e6), st.floats(1e-3, 1e6))
def test_min_ratio_is_two_minus_the_ratio_of_the_larger_to_the_smaller(a, b) -> None:
    (one,) = reward("min_ratio", [repr(a)], ground_truth=[repr(b)])
    (other,) = reward("min_ratio", [repr(b)], ground_truth=[repr(a)])
    assert one == pytest.approx(other)
    assert one == pytest.approx(max(0, 2 - max(a, b) / min(a, b)), abs=1e-9)


@pytest.mark.parametrize(
    ("prediction", "score"), [("4", 1), ("3", 0.6), ("2", 0.1), ("6", 0.1), ("8", 0), ("-4", 0)]
)
def test_mra_is_the_value_of_its_thresholds_by_hand(prediction, score) -> None:
    assert reward("mra", [prediction], ground_truth=["4"]) == [pytest.approx(score)]


@given(st.floats(0.1, 100), st.floats(1.001, 30))
def test_log_ratio_is_the_same_on_both_sides_and_falls_with_the_ratio(truth, ratio) -> None:
    replies = [repr(truth * ratio), repr(truth / ratio), repr(truth * ratio * 1.1), repr(truth)]
    above, below, farther, right = reward("log_ratio", replies, ground_truth=[repr(truth)] * 4)
    assert above == pytest.approx(below)
    assert 0 < farther < above < right == 1
    # The normal curve over the logarithm, with the σ at which twice the truth earns one half.
    sigma = math.log(2) / math.sqrt(2 * math.log(2))
    assert above == pytest.approx(math.exp(-(math.log(ratio) ** 2) / (2 * sigma**2)))


@pytest.mark.parametrize("truth", ["0", "-1", "nan", "inf", "", None, "many"])
@pytest.mark.parametrize("name", ["min_ratio", "mra", "log_ratio"])
def test_a_truth_without_a_ratio_has_no_reward(name, truth) -> None:
    assert reward(name, ["3"], ground_truth=[truth], unit=["m"]) == [None]


@pytest.mark.parametrize("reply", ["3", {"content": "3"}, {"content": [{"type": "text", "text": "3"}]}])
def test_completions_may_be_text_or_messages(reply) -> None:
    completion = reply if isinstance(reply, str) else [{"role": "assistant", **reply}]
    assert reward("min_ratio", [completion], ground_truth=["3"]) == [1.0]


@pytest.mark.parametrize(
    "completion", [[], [{"role": "assistant", "content": None}], [{"role": "assistant"}], ""]
)
def test_an_empty_completion_earns_nothing(completion) -> None:
    assert reward("min_ratio", [completion], ground_truth=["3"]) == [0.0]
    assert reward("match", [completion], ground_truth=["sink"]) == [0.0]
    assert reward("format", [completion], mode=THINK) == [0.0]


def test_in_a_mode_with_tags_only_the_text_of_the_answers_tag_counts() -> None:
    replies = [
        "<think>4 or 5 m</think><answer>3 m</answer>",
        "<think>3 m</think><answer>4 m</answer>",
        "<think>3 m</think>",
        "3 m",
        "<answer>3 m</answer><answer>4 m</answer>",
        "<answer>4 m</answer><answer>3 m</answer>",
        "<answer>3 m",
    ]
    columns = {"ground_truth": ["3"] * 7, "unit": ["m"] * 7}
    assert reward("min_ratio", replies, mode=THINK, **columns) == [1, pytest.approx(2 / 3), 0, 0, 0, 0, 0]
    words = [reply.replace("3 m", "B").replace("4 m", "C").replace("4 or 5 m", "A or C") for reply in replies]
    columns = {"ground_truth": ["B"] * 7, "options": [OPTIONS] * 7}
    assert reward("match", words, mode=THINK, **columns) == [1, 0, 0, 0, 0, 0, 0]


def test_format_and_accuracy_are_independent() -> None:
    replies = ["<think>far</think><answer>9</answer>", "<answer>3</answer>"]
    assert reward("format", replies, mode=THINK, ground_truth=["3", "3"]) == [1.0, 0.0]
    assert reward("min_ratio", replies, mode=THINK, ground_truth=["3", "3"]) == [0.0, 1.0]


def test_the_length_of_a_reply_earns_within_its_window_and_not_by_more_tags() -> None:
    good = "<think>it is quite far away</think> <answer>3 m</answer>"  # seven words
    replies = [good, "<think>far</think> <answer>3</answer>", good.replace("far", "far " * 20)]
    assert reward("length", replies, mode=THINK, lengths=(5, 12)) == [1.0, 0.0, 0.0]
    padded = "<think>far</think> <think>far</think> <think>far</think> <think>far</think> <answer>3</answer>"
    assert reward("length", [padded], mode=THINK, lengths=(5, 12)) == [0.0]
    assert reward("length", ["one two three"], lengths=(3, 3)) == [1.0]


PIECES = [
    "<think>",
    "</think>",
    "<answer>",
    "</answer>",
    "3",
    "2.5 m",
    "B",
    "(a)",
    "chair",
    "left",
    "-",
    "1e999",
    "½",
    "\n",
    "\x00",
    "5'3\"",
    "or",
    "so",
]


@given(
    st.one_of(st.text(max_size=80), st.lists(st.sampled_from(PIECES), max_size=15).map(" ".join)),
    st.booleans(),
)
def test_any_text_earns_a_finite_reward_or_none(text, letters) -> None:
    completions = [[{"role": "assistant", "content": text}]] * 7
    for mode, names in ((VANILLA, set(REWARDS) - {"format"}), (THINK, set(REWARDS))):
        for function in reward_functions(sorted(names), mode=mode, letters=letters, lengths=(1, 9)):
            rewards = function(completions=completions, **ROWS)
            assert len(rewards) == 7
            assert all(value is None or 0 <= value <= 1 for value in rewards)


@given(st.text(alphabet="ABCDabcd .,()or", max_size=30))
def test_a_reply_that_lists_letters_is_right_for_one_truth_at_most(text) -> None:
    columns = {"ground_truth": list("ABCD"), "options": [OPTIONS] * 4}
    assert sum(reward("match", [text] * 4, **columns)) <= 1


def test_rewards_have_names_for_the_log_and_can_be_pickled() -> None:
    functions = reward_functions(["min_ratio", "match", "format"], mode=THINK, letters=False)
    assert [function.func.__name__ for function in functions] == [
        "min_ratio_reward",
        "match_reward",
        "format_reward",
    ]
    columns = {name: values[:1] for name, values in ROWS.items()}
    for function in pickle.loads(pickle.dumps(functions)):  # noqa: S301 - our own bytes
        assert function(completions=["<think>b</think><answer>3</answer>"], **columns) in ([1.0], [None])


@pytest.mark.parametrize(
    ("names", "mode", "lengths", "fault"),
    [
        ([], THINK, None, "is empty"),
        (["accuracy"], THINK, None, "`accuracy` is not a reward"),
        (["mra", "mra"], THINK, None, "twice"),
        (["match", "format"], VANILLA, None, "no tags"),
        (["match", "length"], VANILLA, None, "length_window is not set"),
        (["match"], VANILLA, (1, 9), "does not contain `length`"),
        (["length"], VANILLA, (9, 1), "empty"),
        (["length"], VANILLA, (-1, 1), "empty"),
    ],
)
def test_a_recipe_of_impossible_rewards_is_refused(names, mode, lengths, fault) -> None:
    with pytest.raises(OptionError, match=fault):
        reward_functions(names, mode=mode, letters=True, lengths=lengths)


def test_a_missing_column_is_named() -> None:
    with pytest.raises(OptionError, match="ground_truth"):
        reward("match", ["B"])
    with pytest.raises(OptionError, match="answer, question"):
        reward("match", ["B"], letters=False, ground_truth=["B"], options=[OPTIONS])
