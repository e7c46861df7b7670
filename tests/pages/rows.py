"""Rows of a build's tables made by hand, with evidence that can be worked out on paper."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from vsidata.measuring.measure import MeasuredObject, MeasuredScene
from vsidata.scene import OrientedBox
from vsidata.topics.question import Evidence, EvidenceObject, Measure, Moment, Shape, question_id

Row = dict[str, Any]

ROOM = [(0.0, 0.0), (6.0, 0.0), (6.0, 4.0), (0.0, 4.0)]


def thing(instance: int, word: str, center: Any, extents: Any = (0.4, 0.4, 0.4), turn: float = 0.0) -> Row:
    sin, cos = np.sin(np.radians(turn)), np.cos(np.radians(turn))
    axes = [[cos, sin, 0.0], [-sin, cos, 0.0], [0.0, 0.0, 1.0]]
    box = {"center": list(center), "extents": list(extents), "axes": axes}
    return {"instance": instance, "label": word, "category": word, "box": box, "centroid": list(center)}


def scene(*things: Row, name: str = "scene0000_00") -> Row:
    return {
        "dataset": "synthetic",
        "scene_name": name,
        "split": "train",
        "room_area": 24.0,
        "room_area_method": "floor",
        "room_areas": {"floor": 24.0, "vsibench": None, "vsi100k": None},
        "room_outline": [[list(point) for point in ROOM]],
        "objects": list(things),
    }


def measured(row: Row) -> MeasuredObject:
    """The measured object of a row. Its position is the middle of its box."""
    box = OrientedBox(**{name: np.array(values, float) for name, values in row["box"].items()})
    return MeasuredObject(row["instance"], (row["category"],), box, True, False, box.center)


def measured_scene(*things: Row) -> MeasuredScene:
    return MeasuredScene("synthetic", "scene0000_00", tuple(map(measured, things)), None, None, {}, "floor")


def question(
    topic: str,
    objects: list[tuple[str, int, str]],
    value: float,
    *,
    answer: str = "",
    margin: float | None = None,
    metres: Mapping[str, float] | None = None,
    seconds: Sequence[float] = (),
    shapes: Sequence[Shape] = (),
    **more: Any,
) -> Row:
    """A row of questions. `metres` are the measures of its evidence by name, `seconds` its moments."""
    evidence = Evidence(
        objects=tuple(EvidenceObject(*one) for one in objects),
        value=value,
        margin=margin,
        measures=tuple(Measure(name, length, "m") for name, length in (metres or {}).items()),
        moments=tuple(Moment(None, one) for one in seconds),
        shapes=tuple(shapes),
    )
    return {
        "id": question_id("synthetic", "scene0000_00", topic, f"{objects} {value}"),
        "dataset": "synthetic",
        "scene_name": "scene0000_00",
        "topic": topic,
        "question_type": topic,
        "question": f"A question of {topic}?",
        "options": None,
        "ground_truth": answer,
        "answer": answer,
        "unit": None,
        "rules": "wide@0",
        "evidence": asdict(evidence),
        **more,
    }
