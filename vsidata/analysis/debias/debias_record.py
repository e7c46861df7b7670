"""The record of a debiased build, and the output of `vsidata debias`."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from rich.table import Table

from vsidata.analysis.debias.prune import Pruned


def as_json(found: Mapping[str, Pruned], *, target: float, least: float, seed: int) -> dict[str, Any]:
    """Plain data, for `debias.json`.

    Returns:
        `target`, `least` and `seed`, as given. `questions` is [before, after].
        `types`: each question type has `topic`, `questions`, `before`, `after` and `rounds`, as in `Pruned`.
        `outside_5_to_95` is `Pruned.tail`.
        `topics`: each topic has `questions`, and `before` and `after` as means over its types. `reached` is
        whether the gain of the forest is within the target; None if it cannot be measured.
    """
    topics: dict[str, list[Pruned]] = defaultdict(list)
    for pruned in found.values():
        topics[pruned.topic].append(pruned)
    return {
        "target": target,
        "least": least,
        "seed": seed,
        "questions": _counts(found.values()),
        "topics": {topic: _topic(own, target) for topic, own in sorted(topics.items())},
        "types": {
            kind: {
                "topic": it.topic,
                "questions": _counts([it]),
                "before": dict(it.before),
                "after": dict(it.after),
                "outside_5_to_95": it.tail and list(it.tail),
                "rounds": [vars(one) for one in it.rounds],
            }
            for kind, it in sorted(found.items())
        },
    }


def _counts(parts: Any) -> list[int]:
    them = list(parts)
    return [sum(it.asked for it in them), sum(len(it.kept) for it in them)]


def _topic(own: Sequence[Pruned], target: float) -> dict[str, Any]:
    after = _mean([it.after for it in own])
    reached = after["forest"] - after["constant"] <= target if "forest" in after else None
    before = _mean([it.before for it in own])
    return {"questions": _counts(own), "before": before, "after": after, "reached": reached}


def _mean(parts: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """The mean of the values that all parts have."""
    known = set.intersection(*(set(part) for part in parts))
    return {key: float(np.mean([part[key] for part in parts])) for key in sorted(known)}


def table(record: Mapping[str, Any]) -> Table:
    """A table of the scores after and before debiasing, by topic."""
    names = ("questions", "kept", "", "constant", "before", "forest", "before", "gain", "before")
    shown = Table("topic", *names, box=None, pad_edge=False)
    for column in shown.columns[1:]:
        column.justify = "right"
    for topic, own in record["topics"].items():
        asked, kept = own["questions"]
        before, after = own["before"], own["after"]
        pairs = zip(_points(after), _points(before), strict=True)
        counts = (f"{asked:,}", f"{kept:,}", f"{kept / asked:.0%}")
        shown.add_row(topic, *counts, *(cell for pair in pairs for cell in pair))
    return shown


def _points(scores: Mapping[str, float]) -> list[str]:
    constant, forest = scores.get("constant"), scores.get("forest")
    return [
        "" if constant is None else f"{100 * constant:.1f}",
        "" if forest is None else f"{100 * forest:.1f}",
        "" if constant is None or forest is None else f"{100 * (forest - constant):+.1f}",
    ]


def closing_lines(record: Mapping[str, Any]) -> Iterator[str]:
    """The cost, and the topics that missed the target."""
    asked, kept = record["questions"]
    yield (
        f"Kept {kept:,} of {asked:,} questions ({kept / asked:.0%}). `gain` is the score of a forest on the "
        "words minus the score of one constant answer. Both are scored in rooms that they were not trained "
        "in. The splits of the rooms are not those that chose the questions. `before` is the value before "
        "questions were left out. If the score of the constant has risen, the remaining answers vary less."
    )
    for kind, own in record["types"].items():
        if (tail := own["outside_5_to_95"]) and own["questions"][0] > own["questions"][1]:
            yield (
                f"{kind}: {100 * tail[1]:.1f} % of the kept answers are outside the 5th to 95th percentile "
                f"of their category. Before, {100 * tail[0]:.1f} % of the answers were. The best constant "
                f"scores {100 * own['after']['constant_in_sample']:.1f}. Before, it scored "
                f"{100 * own['before']['constant_in_sample']:.1f}."
            )
    missed = [topic for topic, own in record["topics"].items() if own["reached"] is False]
    if missed:
        yield (
            f"The forest is still more than {100 * record['target']:g} points above the constant in: "
            f"{', '.join(missed)}. Use a larger build, or lower --keep so that more questions are left out."
        )
    if unknown := [topic for topic, own in record["topics"].items() if own["reached"] is None]:
        yield f"All questions were kept because there are too few rooms to learn from: {', '.join(unknown)}."
