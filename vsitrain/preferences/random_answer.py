"""A random wrong answer of the right kind, as in the paper."""

import math

from numpy.random import Generator

from vsidata.metrics import angle_reach
from vsitrain.answers import is_angle
from vsitrain.preferences.answer_words import wrong_words
from vsitrain.preferences.figures import format_like_answer, step_of, truth_of, turned
from vsitrain.preferences.limits import limits
from vsitrain.prompts.question_text import Row


def random_answer(row: Row, rng: Generator) -> str | None:
    """Another word that the question offers, or a number that is up to several times too small or too large.

    Words are drawn with equal probability. A number's ratio to the truth is drawn evenly on a scale of
    ratios, without ratios that are nearly right. A number that rounds to the truth becomes the next larger
    one. An angle is turned by at least the error that scores nothing. None if the question offers no other
    word.

    Source: arXiv 2504.00883 corrupts the right answer, and does not state how.
    """
    truth = truth_of(row)
    words = wrong_words(row)
    if words:
        return words[rng.integers(len(words))]
    if truth is None:
        return None
    if is_angle(row.get("unit")):
        turn = rng.uniform(angle_reach() / 2, 180) * rng.choice([-1, 1])
        return format_like_answer(row, turned(truth, turn))
    nearest, farthest = math.log1p(limits().least_error.value), math.log(limits().random_times.value)
    ratio = math.exp(rng.uniform(nearest, farthest) * rng.choice([-1, 1]))
    number = max(truth * ratio, step_of(row))
    same = format_like_answer(row, number) == format_like_answer(row, truth)
    return format_like_answer(row, truth + step_of(row) if same else number)
