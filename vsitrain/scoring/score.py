"""Scores of many replies: by task, macro and micro averages, with intervals by room."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vsidata.metrics import interval, redrawn_means
from vsidata.sources.official import room_of_row
from vsitrain.scoring.lenient import lenient_score
from vsitrain.scoring.official import official_score
from vsitrain.scoring.predictions import Prediction
from vsitrain.scoring.tasks import TASKS, VSTI_HEADS, task_of
from vsitrain.scoring.vsti import version_in_words

Row = Mapping[str, Any]
Array = NDArray[np.float64]
Chosen = NDArray[np.bool_]


@dataclass(frozen=True)
class Figure:
    """A mean score.

    Attributes:
        questions: the number of questions.
        official: the score by the benchmark's own scorer, in [0, 1].
        low, high: the 95 % interval of the official score, over draws of the rooms.
        lenient: the score by the parser that is lenient about the form of an answer.
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
        tasks: the score of each task, in the benchmark's order; other tasks come last.
        types: the score of each question type.
        datasets: the macro average over the questions of each dataset.
        frames: the macro average by the number of frames of a question's clip, if it is known.
        debiased: the macro average over the benchmark's debiased subset; None if the subset is not known.
        macro: the mean of the tasks, which is the benchmark's own average.
        micro: the mean of the questions.
        scenes, rooms: the number of scenes and rooms of the questions; all scans of a room are one room.
        without_reply: the number of questions without a reply, by reason. They score 0.
        empty: the number of empty replies.
        version: a sentence about the version of VSTI-Bench; None for other questions.
    """

    tasks: dict[str, Figure]
    types: dict[str, Figure]
    datasets: dict[str, Figure]
    frames: dict[str, Figure]
    debiased: Figure | None
    macro: Figure
    micro: Figure
    scenes: int
    rooms: int
    without_reply: dict[str, int]
    empty: int
    version: str | None = None


def score(
    rows: Sequence[Row], predictions: Sequence[Prediction], *, letters: bool = True, seed: int = 0
) -> Scores:
    """Score replies to questions.

    Args:
        rows: rows with `question_type`, `ground_truth`, `scene_name`, `dataset`, `options`; from
            `match_predictions`.
        predictions: one prediction per row, in the same order.
        letters: whether options were shown for every question that has them; for the lenient score.
        seed: the random seed of the intervals.

    Raises:
        ValueError: there are no questions.
        OptionError: the questions come from several versions of VSTI-Bench.
    """
    pairs = list(zip(rows, predictions, strict=True))
    types = np.array([row["question_type"] for row in rows])
    parts = _parts(rows, predictions)
    means = _Means(
        official=np.array([official_score(row, it.reply) for row, it in pairs]),
        lenient=np.array([lenient_score(row, it.reply, letters=letters) for row, it in pairs]),
        rooms=[room_of_row(row) for row in rows],
        seed=seed,
    )
    by_type = {
        part: {str(name): chosen & (types == name) for name in np.unique(types[chosen])}
        for part, chosen in parts.items()
    }
    chosen = [parts[_ALL], *(them for part in by_type.values() for them in part.values())]
    whole, *others = means.of(chosen)
    found = iter(others)
    kinds = {part: {name: next(found) for name in named} for part, named in by_type.items()}
    macros = {part: _macro(named).figure for part, named in kinds.items()}
    reasons = Counter(it.error for it in predictions if it.error)
    return Scores(
        tasks={task: mean.figure for task, mean in _by_task(kinds[_ALL]).items()},
        types={name: mean.figure for name, mean in kinds[_ALL].items()},
        datasets={name: figure for (kind, name), figure in macros.items() if kind == "dataset"},
        frames={name: figure for (kind, name), figure in macros.items() if kind == "frames"},
        debiased=macros.get(_DEBIASED),
        macro=macros[_ALL],
        micro=whole.figure,
        scenes=len({(row["dataset"], row["scene_name"]) for row in rows}),
        rooms=len(set(means.rooms)),
        without_reply=dict(sorted(reasons.items())),
        empty=sum(not it.reply.strip() and not it.error for it in predictions),
        version=version_in_words(rows),
    )


_ALL, _DEBIASED = ("all", ""), ("debiased", "")


def _parts(rows: Sequence[Row], predictions: Sequence[Prediction]) -> dict[tuple[str, str], Chosen]:
    """The questions of each part that has its own macro average."""
    parts = {_ALL: np.ones(len(rows), dtype=bool)}
    sets = np.array([row["dataset"] for row in rows])
    parts |= {("dataset", str(name)): sets == name for name in np.unique(sets)}
    frames = np.array([it.frames or 0 for it in predictions])
    parts |= {("frames", str(count)): frames == count for count in np.unique(frames[frames > 0]).tolist()}
    kept = np.array([row.get("pruned") is False for row in rows])
    if kept.any():
        parts[_DEBIASED] = kept
    return parts


@dataclass(frozen=True, eq=False)
class _Mean:
    """A mean score, and its values (repeats,) for random samples of the rooms, drawn with replacement."""

    questions: int
    official: float
    lenient: float
    redrawn: Array

    @property
    def figure(self) -> Figure:
        return Figure(self.questions, float(self.official), *interval(self.redrawn), float(self.lenient))


@dataclass(frozen=True, eq=False)
class _Means:
    """The scores (n,) of questions with their rooms, for averages over chosen questions."""

    official: Array
    lenient: Array
    rooms: list[str]
    seed: int

    def of(self, choices: Sequence[Chosen]) -> list[_Mean]:
        """The mean of each selection of questions.

        All selections use the same bootstrap samples of rooms, so that a mean of these means has an interval,
        too.
        """
        redrawn = redrawn_means(self.official, self.rooms, chosen=np.array(choices), seed=self.seed)
        return [
            _Mean(int(chosen.sum()), self.official[chosen].mean(), self.lenient[chosen].mean(), means)
            for chosen, means in zip(choices, redrawn, strict=True)
        ]


def _mean_of(parts: Iterable[_Mean]) -> _Mean:
    """The mean of means, with equal weights."""
    them = list(parts)
    return _Mean(
        sum(part.questions for part in them),
        fmean(part.official for part in them),
        fmean(part.lenient for part in them),
        np.mean([part.redrawn for part in them], axis=0),
    )


def _by_task(types: Mapping[str, _Mean]) -> dict[str, _Mean]:
    tasks = {task_of(name) for name in types}
    known = (*TASKS, *VSTI_HEADS)
    ordered = [task for task in known if task in tasks] + sorted(tasks.difference(known))
    return {task: _mean_of(mean for name, mean in types.items() if task_of(name) == task) for task in ordered}


def _macro(types: Mapping[str, _Mean]) -> _Mean:
    return _mean_of(_by_task(types).values())
