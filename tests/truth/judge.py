"""Errors of the measurements of synthetic scans, and of the questions made from them.

The truth comes from the recipe and the clean surface. The boxes of the truth are Open3D's, and the distances
between boxes here are FCL's, so that nothing is judged by the code under test.
"""

import json
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path
from typing import Any, get_args

import fcl
import numpy as np

from vsidata.measuring.measure import AreaMethod, measure, room_shape
from vsidata.sources.registry import open_source
from vsidata.topics.ask import ask
from vsidata.topics.question import Question
from vsidata.topics.rule_set import RuleSet

LARGE = 0.3
"""Metres: objects of at least this longest side are judged by relative error, smaller ones in metres."""


@dataclass
class Judgement:
    """The results of some scans.

    Attributes:
        large_sides: relative errors of the longest side of large objects.
        small_sides: errors of the longest side of the others, in metres.
        surface_distances: errors of the distance between surfaces, in metres, of pairs that occur once.
        areas: relative errors of the room area, by method.
        wrong: (scene, question id, question, true answer) of each wrong direction or nearest object.
        asked: number of judged questions, by topic.
    """

    large_sides: list[float] = field(default_factory=list)
    small_sides: list[float] = field(default_factory=list)
    surface_distances: list[float] = field(default_factory=list)
    areas: dict[str, list[float]] = field(default_factory=dict)
    wrong: list[tuple[str, str, str, str]] = field(default_factory=list)
    asked: dict[str, int] = field(default_factory=dict)

    def add(self, other: "Judgement") -> None:
        self.large_sides += other.large_sides
        self.small_sides += other.small_sides
        self.surface_distances += other.surface_distances
        self.wrong += other.wrong
        for method, errors in other.areas.items():
            self.areas.setdefault(method, []).extend(errors)
        for topic, count in other.asked.items():
            self.asked[topic] = self.asked.get(topic, 0) + count


def judge(root: Path, name: str, rules: RuleSet) -> Judgement:
    """Measure one synthetic scan and compare."""
    truth = json.loads((root / "truth" / f"{name}.json").read_bytes())
    objects = {item["instance"]: item for item in truth["objects"]}
    source = open_source("scannet", [root])
    scan = source.load(name)
    scene = measure(scan, rules.measurement, rules.vocabulary, seed=0)
    result = Judgement()
    for thing in scene.objects:
        kept = objects.get(thing.instance, {}).get("kept", {})
        if thing.box is None or not kept.get("minimal"):
            continue
        true = max(kept["minimal"]["extents"])
        error = thing.box.longest_side - true
        if true >= LARGE:
            result.large_sides.append(error / true)
        else:
            result.small_sides.append(error)
    surfaces = {(pair["first"], pair["second"]): pair["surface_distance"] for pair in truth["pairs"]}
    for a, b in combinations(sorted(scene.once_only, key=lambda thing: thing.instance), 2):
        true_distance = surfaces.get((a.instance, b.instance))
        measured = scene.distance(a, b, "surfaces")
        if true_distance is not None and measured is not None:
            result.surface_distances.append(measured - true_distance)
    for method in get_args(AreaMethod):
        shape = room_shape(scan, method, rules.measurement.room_area, np.random.default_rng(0))
        if shape is not None:
            result.areas[method] = [shape.area / truth["room"]["area"] - 1]
    questions, _ = ask(scene, rules, 0, ["object_rel_distance", "object_rel_direction"])
    for question in questions:
        result.asked[question.topic] = result.asked.get(question.topic, 0) + 1
        true_answer = (
            true_nearest(question, truth, objects, surfaces)
            if question.topic == "object_rel_distance"
            else true_direction(question, objects)
        )
        if true_answer != question.answer:
            result.wrong.append((name, question.id, f"{question.question} {question.answer}", true_answer))
    return result


def true_nearest(
    question: Question,
    truth: dict[str, Any],
    objects: dict[int, Any],
    surfaces: dict[tuple[int, int], float],
) -> str:
    """The nearest option by true boxes. If another option is nearest by true surfaces, a text with both."""
    target, *options = question.evidence.objects
    labels = {item["instance"]: item["label"].strip() for item in truth["objects"]}

    def instances(category: str, nearest: int) -> list[int]:
        # All objects with the label of the nearest object, because the truth has labels and no words.
        return [i for i, label in labels.items() if label == labels[nearest]]

    by_boxes, by_surfaces = {}, {}
    for option in options:
        candidates = instances(option.category, option.instance)
        by_boxes[option.category] = min(
            box_distance(objects[target.instance], objects[i]) for i in candidates
        )
        by_surfaces[option.category] = min(
            surfaces[min(target.instance, i), max(target.instance, i)] for i in candidates
        )
    first, second = min(by_boxes, key=by_boxes.__getitem__), min(by_surfaces, key=by_surfaces.__getitem__)
    return first if first == second else f"{first} by boxes, {second} by surfaces"


def box_distance(a: dict[str, Any], b: dict[str, Any]) -> float:
    """Metres between two true boxes, by FCL: the minimal boxes, or the recipe's boxes if one is flat."""

    def solid(item: dict[str, Any]) -> Any:
        box, yaw = item["kept"]["minimal"] or item["kept"], item["recipe"]["yaw"]
        axes = np.array(
            box.get("axes", [[np.cos(yaw), np.sin(yaw), 0], [-np.sin(yaw), np.cos(yaw), 0], [0, 0, 1]])
        )
        axes[2] = np.cross(axes[0], axes[1])
        placed = fcl.Transform(axes.T.copy(), np.array(box["center"]))
        return fcl.CollisionObject(fcl.Box(*np.maximum(box["extents"], 1e-6)), placed)

    return max(0.0, float(fcl.distance(solid(a), solid(b), fcl.DistanceRequest(), fcl.DistanceResult())))


def true_direction(question: Question, objects: dict[int, Any]) -> str:
    """The word for the bearing between the centres of the true boxes, by complex numbers."""
    kept = [objects[item.instance]["kept"] for item in question.evidence.objects]
    where = [complex(*(item["minimal"] or item)["center"][:2]) for item in kept]
    turn = np.degrees(np.angle((where[2] - where[0]) / (where[1] - where[0]))) % 360
    kind = question.question_type.rsplit("_", 1)[-1]
    if kind == "hard":
        return ("front-left", "back-left", "back-right", "front-right")[int(turn // 90)]
    if 135 < turn < 225:
        return "back" if kind == "medium" else "behind"
    return "left" if turn <= 135 else "right"
