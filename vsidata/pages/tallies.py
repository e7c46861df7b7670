"""The number of times that each answer occurs, by question type. The overview draws it as charts."""

import math
from collections import Counter
from typing import Any

import numpy as np

from vsidata.dataset.results import Row

_BINS = 24
_MOST_WORDS = 12  # of a chart. Directions and counts have fewer; names of objects have more, and get no chart


class Tallies:
    """Counts of a build's answers, question by question."""

    def __init__(self) -> None:
        self._numbers: dict[str, list[float]] = {}
        self._units: dict[str, str] = {}
        self._words: dict[str, Counter[str]] = {}
        self._letters: dict[str, Counter[str]] = {}
        self._topics: dict[str, str] = {}

    def add(self, row: Row) -> None:
        """Add one question."""
        kind = row["question_type"]
        self._topics[kind] = row["topic"]
        if row["unit"] and (number := _number(row["ground_truth"])) is not None:
            self._units[kind] = row["unit"]
            self._numbers.setdefault(kind, []).append(number)
            return
        if row["options"]:
            self._letters.setdefault(kind, Counter())[row["ground_truth"]] += 1
        words = self._words.setdefault(kind, Counter())
        if row["answer"] in words or len(words) <= _MOST_WORDS:
            words[row["answer"]] += 1

    def charts(self) -> list[dict[str, Any]]:
        """The charts: one per question type and kind of answer.

        A chart has `bars`, each with a `label` and a `count`. If `numbers` is true, the bars are a histogram.
        """
        charts = []
        for kind in sorted(self._topics):
            about = {"type": kind, "topic": self._topics[kind]}
            if kind in self._numbers:
                charts.append(about | _histogram(self._numbers[kind], self._units[kind]))
            if (words := self._words.get(kind)) and len(words) <= _MOST_WORDS:
                charts.append(about | {"numbers": False, "of": "answers", "bars": _bars(words)})
            if kind in self._letters:
                charts.append(about | {"numbers": False, "of": "letters", "bars": _bars(self._letters[kind])})
        return charts


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _bars(counts: Counter[str]) -> list[dict[str, Any]]:
    order = sorted(counts, key=lambda word: (_number(word) is None, _number(word) or 0.0, word))
    return [{"label": word, "count": counts[word]} for word in order]


def _histogram(numbers: list[float], unit: str) -> dict[str, Any]:
    """Equally wide bins up to the 99th percentile. The last bin also counts all larger values."""
    values = np.array(numbers)
    step = _round_step(float(np.quantile(values, 0.99)) / _BINS)
    bins = np.minimum(np.floor(values / step).astype(int), _BINS - 1).clip(0)
    counts = np.bincount(bins)
    low, middle, high = (f"{value:g}" for value in np.quantile(values, (0.05, 0.5, 0.95)).round(2).tolist())
    return {
        "numbers": True,
        "of": f"median {middle} {unit}, 90 % from {low} to {high} {unit}",
        "bars": [
            {"label": f"{index * step:g} to {(index + 1) * step:g} {unit}", "count": count}
            for index, count in enumerate(counts.tolist())
        ],
    }


def _round_step(step: float) -> float:
    """The next 1, 2 or 5 times a power of ten."""
    if step <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(step))
    return next(times * power for times in (1, 2, 5, 10) if times * power >= step * (1 - 1e-9))
