"""Compare the questions of two builds, and score the answers of the first by the keys of the second."""

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from vsidata.analysis.audit.audit import questions_of_build, questions_of_file
from vsidata.analysis.blind.blind_question import BlindQuestion, can_be_scored
from vsidata.analysis.blind.metric import metric_of, number_metric
from vsidata.analysis.compare.pairs import Pair, paired
from vsidata.dataset.build import Build
from vsidata.dataset.differences import differences
from vsidata.dataset.manifest_form import Manifest
from vsidata.errors import OptionError
from vsidata.metrics import Array, circular_error, interval, redrawn_means


def read_side(place: Path) -> tuple[list[BlindQuestion], Manifest | None]:
    """The questions of a build and its manifest, or of a file of released questions and None.

    Raises:
        VsiError: the place is neither a build nor such a file, or cannot be read.
    """
    if place.suffix == ".jsonl":
        return questions_of_file(place), None
    build = Build.open(place)
    return questions_of_build(build), build.manifest


def compare(first: Path, second: Path, examples: int = 3) -> dict[str, Any]:
    """Compare two builds, or a build and a file of released questions.

    Args:
        first, second: folders of builds, or .jsonl files.
        examples: the largest number of example questions per topic and kind of change.

    Returns:
        Plain data with these keys:
        `first` and `second`: `place`, `questions` and `scenes` of each side.
        `scenes`: the number of scenes in `both`, in the `first` alone, and in the `second` alone.
        `rules`: the differences between the rules, one line each.
        `topics`: for each topic, the number of questions in `both`, those with the `same` answer, those with
        a `differing` answer, the `lost` ones (only in the first), the `new` ones (only in the second), and
        `examples`. `score` is the score of the first side's answers by the second side's keys, with `low`,
        `high` and `metric` (`mixed` if the question types of the topic have several metrics). For numbers
        except angles, `ratio` has the quartiles of the first answer divided by the second.

    Raises:
        VsiError: a side is neither a build nor such a file, a side cannot be read, or the sides share no
            scene.
    """
    (ours, rules), (theirs, other_rules) = read_side(first), read_side(second)
    scenes, others = ({asked.scene for asked in side} for side in (ours, theirs))
    if not scenes & others:
        fault = f"shares no scene with {second}."
        raise OptionError(first, fault, "Compare builds of the same scans: scenes are matched by name.")
    pairs = paired(ours, theirs)
    both, lost, new = (
        _by_topic(part)
        for part in ([(pair[1].topic, pair) for pair in pairs.both], _named(pairs.lost), _named(pairs.new))
    )
    return {
        "first": {"place": str(first), "questions": len(ours), "scenes": len(scenes)},
        "second": {"place": str(second), "questions": len(theirs), "scenes": len(others)},
        "scenes": {
            "both": len(scenes & others),
            "first": len(scenes - others),
            "second": len(others - scenes),
        },
        "rules": _rule_differences(rules, other_rules) if rules and other_rules else [],
        "topics": {
            topic: _topic(both.get(topic, []), lost.get(topic, []), new.get(topic, []), examples)
            for topic in sorted({*both, *lost, *new})
        },
    }


def _rule_differences(manifest: Manifest, other: Manifest) -> list[str]:
    changed = differences(_rules(manifest), _rules(other))
    return [f"{name} {values}" for name, values in changed.items()]


def _rules(manifest: Manifest) -> dict[str, Any]:
    resolved: dict[str, Any] = manifest.rules.resolved
    return {key: value for key, value in resolved.items() if key not in ("name", "why", "source")}


def _named(questions: Sequence[BlindQuestion]) -> list[tuple[str, BlindQuestion]]:
    return [(asked.topic, asked) for asked in questions]


def _by_topic(named: Sequence[tuple[str, Any]]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = defaultdict(list)
    for topic, it in named:
        found[topic].append(it)
    return found


def _topic(
    both: Sequence[Pair], lost: Sequence[BlindQuestion], new: Sequence[BlindQuestion], examples: int
) -> dict[str, Any]:
    differing = [pair for pair in both if not _same(*pair)]
    return {
        "both": len(both),
        "same": len(both) - len(differing),
        "differing": len(differing),
        "lost": len(lost),
        "new": len(new),
        **_score_by_other_keys(both),
        "examples": {
            "differing": [
                {**_shown(theirs), "first": ours.answer, "second": theirs.answer}
                for ours, theirs in sorted(differing, key=_closeness)[:examples]
            ],
            "lost": [{**_shown(asked), "answer": asked.answer} for asked in lost[:examples]],
            "new": [{**_shown(asked), "answer": asked.answer} for asked in new[:examples]],
        },
    }


def _shown(asked: BlindQuestion) -> dict[str, str]:
    return {"scene": asked.scene.partition(" ")[2], "type": asked.kind, "text": asked.text}


def _same(ours: BlindQuestion, theirs: BlindQuestion) -> bool:
    if theirs.is_angle and ours.is_number:
        return float(circular_error(ours.value, theirs.value)) == 0
    if ours.is_number and theirs.is_number:
        return ours.value == theirs.value
    return ours.answer == theirs.answer


def _closeness(pair: Pair) -> float:
    """The smaller of two numbers divided by the larger; 0 for words.

    For angles, it is 1 if they are equal and 0 if they are opposite.
    """
    ours, theirs = pair
    if not (ours.is_number and theirs.is_number):
        return 0.0
    if theirs.is_angle:
        return 1 - float(circular_error(ours.value, theirs.value)) / 180
    low, high = sorted((ours.value, theirs.value))
    return low / high if high > 0 else 0.0


def _score_by_other_keys(both: Sequence[Pair]) -> dict[str, Any]:
    """The score of the first side's answers by the second side's keys, and for numbers their ratio."""
    scored = [(ours, theirs) for ours, theirs in both if can_be_scored(theirs)]
    if not scored:
        return {"score": None}
    by_metric: dict[str, list[int]] = defaultdict(list)
    for place, pair in enumerate(scored):
        by_metric[_metric(*pair)].append(place)
    scores = np.zeros(len(scored))
    for metric, places in by_metric.items():
        scores[places] = _scores(metric, [scored[place] for place in places])
    low, high = interval(redrawn_means(scores, [theirs.room for _, theirs in scored]))
    worth: dict[str, Any] = {
        "score": float(scores.mean()),
        "low": low,
        "high": high,
        "metric": next(iter(by_metric)) if len(by_metric) == 1 else "mixed",
    }
    if worth["metric"] == "mean_relative_accuracy":
        answers, keys = _values(scored)
        worth["ratio"] = np.quantile(answers / keys, [0.25, 0.5, 0.75]).tolist()
    return worth


def _metric(ours: BlindQuestion, theirs: BlindQuestion) -> str:
    """The metric of the key; exact match if only one of the answers is a number."""
    return metric_of(theirs) if ours.is_number else "exact_match"


def _scores(metric: str, pairs: Sequence[Pair]) -> Array:
    """The scores (n,) of pairs that have the same metric."""
    if metric == "exact_match":
        return np.array([float(_same(*pair)) for pair in pairs])
    return number_metric(pairs[0][1])(*_values(pairs))


def _values(pairs: Sequence[Pair]) -> tuple[Array, Array]:
    """The numbers of the first side and of the second, each (n,)."""
    ours, theirs = (np.array([pair[side].value for pair in pairs]) for side in (0, 1))
    return ours, theirs
