"""The parsers read any text of a model quickly and without an error."""

import math
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vsitrain.answers import final_answer, in_format, read_letter, read_number, same_word

OPTIONS = ["A. sofa", "B. chair", "C. lamp", "D. bed"]
PIECES = r"""
0 1 2 12 999 1,250 2,5 .5 1e9 1e999 3/4 1/0 - − – + ~ ≈ = % ° ' " ′ ″ ½ ² ㎡ m cm m² ft in
square meters a an one two twenty hundred thousand point half and between to so answer
therefore <answer> </answer> <think> </think> <b> ** * _ ` $ \boxed{ } { \frac{ \text{ # > A B
C D E I (b) . , ; : ! ? sofa couch chairs left front-left nan inf
"""
ODD = [" ", "\n", "\t", "\x00", "\ud800", "é", "中", "٣", "𝟛", "ﬁ", "İ", "\u200b"]
pieces = st.lists(st.sampled_from([*PIECES.split(), *ODD]), max_size=40)

any_text = st.one_of(
    st.text(max_size=200),
    pieces.map("".join),
    pieces.map(" ".join),
    st.from_regex(r"(-?\d{0,6}[.,/]?\d{0,4} ?(m|cm|ft|in|m²|'|\")? ?(-|to|and)? ?){1,5}", fullmatch=True),
)


@given(any_text, st.sampled_from(["m", "cm", "m²", None, "furlong", ""]))
@settings(max_examples=200)
def test_any_text_states_a_finite_number_or_none(text, unit) -> None:
    number = read_number(text, unit)
    assert number is None or math.isfinite(number)


@given(any_text, st.sampled_from([OPTIONS, OPTIONS[:2], [], None, ["A. ", "B. a", "C. 中"]]))
@settings(max_examples=200)
def test_any_text_states_a_letter_of_the_options_or_none(text, options) -> None:
    assert read_letter(text, options) in {None, *"ABCD"[: len(options) if options else 4]}


@given(any_text, any_text)
def test_any_text_is_compared_with_a_word_without_an_error(text, answer) -> None:
    assert same_word(text, answer) in (True, False)
    assert same_word(text, answer, ["sofa", "bed", answer]) in (True, False)


@given(any_text)
def test_the_format_of_any_text_is_checked_without_an_error(text) -> None:
    assert in_format(text, ("think", "answer")) in (True, False)
    assert final_answer(text) in text


@given(st.text(alphabet=st.characters(exclude_characters="<>"), min_size=1, max_size=50))
def test_text_in_tags_is_returned_unchanged(body) -> None:
    assert final_answer(f"<think>1 2 3</think> <answer>{body}</answer>") == body


@pytest.mark.parametrize(
    "piece",
    [
        "1",
        "1,",
        "1,111",
        "1 ",
        "1/",
        "1-",
        "<",
        "< ",
        "</",
        "<a ",
        " ",
        "\n",
        "*",
        "_",
        "a_",
        "`",
        "#",
        "# ",
        "- ",
        ", ",
        "one ",
        "a ",
        "a hundred ",
        "twenty-",
        "half ",
        "point one ",
        "answer ",
        "so ",
        ". ",
        "'",
        '"1',
        "e.g.",
        "sofa ",
        r"\boxed{",
        r"\frac{",
        r"\a",
        "{",
        "1 m ",
        "1 m and ",
        "between 1 and ",
        "½",
        "1½",
        "m",
        "²",
        "İ",
        ".\n",
        "1. a\n",
    ],
)
def test_a_long_reply_without_spaces_is_read_quickly(piece: str) -> None:
    text = piece * (20_000 // len(piece))
    started = time.process_time()
    read_number(text, "m")
    read_letter(text, OPTIONS)
    same_word(text, "trash can")
    in_format(text, ("think", "answer"))
    assert time.process_time() - started < 1.5
