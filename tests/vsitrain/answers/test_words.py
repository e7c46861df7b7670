"""Words are recognised in any form and as synonyms. A list of guesses is not accepted as an answer."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vsitrain.answers import same_word


@pytest.mark.parametrize(
    "dress",
    [
        "trash can",
        "Trash Can",
        "TRASH CAN.",
        "trashcan",
        "trash-can",
        "the trash can",
        "a trash can",
        "trash cans",
        "**trash can**",
        "`trash can`",
        '"trash can"',
        r"\boxed{\text{trash can}}",
        "It's the trash can.",
        "Answer: trash can",
        "The answer is the trash can",
        "The closest object is the trash can.",
        "trash bin",
        "Garbage can",
        "wastebasket",
    ],
)
def test_a_category_is_recognised_in_any_usual_form_and_by_its_synonyms(dress: str) -> None:
    assert same_word(dress, "trash can")


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("", "sink"),
        ("bathtub", "sink"),
        ("sink or sofa", "sink"),
        ("sofa, sink, bed, lamp", "sink"),
        ("side table", "table"),
        ("table", "side table"),
        ("chair", "office chair"),
        ("sinking", "sink"),
        ("can", "trash can"),
        ("right", "left"),
        ("not left but right", "left"),
    ],
)
def test_another_word_or_a_list_of_words_is_not_the_answer(text: str, answer: str) -> None:
    assert not same_word(text, answer)


@pytest.mark.parametrize(
    "text",
    ["left", "Left.", "to the left", "on the left side", "left-hand side", "It is to the left of the table."],
)
def test_a_direction_is_found_in_a_sentence(text: str) -> None:
    assert same_word(text, "left")
    assert not same_word(text, "right")
    assert not same_word(text, "front-left")


def test_the_rival_that_the_reply_states_counts() -> None:
    rivals = ["sink", "bed", "lamp", "door"]
    assert same_word("The sink is closest to the stove.", "sink", rivals)
    assert same_word("Closest to the stove is the sink", "sink", rivals)
    assert same_word("The bed is 3 m away. The lamp is 2 m away. The sink is the closest.", "sink", rivals)
    assert not same_word("bed, sink, lamp, door", "sink", rivals)
    assert not same_word("none of them", "sink", rivals)


def test_two_rivals_with_the_same_meaning_stay_different() -> None:
    rivals = ["sofa", "couch", "bed", "lamp"]
    assert same_word("couch", "couch", rivals)
    assert not same_word("couch", "sofa", rivals)
    assert same_word("couch", "sofa", ["sofa", "bed", "lamp", "door"])


@given(
    st.lists(st.sampled_from(["sink", "bed", "lamp", "door", "the", "or", "is", ",", "so", "."]), max_size=9)
)
def test_a_reply_that_lists_several_words_states_at_most_one(words) -> None:
    rivals, text = ["sink", "bed", "lamp", "door"], " ".join(words)
    assert sum(same_word(text, rival, rivals) for rival in rivals) <= 1
    assert sum(same_word(text, rival) for rival in rivals) <= 1
