"""How answers are scored: mean relative accuracy, exact match, best constant answer, interval by room."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]

# The official scorer's thresholds 0.50, 0.55 … 0.95 in its own arithmetic (`1 - linspace`), so that an error
# that sits on a threshold falls on the same side here.
_ALLOWED_ERRORS = 1 - np.linspace(0.50, 0.95, 10)

_TRIED_AT_ONCE = 256  # constants: what that many are compared with fits into a cache


def mean_relative_accuracy(predictions: ArrayLike, truths: ArrayLike) -> Array:
    """Share of ten thresholds θ that a numeric answer meets: |prediction - truth| / truth <= 1 - θ.

    Args:
        predictions: numbers; NaN and infinity score 0.
        truths: positive numbers in the same unit, of a shape that broadcasts with `predictions`.

    Returns:
        Scores in [0, 1], in the broadcast shape.

    Raises:
        ValueError: a truth is not positive.

    Source: VSI-Bench (arXiv 2412.14171) and its published scorer, θ = 0.50, 0.55 … 0.95.
    """
    truth = np.asarray(truths, dtype=float)
    if not (truth > 0).all():
        raise ValueError(f"mean relative accuracy needs positive truths, not {truth[~(truth > 0)].flat[0]}")
    error = np.abs(np.asarray(predictions, dtype=float) - truth) / truth
    accuracy: Array = (error[..., np.newaxis] <= _ALLOWED_ERRORS).mean(axis=-1)
    return accuracy


def is_number(text: str) -> bool:
    """Whether an answer is a number: it is then scored by mean relative accuracy, else by an exact match."""
    try:
        float(text)
    except ValueError:
        return False
    return True


def exact_match(predictions: Sequence[str], truths: Sequence[str]) -> Array:
    """1 where a word or letter is the true one, whatever its case and the space around it, else 0.

    Args:
        predictions, truths: as many of one as of the other.

    Returns:
        (n,) scores.
    """
    pairs = zip(predictions, truths, strict=True)
    return np.array([a.strip().casefold() == b.strip().casefold() for a, b in pairs], dtype=float)


def best_constant(truths: ArrayLike, decimals: int) -> tuple[float, float]:
    """The number that scores best when it is the answer to every question, without a look at any room.

    Args:
        truths: positive numbers, as their questions state them.
        decimals: of the answers tried: 0 for counts and centimetres, 1 for metres and square metres.

    Returns:
        The constant (the least of equally good ones) and its mean relative accuracy in [0, 1].

    Raises:
        ValueError: there is no truth, or one is not positive.
    """
    values, counts = np.unique(np.asarray(truths, dtype=float), return_counts=True)
    if not values.size:
        raise ValueError("the best constant needs at least one truth")
    # Outside the range of the truths every step towards it brings all errors down.
    scale = 10**decimals
    steps = np.arange(np.floor(values[0] * scale), np.ceil(values[-1] * scale) + 1)
    constants = np.round(steps / scale, decimals)
    parts = np.array_split(constants, -(-constants.size // _TRIED_AT_ONCE))
    scores = np.concatenate(
        [mean_relative_accuracy(part[:, np.newaxis], values) @ counts / counts.sum() for part in parts]
    )
    best = int(np.argmax(scores))
    return float(constants[best]), float(scores[best])


def redrawn_means(
    scores: ArrayLike, rooms: Sequence[str], *, chosen: ArrayLike = True, repeats: int = 2000, seed: int = 0
) -> Array:
    """Means of scores when whole rooms are drawn again: questions about one room are not independent.

    Scans of the same room count as one room: drawn scan by scan, intervals are too narrow.
    With the same rooms, repeats and seed the draws are the same, so that means of several choices of
    questions may be put together draw by draw, as a macro average is.

    Args:
        scores: (n,) one score per question.
        rooms: (n,) the room that each question is about, as `sources.official.room_of` names it.
        chosen: (n,) bool, which questions count, or (m, n) for m means; True for all.
        repeats: how many times the rooms are redrawn.
        seed: of the draws.

    Returns:
        (repeats,) or (m, repeats) means; NaN where no room that was drawn has a chosen question.

    Raises:
        ValueError: there is no score, or not one room per score.
    """
    values = np.asarray(scores, dtype=float)
    names, room = np.unique(np.asarray(rooms, dtype=str), return_inverse=True)
    if values.ndim != 1 or not values.size or values.size != room.size:
        raise ValueError(f"an interval needs one room per score: {values.size} scores, {room.size} rooms")
    drawn = np.random.default_rng(seed).multinomial(
        names.size, np.full(names.size, 1 / names.size), size=repeats
    )
    draws = drawn.astype(float).T  # a product of floats is many times as fast as one of integers
    choices = np.asarray(chosen, dtype=float)
    several = np.broadcast_to(choices, (*choices.shape[:-1], values.size)).reshape(-1, values.size)
    totals, counts = (
        np.array([np.bincount(room, weights=weights, minlength=names.size) for weights in parts]) @ draws
        for parts in (several * values, several)
    )
    with np.errstate(invalid="ignore"):
        means = totals / counts
    return np.asarray(means if choices.ndim == 2 else means[0])


def interval(means: ArrayLike, *, level: float = 0.95) -> tuple[float, float]:
    """Lower and upper end of the interval that holds a share of redrawn means, centred in rank."""
    low, high = np.nanquantile(np.asarray(means, dtype=float), [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)
