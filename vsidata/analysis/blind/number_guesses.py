"""Guesses at numbers: counts, lengths, distances and angles."""

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from vsidata.analysis.blind.blind_question import BlindQuestion
from vsidata.analysis.blind.constants import decimals
from vsidata.analysis.blind.forest import likelihoods
from vsidata.analysis.blind.metric import number_metric
from vsidata.analysis.blind.word_encoder import Encoder, IntArray, Mask, codes
from vsidata.metrics import Array

_MOST_STEPS = 64  # largest number of groups of answers
_GUESSES = 128


def number_guesses(
    questions: Sequence[BlindQuestion], parts: IntArray, leaf: int, seed: int, done: Callable[[], None]
) -> list[str]:
    """Guess the answers to questions of one type with numbers. Guesses are learned from other rooms.

    A forest estimates how likely each number is, from the words of the question. The guess is the number with
    the best expected score. That is not the mean, because the score is not linear in the error.

    Args:
        questions: questions of one question type, all with degrees, or all with positive numbers.
        parts: (n,) the part of each question's room. Guesses at a part are learned from the other parts.
        leaf: the least number of questions in a leaf of the forest.
        seed: the random seed.
        done: called after each part.
    """
    truths = np.array([question.value for question in questions])
    angle = questions[0].is_angle
    places = 0 if angle else decimals([question.truth for question in questions])
    split = _on_circle(truths) if angle else np.log(truths)
    words = list(_words(questions))
    guesses = np.zeros(len(questions))
    for part in np.unique(parts).tolist():
        tested = parts == part
        features = _features(words, split, ~tested, [it.room for it in questions], seed + part)
        kinds, steps = _steps(truths[~tested])
        shares = likelihoods(
            features[~tested], split[~tested], kinds, features[tested], leaf=leaf, seed=seed + part
        )
        tried = (
            np.arange(360.0)
            if angle
            else np.unique(np.round([*steps, *np.geomspace(steps[0], steps[-1], _GUESSES)], places))
        )
        worth = number_metric(questions[0])(tried[:, np.newaxis], steps)
        guesses[tested] = tried[np.argmax(shares @ worth.T, axis=1)]
        done()
    return [f"{guess:.{places}f}" for guess in guesses]


def _on_circle(degrees: Array) -> Array:
    """The points (n, 2) of angles (n,) on the unit circle. 359° and 1° are neighbours there."""
    angles = np.radians(degrees)
    return np.column_stack([np.cos(angles), np.sin(angles)])


def _words(questions: Sequence[BlindQuestion]) -> Iterator[IntArray]:
    """The words at each place, and all of them together in any order."""
    most = max(len(question.words) for question in questions)
    for place in range(most):
        yield codes([question.words[place : place + 1] for question in questions])
    if most > 1:
        yield codes([tuple(sorted(question.words)) for question in questions])


def _features(
    words: Sequence[IntArray], answers: Array, training: Mask, rooms: Sequence[str], seed: int
) -> Array:
    """Features (n, d) of questions with these answers (n,) or (n, 2)."""
    single = words[:-1] if len(words) > 1 else words
    columns: list[Array] = []
    for values in answers.reshape(len(answers), -1).T:
        encoder = Encoder.of(values, training, rooms, seed)
        columns += [column for column_words in words for column in encoder.statistics(column_words)]
        columns += [encoder.rank(word) for word in single]
    return np.column_stack(columns) if columns else np.zeros((len(answers), 1))


def _steps(truths: Array) -> tuple[IntArray, Array]:
    """Group numbers (n,) by size into at most _MOST_STEPS groups.

    Returns:
        The group of each number (n,), and the median of each group, rising.
    """
    values, kinds = np.unique(truths, return_inverse=True)
    if len(values) <= _MOST_STEPS:
        return kinds, values
    edges = np.quantile(truths, np.arange(1, _MOST_STEPS) / _MOST_STEPS)
    _, kinds = np.unique(np.searchsorted(edges, truths, side="right"), return_inverse=True)
    order = np.argsort(kinds, kind="stable")
    groups = np.split(truths[order], np.flatnonzero(np.diff(kinds[order])) + 1)
    return kinds, np.array([np.median(group) for group in groups])
