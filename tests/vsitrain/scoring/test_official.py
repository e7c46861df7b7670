"""The official score, compared with lmms-eval's task and with answers of known score."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.vsitrain.scoring.answers import choice, number, odd_answers
from vsitrain.prompts import ask, prompt_mode
from vsitrain.scoring import lenient_score, official_score


@pytest.mark.parametrize(
    ("reply", "score"),
    [
        ("2.0", 1.0),
        ("2", 1.0),
        ("2.0 meters", 1.0),
        ("2.", 1.0),
        ("2...", 1.0),
        ("2.1", 1.0),  # five per cent off is just inside the finest threshold, in floating point
        ("2.11", 0.9),
        ("2.2", 0.9),
        ("3.0", 0.1),
        ("3.1", 0.0),
        ("1.0", 0.1),
        ("-2", 0.0),
        ("two", 0.0),
        ("about 2", 0.0),
        ("2m", 0.0),
        ("2,0", 0.0),
        ("2\n", 1.0),
        ("2\nmeters", 0.0),  # only a space ends the first token
        (" 2", 0.0),
        ("nan", 0.0),
        ("inf", 0.0),
        ("", 0.0),
    ],
)
def test_number_is_scored_by_its_first_token_only(reply, score):
    assert official_score(number(), reply) == pytest.approx(score)


@pytest.mark.parametrize(
    ("reply", "score"),
    [("B", 1), ("b", 1), ("B.", 1), ("B. bed", 1), ("B) bed", 0), ("(B)", 0), ("bed", 0), ("A", 0), ("", 0)],
)
def test_letter_is_scored_by_its_first_token_only(reply, score):
    assert official_score(choice(), reply) == score


@pytest.mark.parametrize(
    ("row", "reply"),
    [
        (number(), "about 2 meters"),
        (number(), "200 cm"),
        (number(), "It is two meters."),
        (number("150", "object_size_estimation"), "1.5 m"),
        (number("3", "object_counting"), "There are three chairs."),
        (choice(), "(B)"),
        (choice(), "The answer is B."),
        (choice(), "bed"),
        (choice(), "<think>A? No.</think><answer>B</answer>"),
    ],
)
def test_lenient_score_reads_an_answer_in_any_usual_form(row, reply):
    assert lenient_score(row, reply) == 1.0
    assert official_score(row, reply) < 1.0


@given(st.text(), st.sampled_from([number(), choice(), number("4", "object_counting")]))
def test_any_text_has_a_score(reply, row):
    assert 0 <= official_score(row, reply) <= 1
    assert 0 <= lenient_score(row, reply) <= 1


def test_official_score_is_that_of_lmms_eval_for_two_thousand_odd_answers(lmms_eval):
    seen = set()
    for row, reply in odd_answers(2000):
        theirs = lmms_eval.vsibench_process_results(dict(row), [reply])["vsibench_overall"]
        expected = theirs["accuracy"] if row["options"] else theirs["MRA:.5:.95:.05"]
        assert official_score(row, reply) == expected, (row, reply)
        seen.add(expected)
    assert len(seen) == 11


def test_prompt_is_that_of_lmms_eval(lmms_eval):

    for row in (number(), choice()):
        assert ask(
            row, prompt_mode("vanilla"), form="evaluation", letters=True
        ) == lmms_eval.vsibench_doc_to_text(row)
