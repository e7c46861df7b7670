"""The wrong answer that is nearest to the right one, as far as the evidence tells."""

from itertools import combinations

from numpy.random import Generator

from vsidata.geometry.bearing import sector_of
from vsitrain.preferences.figures import step_of, truth_of, written
from vsitrain.preferences.limits import limits
from vsitrain.preferences.second_nearest import second_nearest
from vsitrain.preferences.words import others, sectors_of
from vsitrain.prompts.asking import Row

_BEYOND = 1e-6  # radians past the edge of a sector: more than rounding, less than any sector


def near_miss(row: Row, rng: Generator) -> str | None:
    """What somebody would say who looked, and not closely enough.

    A number is off by a tenth to three tenths, at least by one in its last place. A direction is the one
    beyond the nearest edge of the right one. The nearest object is the second nearest. An order of appearance
    exchanges what appears at nearly the same time; a route has the fewest wrong turns. None for what has no
    near miss.
    """
    evidence = row.get("evidence") or {}
    if sectors_of(row):
        return _beyond_the_edge(row)
    if evidence.get("option_distances"):
        return second_nearest(row, rng)
    if evidence.get("seconds"):
        return min(others(row), key=lambda order: _misplaced_seconds(row, order), default=None)
    if evidence.get("path"):
        return min(others(row), key=lambda turns: _wrong_turns(row, turns), default=None)
    return _near_number(row, rng)


def _near_number(row: Row, rng: Generator) -> str | None:
    truth, step = truth_of(row), step_of(row)
    if truth is None:
        return None
    error = truth * rng.uniform(limits().least_error.value, limits().near_most.value)
    error = max(error, step) * rng.choice([-1, 1])
    return written(row, truth + error if truth + error >= step else truth + abs(error))


def _beyond_the_edge(row: Row) -> str | None:
    """None where no word lies there: the easy question has none for what is behind."""
    evidence = row.get("evidence") or {}
    bearing, margin = evidence.get("value"), evidence.get("margin")
    if bearing is None or margin is None:
        return None
    words, sectors = zip(*sectors_of(row).items(), strict=True)
    places = (sector_of(bearing + side * (margin + _BEYOND), sectors) for side in (-1, 1))
    found = [words[int(place)] for place in places if place >= 0]
    return next((word for word in found if word != row["answer"]), None)


def _misplaced_seconds(row: Row, order: str) -> float:
    """By how long the times of those pairs differ that an order has the wrong way round."""
    categories = [thing["category"] for thing in row["evidence"]["objects"]]
    appears = dict(zip(categories, row["evidence"]["seconds"], strict=True))
    times: list[float] = [appears[word] for word in order.split(", ")]
    return sum(max(0.0, first - second) for first, second in combinations(times, 2))


def _wrong_turns(row: Row, turns: str) -> int:
    return sum(a != b for a, b in zip(turns.split(", "), row["answer"].split(", "), strict=True))
