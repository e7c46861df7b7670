"""Scores of answers: mean relative accuracy, exact match, best constant answer, confidence interval."""

from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vsidata.rules.constant import Rules, StatedConstant
from vsidata.rules.strict_yaml import read_packaged

Array = NDArray[np.float64]

# The thresholds 0.50, 0.55 … 0.95, computed as in the official scorer (`1 - linspace`). So an error exactly
# on a threshold counts as it does there.
_ALLOWED_ERRORS = 1 - np.linspace(0.50, 0.95, 10)
_ALLOWED_ERRORS_LISTED = _ALLOWED_ERRORS.tolist()

_TRIED_AT_ONCE = 256  # constants; the comparisons of this many fit into a cache


def mean_relative_accuracy(predictions: ArrayLike, truths: ArrayLike) -> Array:
    """Return the share of ten thresholds θ that an answer meets: |prediction - truth| / truth <= 1 - θ.

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


def relative_accuracy(prediction: float, truth: float) -> float:
    """Return the `mean_relative_accuracy` of one number. This is faster than with arrays.

    Raises:
        ValueError: the truth is not positive.
    """
    if not truth > 0:
        raise ValueError(f"mean relative accuracy needs positive truths, not {truth}")
    error = abs(prediction - truth) / truth
    return [error <= allowed for allowed in _ALLOWED_ERRORS_LISTED].count(True) / len(_ALLOWED_ERRORS_LISTED)


class _MetricRules(Rules):
    angle_reach: StatedConstant


@cache
def angle_reach() -> float:
    """The angle in degrees that an error on the circle is divided by: `angle_reach` of metrics.yaml."""
    return read_packaged(_MetricRules, "vsidata", "metrics.yaml").angle_reach.value


def circular_error(predictions: ArrayLike, truths: ArrayLike) -> Array:
    """Return the angle between two directions, 0 to 180. Inputs and result are in degrees.

    315, -45 and 675 are the same direction. NaN and infinity give NaN.
    """
    with np.errstate(invalid="ignore"):
        turned = np.mod(np.asarray(predictions, dtype=float) - np.asarray(truths, dtype=float), 360)
    return np.asarray(np.minimum(turned, 360 - turned))


def angular_accuracy(predictions: ArrayLike, truths: ArrayLike) -> Array:
    """Return the share of the ten thresholds θ that an angle meets: error / `angle_reach` <= 1 - θ.

    Args:
        predictions: degrees; NaN and infinity score 0.
        truths: degrees, of a shape that broadcasts with `predictions`; zero and below are allowed.

    Returns:
        Scores in [0, 1], in the broadcast shape. metrics.yaml states the reason for this form.
    """
    error = circular_error(predictions, truths) / angle_reach()
    accuracy: Array = (error[..., np.newaxis] <= _ALLOWED_ERRORS).mean(axis=-1)
    return accuracy


def best_angle(truths: ArrayLike) -> float:
    """Return the best constant: the whole number of degrees with the highest mean `angular_accuracy`.

    Args:
        truths: degrees.

    Returns:
        0 to 359; the smallest if several are equally good.

    Raises:
        ValueError: there are no truths.
    """
    values = np.asarray(truths, dtype=float)
    if not values.size:
        raise ValueError("the best constant needs at least one true answer")
    return float(np.argmax(angular_accuracy(np.arange(360)[:, np.newaxis], values).mean(axis=1)))


def is_number(text: str) -> bool:
    """Return whether an answer is a number.

    Numbers are scored by mean relative accuracy, degrees by angular accuracy, other answers by match.
    """
    try:
        float(text)
    except ValueError:
        return False
    return True


def exact_match(predictions: Sequence[str], truths: Sequence[str]) -> Array:
    """Return 1 if a word or letter is correct, else 0. Case and surrounding white space do not matter.

    Args:
        predictions, truths: of equal length.

    Returns:
        (n,) scores.
    """
    pairs = zip(predictions, truths, strict=True)
    return np.array([a.strip().casefold() == b.strip().casefold() for a, b in pairs], dtype=float)


def best_constant(truths: ArrayLike, decimals: int) -> tuple[float, float]:
    """Return the number that scores best as the answer to every question: a blind baseline.

    Args:
        truths: positive numbers, as their questions state them.
        decimals: number of decimals of the answers that are tried: 0 for counts and centimetres, 1 for metres
            and square metres.

    Returns:
        The constant and its mean relative accuracy in [0, 1]. If several are equally good, the smallest.

    Raises:
        ValueError: there are no truths, or a truth is not positive.
    """
    values, counts = np.unique(np.asarray(truths, dtype=float), return_counts=True)
    if not values.size:
        raise ValueError("the best constant needs at least one true answer")
    # Constants outside the range of the truths need no test: every step towards the range reduces all errors.
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
    """Return means of scores over bootstrap samples of rooms.

    Rooms are drawn, not questions, because questions about one room are not independent. Scans of the same
    room count as one room. If scans were drawn, intervals would be too narrow. The same rooms, repeats and
    seed give the same samples. So the means of several choices of questions can be combined sample by sample,
    for example into a macro average.

    Args:
        scores: (n,) one score per question.
        rooms: (n,) the room that each question is about, as `sources.official.room_of` names it.
        chosen: (n,) bool, which questions count; (m, n) for m means; True for all questions.
        repeats: number of bootstrap samples.
        seed: random seed of the samples.

    Returns:
        (repeats,) or (m, repeats) means; NaN if no room of the sample has a chosen question.

    Raises:
        ValueError: there are no scores, or the numbers of scores and rooms differ.
    """
    values = np.asarray(scores, dtype=float)
    names, room = np.unique(np.asarray(rooms, dtype=str), return_inverse=True)
    if values.ndim != 1 or not values.size or values.size != room.size:
        raise ValueError(f"an interval needs one room per score: {values.size} scores, {room.size} rooms")
    drawn = np.random.default_rng(seed).multinomial(
        names.size, np.full(names.size, 1 / names.size), size=repeats
    )
    draws = drawn.astype(float).T  # a matrix product of floats is many times faster than of integers
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
    """Return the lower and upper end of the percentile interval that contains a share of the means."""
    low, high = np.nanquantile(np.asarray(means, dtype=float), [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)
