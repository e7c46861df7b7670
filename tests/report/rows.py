"""Rows of a build's tables made by hand, whose evidence can be worked out on paper."""

from typing import Any

import numpy as np

from vsidata.topics.question import question_id

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


def question(
    topic: str, objects: list[tuple[str, int, str]], value: float, *, answer: str = "", **more: Any
) -> Row:
    evidence = dict.fromkeys(
        ("box_distance", "surface_distance", "option_distances", "margin", "seconds", "path")
    )
    evidence |= {name: more.pop(name) for name in [*more] if name in evidence}
    things = [
        {"role": role, "instance": instance, "category": category} for role, instance, category in objects
    ]
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
        "evidence": {"objects": things, "value": value, **evidence},
        **more,
    }
