"""The wrong answer that is nearest to the right one, according to the evidence."""

from numpy.random import Generator

from vsidata.metrics import angle_reach
from vsitrain.answers import is_angle
from vsitrain.preferences.answer_words import topic_and_rules, wrong_words
from vsitrain.preferences.figures import format_like_answer, step_of, truth_of, turned
from vsitrain.preferences.limits import limits
from vsitrain.prompts.question_text import Row


def near_miss(row: Row, rng: Generator) -> str | None:
    """The answer of a person who saw the room but did not look closely.

    A number is wrong by a tenth to three tenths of the truth, at least by one in its last place. An angle is
    wrong by a tenth to three tenths of `vsidata.metrics.angle_reach`. For words, the question's topic defines
    the near miss. None if a question has no near miss.
    """
    topic, rules = topic_and_rules(row) or (None, None)
    if topic is not None and topic.near_miss is not None and truth_of(row) is None:
        return topic.near_miss(row, rules, wrong_words(row))
    return _near_number(row, rng)


def _near_number(row: Row, rng: Generator) -> str | None:
    truth, step = truth_of(row), step_of(row)
    if truth is None:
        return None
    angle = is_angle(row.get("unit"))
    of = angle_reach() if angle else truth
    error = of * rng.uniform(limits().least_error.value, limits().near_most.value)
    error = max(error, step) * rng.choice([-1, 1])
    if angle:
        return format_like_answer(row, turned(truth, error))
    return format_like_answer(row, truth + error if truth + error >= step else truth + abs(error))
