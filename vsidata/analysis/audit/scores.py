"""Scores of guesses by topic, with intervals."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Any

import numpy as np
import yaml

from vsidata.analysis.blind.blind_question import BlindQuestion
from vsidata.analysis.blind.guess import Guesses
from vsidata.analysis.blind.metric import metric_of
from vsidata.metrics import Array, interval, mean_relative_accuracy, redrawn_means

WAYS = ("constant_in_sample", "constant", "category_constant", "forest", "gain")
"""The ways to guess. `gain` is the score of the forest minus the score of the constant.

`constant_in_sample` is chosen on the questions that it is scored on. The other guesses are learned in some
rooms and scored in others, so only these can be compared with each other.
"""


def by_type(questions: Sequence[BlindQuestion]) -> dict[str, list[BlindQuestion]]:
    """The questions of each type, sorted by the name of the type."""
    kinds: dict[str, list[BlindQuestion]] = defaultdict(list)
    for asked in questions:
        kinds[asked.kind].append(asked)
    return dict(sorted(kinds.items()))


def scores(kinds: Mapping[str, Sequence[BlindQuestion]], found: Mapping[str, Guesses]) -> dict[str, Any]:
    """Scores in [0, 1], each by the metric of its question type, as `metric_of` chooses it.

    A topic's score is the mean of its question types, as in the benchmark. `macro` is the mean of the topics.

    Args:
        kinds: the questions by type.
        found: the guesses at each type, in the same order.

    Returns:
        `types`, `topics` and `macro`. Each entry has the number of `questions`, and for each of WAYS `score`,
        `low` and `high` (95 % interval from redrawn rooms), or None if there are too few rooms to learn from.
        A type also has its `topic`, its `metric`, and the `answer` of the constant chosen in sample. For
        numbers, `benchmark` has the answer and the score of VSI-Bench's own best constant.
    """
    type_of = np.array([kind for kind, own in kinds.items() for _ in own])
    rooms = [asked.room for own in kinds.values() for asked in own]
    masks = {kind: type_of == kind for kind in kinds}
    ways = _scores_by_method(found)
    drawn = {
        way: redrawn_means(np.nan_to_num(values), rooms, chosen=np.array(list(masks.values())))
        for way, values in ways.items()
    }
    tables = {
        kind: {
            way: None if np.isnan(ways[way][mask]).any() else (float(ways[way][mask].mean()), drawn[way][row])
            for way in WAYS
        }
        for row, (kind, mask) in enumerate(masks.items())
    }
    of_topic: dict[str, list[str]] = defaultdict(list)
    for kind, own in kinds.items():
        of_topic[own[0].topic].append(kind)
    topics = {topic: _mean([tables[kind] for kind in own]) for topic, own in of_topic.items()}
    counts = {kind: len(own) for kind, own in kinds.items()}
    return {
        "types": {
            kind: {
                "topic": own[0].topic,
                "metric": metric_of(own[0]),
                "questions": counts[kind],
                "answer": found[kind].best,
                **_figures(tables[kind]),
                **_benchmark(kind, own),
            }
            for kind, own in kinds.items()
        },
        "topics": {
            topic: {"questions": sum(counts[kind] for kind in of_topic[topic]), **_figures(topics[topic])}
            for topic in topics
        },
        "macro": {"questions": len(rooms), **_figures(_mean(list(topics.values())))},
    }


_Means = Mapping[str, tuple[float, Array] | None]


def _scores_by_method(found: Mapping[str, Guesses]) -> dict[str, Array]:
    """The scores of all questions by each way to guess; NaN if there are too few rooms for it."""
    best = np.concatenate([them.of_best for them in found.values()])
    constant = np.concatenate([_or_nan(them.of_constant, them) for them in found.values()])
    category = np.concatenate([_or_nan(them.of_category, them) for them in found.values()])
    forest = np.concatenate([_or_nan(them.of_forest, them) for them in found.values()])
    return dict(zip(WAYS, (best, constant, category, forest, forest - constant), strict=True))


def _or_nan(values: Array | None, of: Guesses) -> Array:
    return np.full(len(of.of_best), np.nan) if values is None else values


def _mean(parts: Sequence[_Means]) -> _Means:
    """The mean of the parts' means, also for each bootstrap sample; None if a part has no value."""
    found: dict[str, tuple[float, Array] | None] = {}
    for way in WAYS:
        known = [mean for part in parts if (mean := part[way]) is not None]
        whole = len(known) == len(parts)
        found[way] = (
            (float(np.mean([mean for mean, _ in known])), np.mean([drawn for _, drawn in known], axis=0))
            if whole
            else None
        )
    return found


def _figures(means: _Means) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for way, mean in means.items():
        if mean is None:
            found[way] = None
        else:
            low, high = interval(mean[1])
            found[way] = {"score": mean[0], "low": low, "high": high}
    return found


@cache
def _benchmark_constants() -> dict[str, str]:
    text = resources.files("vsidata.analysis").joinpath("data/benchmark_constants.yaml").read_text("utf-8")
    return {str(kind): str(answer) for kind, answer in yaml.safe_load(text).items()}


def _benchmark(kind: str, questions: Sequence[BlindQuestion]) -> dict[str, Any]:
    answer = _benchmark_constants().get(kind)
    if answer is None or not questions[0].is_number:
        return {}
    score = mean_relative_accuracy(float(answer), [asked.value for asked in questions]).mean()
    return {"benchmark": {"answer": answer, "score": float(score)}}
