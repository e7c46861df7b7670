"""Scores of many replies: by task, macro and micro, with intervals by scene."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vsidata.metrics import interval, redrawn_means
from vsitrain.scoring.lenient import lenient_score
from vsitrain.scoring.official import official_score
from vsitrain.scoring.predictions import Prediction
from vsitrain.scoring.tasks import TASKS, task_of

Row = Mapping[str, Any]
Array = NDArray[np.float64]


@dataclass(frozen=True)
class Figure:
    """A mean score.

    Attributes:
        questions: how many it is of.
        official: by the benchmark's own scorer, in [0, 1].
        low, high: of the official score, between which lie 95 % of its values when scenes are drawn again.
        lenient: by the parser that forgives how an answer is dressed.
    """

    questions: int
    official: float
    low: float
    high: float
    lenient: float


@dataclass(frozen=True)
class Scores:
    """All scores of a set of predictions.

    Attributes:
        tasks: by task, in the benchmark's order; others after them.
        types: by question type.
        datasets: the macro average over the questions of each dataset.
        macro: mean of the tasks: the benchmark's own average.
        micro: mean of the questions.
        scenes: how many the questions are about.
        without_reply: questions without a reply, by the reason. They score 0.
        empty: replies that are empty.
    """

    tasks: dict[str, Figure]
    types: dict[str, Figure]
    datasets: dict[str, Figure]
    macro: Figure
    micro: Figure
    scenes: int
    without_reply: dict[str, int]
    empty: int


def score(
    rows: Sequence[Row], predictions: Sequence[Prediction], *, letters: bool = True, seed: int = 0
) -> Scores:
    """Score replies to questions.

    Args:
        rows: with `question_type`, `ground_truth`, `scene_name`, `dataset`, `options`; from `matched`.
        predictions: as many, in the same order.
        letters: whether options were shown wherever there are any; for the lenient score.
        seed: of the intervals.

    Raises:
        ValueError: there is no question.
    """
    pairs = list(zip(rows, predictions, strict=True))
    official = np.array([official_score(row, it.reply) for row, it in pairs])
    lenient = np.array([lenient_score(row, it.reply, letters=letters) for row, it in pairs])
    types = np.array([row["question_type"] for row in rows])
    sets = np.array([row["dataset"] for row in rows])
    scenes = [f"{row['dataset']} {row['scene_name']}" for row in rows]

    def of(chosen: NDArray[np.bool_]) -> _Mean:
        means = redrawn_means(official, scenes, chosen=chosen, seed=seed)
        return _Mean(int(chosen.sum()), official[chosen].mean(), lenient[chosen].mean(), means)

    def by_type(chosen: NDArray[np.bool_]) -> dict[str, _Mean]:
        return {str(name): of(chosen & (types == name)) for name in np.unique(types[chosen])}

    everything = np.ones(len(rows), dtype=bool)
    whole = by_type(everything)
    reasons = Counter(it.error for it in predictions if it.error)
    return Scores(
        tasks={task: mean.figure for task, mean in _by_task(whole).items()},
        types={name: mean.figure for name, mean in whole.items()},
        datasets={str(name): _macro(by_type(sets == name)).figure for name in np.unique(sets)},
        macro=_macro(whole).figure,
        micro=of(everything).figure,
        scenes=len(set(scenes)),
        without_reply=dict(sorted(reasons.items())),
        empty=sum(not it.reply.strip() and not it.error for it in predictions),
    )


@dataclass(frozen=True, eq=False)
class _Mean:
    """A mean score, and what it is (repeats,) when scenes are drawn again."""

    questions: int
    official: float
    lenient: float
    redrawn: Array

    @property
    def figure(self) -> Figure:
        return Figure(self.questions, float(self.official), *interval(self.redrawn), float(self.lenient))


def _mean_of(parts: Iterable[_Mean]) -> _Mean:
    """The mean of means, each of the same weight."""
    them = list(parts)
    return _Mean(
        sum(part.questions for part in them),
        fmean(part.official for part in them),
        fmean(part.lenient for part in them),
        np.mean([part.redrawn for part in them], axis=0),
    )


def _by_task(types: Mapping[str, _Mean]) -> dict[str, _Mean]:
    tasks = {task_of(name) for name in types}
    ordered = [task for task in TASKS if task in tasks] + sorted(tasks.difference(TASKS))
    return {task: _mean_of(mean for name, mean in types.items() if task_of(name) == task) for task in ordered}


def _macro(types: Mapping[str, _Mean]) -> _Mean:
    return _mean_of(_by_task(types).values())
