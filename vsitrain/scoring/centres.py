"""Answers to questions about distance by the centres of boxes, if the boxes are known.

Many datasets measure between centres. The benchmark measures between closest points: see
`references.centre_distance`.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from vsidata.scene import Array

Row = Mapping[str, Any]
Rooms = Mapping[tuple[str, str], Mapping[str, list[Array]]]
"""Dataset and scene → word → centres (3,) of the boxes of this word, in metres."""

BY_CENTRES = "by_centres"
"""Column with the answer by the distance between the centres of boxes."""

_APART = re.compile(r"distance between the (?P<first>.+) and the (?P<second>.+) \(in meters\)")
_NEAREST = re.compile(r"\((?P<options>.+)\) is the closest to the (?P<target>.+)\?")


def with_centre_answers(rows: Iterable[Row], rooms: Rooms) -> list[dict[str, Any]]:
    """Return the rows with the column BY_CENTRES.

    Its value is None for a question that is not about distance, or if the box of an object is not known.

    Args:
        rows: questions in the wording of one of the rule sets.
        rooms: the centres of the boxes. If a word has several boxes, the nearest one counts.
    """
    return [
        {**row, BY_CENTRES: _answer(row, rooms.get((row["dataset"], row["scene_name"]), {}))} for row in rows
    ]


def rooms_of_meta_info(paths: Sequence[Path]) -> Rooms:
    """The rooms of the meta information files that VSI-Bench's authors released.

    Raises:
        VsiError: a file is not a meta information file.
    """
    from vsidata.sources.meta_info import MetaInfo

    source = MetaInfo.open(paths)
    rooms: dict[tuple[str, str], dict[str, list[Array]]] = {}
    for name in source.names():
        scene = source.load(name)
        room = rooms.setdefault((scene.dataset, name), {})
        for it in scene.objects:
            if it.box is not None:
                room.setdefault(it.label, []).append(it.box.center)
    return rooms


def rooms_of_build(scenes: Iterable[Row]) -> Rooms:
    """The rooms of a build.

    Args:
        scenes: rows of its `scenes` table.
    """
    rooms: dict[tuple[str, str], dict[str, list[Array]]] = {}
    for scene in scenes:
        room = rooms.setdefault((scene["dataset"], scene["scene_name"]), {})
        for it in scene["objects"]:
            if it["box"] is not None and it["category"]:
                room.setdefault(it["category"], []).append(np.array(it["box"]["center"]))
    return rooms


def _answer(row: Row, room: Mapping[str, list[Array]]) -> str | None:
    if (asked := _APART.search(row["question"])) and not row.get("options"):
        metres = _apart(room.get(asked["first"], ()), room.get(asked["second"], ()))
        return None if metres is None else f"{metres:.1f}"
    if asked := _NEAREST.search(row["question"]):
        words = asked["options"].split(", ")
        far = [_apart(room.get(word, ()), room.get(asked["target"], ())) for word in words]
        known = [metres for metres in far if metres is not None]
        if len(known) < len(words):
            return None
        place = int(np.argmin(known))
        return "ABCDEFGH"[place] if row.get("options") else words[place]
    return None


def _apart(first: Sequence[Array], second: Sequence[Array]) -> float | None:
    """Distance in metres between the nearest centres of two groups; None if a group is empty."""
    if not first or not second:
        return None
    return float(np.linalg.norm(np.array(first)[:, np.newaxis] - np.array(second), axis=-1).min())
