"""The margins of questions: the distances of values from where the answer would change."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from math import radians
from typing import Any

import numpy as np

from vsidata.analysis.blind.blind_question import BlindQuestion
from vsidata.topics.topic import rules_of_type


def margins(
    questions: Sequence[BlindQuestion], topics: Mapping[str, Any], described: Mapping[str, Any]
) -> dict[str, Any]:
    """The margins of each question type that has margins.

    Args:
        questions: questions with their margins.
        topics: the rules by topic, as a manifest resolves them.
        described: the description of each topic, from `vsidata.topics.described`.

    Returns:
        Question type → `questions`, `unit`, `quantiles` and `limit`. `quantiles` has 21 values, from the
        smallest margin to the largest in steps of 5 %. `limit` is the minimum that the rules allow, or None.
        With a limit, there are also the shares of margins that are `below` the limit, `within_half` (below
        1.5 times the limit) and `within_once` (below twice the limit).
    """
    found: dict[str, list[float]] = defaultdict(list)
    topic_of = {}
    for asked in questions:
        if asked.margin is not None:
            found[asked.kind].append(asked.margin)
            topic_of[asked.kind] = asked.topic
    return {
        kind: _spread(
            found[kind], rules_of_type(kind, topics.get(topic, {})), described.get(topic, {}).get("margin")
        )
        for kind, topic in sorted(topic_of.items())
    }


def _spread(
    values: Sequence[float], rules: Mapping[str, Any], about: Mapping[str, Any] | None
) -> dict[str, Any]:
    stated = rules.get(about["rule"]) if about and about["bounds"] else None
    limit = None
    if stated is not None:
        limit = radians(stated["value"]) if stated["unit"] == "deg" else float(stated["value"])
    margins = np.array(values)
    spread: dict[str, Any] = {
        "questions": len(values),
        "unit": about["unit"] if about else "",
        "quantiles": np.quantile(margins, np.linspace(0, 1, 21)).tolist(),
        "limit": limit,
    }
    if limit:
        spread |= {
            name: float(np.mean(margins < times * limit))
            for name, times in (("below", 1.0), ("within_half", 1.5), ("within_once", 2.0))
        }
    return spread
