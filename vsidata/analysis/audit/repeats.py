"""Questions that are asked more than once, and whether their answers agree."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any

import numpy as np

from vsidata.analysis.blind.blind_question import BlindQuestion, can_be_scored


def repeats(questions: Sequence[BlindQuestion]) -> dict[str, Any]:
    """Count questions with the same text. The order of options and their letters do not matter.

    Returns:
        `within_scene`: question type → two numbers. `repeated` is the number of questions that were asked
        before about the same scene. `contradicted` is the number of those with another answer than the first.
        `rescans`: `rooms` is the number of rooms with several scans. `types` is question type → numbers.
        `asked_again` is the number of texts asked about several scans of a room. `differing` is the number of
        those with different answers. For numbers except angles, `apart` has the median, the 90th percentile
        and the maximum over all pairs of scans of how much the larger answer exceeds the smaller (0.1: by a
        tenth).
        `across_rooms`: question type → three numbers. `texts` is the number of texts. `shared` is the number
        of texts asked about several rooms. `questions` is the number of questions with such a text. The rooms
        differ, so the answers may differ.
    """
    first: dict[tuple[str, str, str], str] = {}
    repeated: Counter[str] = Counter()
    contradicted: Counter[str] = Counter()
    for asked in questions:
        place = (asked.scene, asked.kind, asked.text)
        if place in first:
            repeated[asked.kind] += 1
            contradicted[asked.kind] += asked.answer != first[place]
        first.setdefault(place, asked.answer)
    scans: dict[str, set[str]] = defaultdict(set)
    for asked in questions:
        scans[asked.room].add(asked.scene)
    return {
        "within_scene": {
            kind: {"repeated": repeated[kind], "contradicted": contradicted[kind]}
            for kind in sorted(repeated)
        },
        "rescans": {
            "rooms": sum(len(scenes) > 1 for scenes in scans.values()),
            "types": _rescans(questions),
        },
        "across_rooms": _across_rooms(questions),
    }


def _rescans(questions: Sequence[BlindQuestion]) -> dict[str, Any]:
    by_text: dict[tuple[str, str, str], dict[str, BlindQuestion]] = defaultdict(dict)
    for asked in questions:
        by_text[asked.kind, asked.room, asked.text].setdefault(asked.scene, asked)
    again: dict[str, list[list[BlindQuestion]]] = defaultdict(list)
    for (kind, _, _), of_scene in by_text.items():
        if len(of_scene) > 1:
            again[kind].append(list(of_scene.values()))
    return {kind: _agreement(again[kind]) for kind in sorted(again)}


def _agreement(groups: Sequence[Sequence[BlindQuestion]]) -> Mapping[str, Any]:
    found: dict[str, Any] = {
        "asked_again": len(groups),
        "differing": sum(len({asked.answer for asked in group}) > 1 for group in groups),
    }
    apart = [
        max(a.value, b.value) / min(a.value, b.value) - 1
        for group in groups
        for a, b in combinations([asked for asked in group if _has_ratio(asked)], 2)
    ]
    if apart:
        found["apart"] = {
            name: float(np.quantile(apart, share))
            for name, share in (("median", 0.5), ("p90", 0.9), ("most", 1.0))
        }
    return found


def _has_ratio(asked: BlindQuestion) -> bool:
    return asked.is_number and not asked.is_angle and can_be_scored(asked)


def _across_rooms(questions: Sequence[BlindQuestion]) -> dict[str, Any]:
    rooms: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for asked in questions:
        rooms[asked.kind][asked.text].add(asked.room)
    shared = {(kind, text) for kind, texts in rooms.items() for text, of in texts.items() if len(of) > 1}
    counts = Counter(asked.kind for asked in questions if (asked.kind, asked.text) in shared)
    return {
        kind: {
            "texts": len(rooms[kind]),
            "shared": sum((kind, text) in shared for text in rooms[kind]),
            "questions": counts[kind],
        }
        for kind in sorted(rooms)
    }
