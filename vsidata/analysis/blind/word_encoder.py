"""Words as numbers: statistics of the answers to questions with the same words about other rooms."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vsidata.analysis.blind.constants import folds_of
from vsidata.metrics import Array

IntArray = NDArray[np.int64]
Mask = NDArray[np.bool_]

_INNER_FOLDS = 5
_PRIOR = 3.0  # the number of average answers added to those of a word, because few answers say little


def codes(keys: Sequence[Hashable]) -> IntArray:
    """Map equal keys to equal numbers, from 0 without gaps."""
    number: dict[Hashable, int] = {}
    return np.array([number.setdefault(key, len(number)) for key in keys], dtype=np.int64)


@dataclass(frozen=True, eq=False)
class Encoder:
    """Replaces words by statistics of the answers (n,) that they have in a training part.

    The statistics of a question come from other rooms than its own, for training questions and for tested
    ones. Otherwise the forest could read the answer from a word that occurs once.

    Attributes:
        answers: the values to predict.
        training: the questions to learn from. The answers of the others are never read.
        inner: the inner part of each question's room.
    """

    answers: Array
    training: Mask
    inner: IntArray

    @classmethod
    def of(cls, answers: Array, training: Mask, rooms: Sequence[str], seed: int) -> "Encoder":
        """Split the rooms into inner parts."""
        return cls(answers, training, folds_of(rooms, _INNER_FOLDS, seed))

    def statistics(self, words: IntArray) -> list[Array]:
        """Mean and spread of the answers to the same word in other rooms, and their number (log)."""
        prior, spread = self.answers[self.training].mean(), self.answers[self.training].var()
        count, total, squares = (self._sums_of_other_rooms(words, power) for power in (0, 1, 2))
        mean = (total + _PRIOR * prior) / (count + _PRIOR)
        own = np.divide(total, count, out=np.zeros_like(total), where=count > 0)
        variance = (np.maximum(squares - count * own**2, 0) + _PRIOR * spread) / (count + _PRIOR)
        return [mean, np.sqrt(variance), np.log1p(count)]

    def rank(self, words: IntArray) -> Array:
        """The mean answer to each word. In this order of the words, a tree can separate any set of them."""
        prior = self.answers[self.training].mean()
        count, total = (self._sums(words, power).sum(axis=1) for power in (0, 1))
        means: Array = (total + prior) / (count + 1)
        return means[words]

    def _sums_of_other_rooms(self, words: IntArray, power: int) -> Array:
        sums = self._sums(words, power)
        own = np.where(self.training, sums[words, self.inner], 0)
        rest: Array = sums.sum(axis=1)[words] - own
        return rest

    def _sums(self, words: IntArray, power: int) -> Array:
        """Sums of a power of the training answers, by word and inner part."""
        place = (words * _INNER_FOLDS + self.inner)[self.training]
        size = (int(words.max()) + 1) * _INNER_FOLDS
        sums: Array = np.bincount(place, weights=self.answers[self.training] ** power, minlength=size).astype(
            float
        )
        return sums.reshape(-1, _INNER_FOLDS)
