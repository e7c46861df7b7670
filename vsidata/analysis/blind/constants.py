"""The best constant answer to many questions, chosen on these questions or on questions of other rooms."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from vsidata.metrics import best_angle, best_constant

Room = TypeVar("Room", str, tuple[str, str])

FOLDS = 5


def best_answer(truths: Sequence[str], *, number: bool, angle: bool = False) -> str:
    """The answer that scores best on questions with these answers.

    Args:
        truths: at least one answer. Numbers that are not angles are all positive.
        number: whether they are numbers; otherwise they are scored by exact match.
        angle: whether the numbers are degrees, which are scored by angular accuracy; otherwise they are
            scored by mean relative accuracy.
    """
    if not number:
        counts = Counter(truths)
        return min(counts, key=lambda answer: (-counts[answer], answer))
    if angle:
        return f"{best_angle([float(truth) for truth in truths]):.0f}"
    places = decimals(truths)
    value, _ = best_constant([float(truth) for truth in truths], places)
    return f"{value:.{places}f}"


def decimals(truths: Iterable[str]) -> int:
    """The largest number of digits after the decimal point."""
    return max(len(truth.partition(".")[2]) for truth in truths)


def fold_of_rooms(rooms: Iterable[Room], folds: int = FOLDS, seed: int = 0) -> dict[Room, int]:
    """Split rooms at random into parts. A guesser learns from some parts and is tested on the others.

    Returns:
        Room → number of its part, 0 to folds - 1. The sizes of two parts differ by one room at most.
    """
    names = sorted(set(rooms))
    parts = np.random.default_rng(seed).permutation(len(names)) % folds
    return dict(zip(names, parts.tolist(), strict=True))


def folds_of(rooms: Sequence[Room], folds: int = FOLDS, seed: int = 0) -> NDArray[np.int64]:
    """The part (n,) of each room. A room may occur several times."""
    part = fold_of_rooms(rooms, folds, seed)
    return np.array([part[room] for room in rooms], dtype=np.int64)
