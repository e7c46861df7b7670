"""Any wrong answer of the right kind, as in the paper."""

import math

from numpy.random import Generator

from vsitrain.preferences.answer_words import wrong_words
from vsitrain.preferences.figures import format_like_answer, step_of, truth_of
from vsitrain.preferences.limits import limits
from vsitrain.prompts.question_text import Row


def random_answer(row: Row, rng: Generator) -> str | None:
    """Another word that the question offers, or a number that is several times too small or too large.

    Words are drawn evenly. A number's ratio to the truth is drawn evenly on a scale of ratios, and leaves out
    what is nearly right; what rounds to the truth itself becomes the next number up. None for a word that
    stands alone.

    Source: arXiv 2504.00883 corrupts the right answer, and leaves open how.
    """
    truth = truth_of(row)
    words = wrong_words(row)
    if words:
        return words[rng.integers(len(words))]
    if truth is None:
        return None
    nearest, farthest = math.log1p(limits().least_error.value), math.log(limits().random_times.value)
    ratio = math.exp(rng.uniform(nearest, farthest) * rng.choice([-1, 1]))
    number = max(truth * ratio, step_of(row))
    same = format_like_answer(row, number) == format_like_answer(row, truth)
    return format_like_answer(row, truth + step_of(row) if same else number)
