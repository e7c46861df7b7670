"""Why an answer is what it is, as shapes on a scene's plan: metres on the ground plane, for any renderer.

What is drawn follows from the roles of the objects that a question speaks of, as its words do
(`vsidata.dataset.browse.evidence_in_words`): a topic with the same roles needs nothing new here.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from vsidata.dataset.results import Row
from vsidata.report.plan import Plan, PlanObject, Point, Points, on_ground
from vsidata.scene import Array

Tone = Literal["answer", "other", "given", "margin"]
"""What a shape says: the answer itself; what it was compared with; what the question states; how far away the
place is where the answer would be another one."""


@dataclass(frozen=True)
class Marked:
    """An object that the question speaks of.

    Attributes:
        instance: its id.
        role: `vsidata.topics.question.EvidenceObject.role`.
        tone: of its footprint.
        label: the word in the question, and a number where there are several: `chair 2`.
    """

    instance: int
    role: str
    tone: Tone
    label: str


@dataclass(frozen=True)
class Line:
    """A line through points, with a label at its middle (empty: none); `arrow`: whether it has a head."""

    points: Points
    tone: Tone
    label: str = ""
    arrow: bool = False


@dataclass(frozen=True)
class Sector:
    """A part of a disc, with a label in its middle.

    Attributes:
        center: of the disc.
        radius: metres.
        start, end: radians counter-clockwise from the x axis; `end` is the larger, by a turn at most.
        tone, label: as of a line.
    """

    center: Point
    radius: float
    start: float
    end: float
    tone: Tone
    label: str = ""


@dataclass(frozen=True)
class Patch:
    """An area: rings, a hole's running clockwise, and a label in its middle."""

    rings: tuple[Points, ...]
    tone: Tone
    label: str = ""


@dataclass(frozen=True)
class Spot:
    """A place with a short label: a number, a time."""

    at: Point
    tone: Tone
    label: str = ""


@dataclass(frozen=True)
class Drawing:
    """The evidence of one question; draw patches first, then sectors, lines, spots."""

    objects: tuple[Marked, ...]
    patches: tuple[Patch, ...] = ()
    sectors: tuple[Sector, ...] = ()
    lines: tuple[Line, ...] = ()
    spots: tuple[Spot, ...] = ()


def drawing(question: Row, plan: Plan, rules: Mapping[str, Any]) -> Drawing:
    """The evidence of a question about a scene.

    Args:
        question: a row of `schema.QA`, or a `Question` as a dictionary.
        plan: its scene.
        rules: the resolved rules, as a manifest has them; they know a direction's sectors and margin.
    """
    evidence = question["evidence"]
    roles = [thing["role"] for thing in evidence["objects"]]
    if not roles:
        return _room(evidence, plan)
    if any(thing["instance"] not in plan.objects for thing in evidence["objects"]):
        return Drawing(())  # of another scene, or of a table that was cut
    if roles[0] == "counted":
        return _counted(evidence, plan)
    if roles[0] == "measured":
        return _measured(evidence, plan)
    if evidence["option_distances"] is not None:
        return _nearest(evidence, plan)
    if roles == ["first", "second"]:
        return _distance(evidence, plan)
    if evidence["seconds"] is not None:
        return _appearing(evidence, plan)
    if evidence["path"] is not None:
        return _walked(evidence, plan)
    if roles == ["observer", "facing", "asked"]:
        return _direction(question, plan, rules)
    return Drawing(tuple(_marked(evidence, "given")))


def _marked(evidence: Row, *tones: Tone) -> Iterable[Marked]:
    """The objects with their tones; the last tone holds for all that follow."""
    for index, thing in enumerate(evidence["objects"]):
        tone = tones[min(index, len(tones) - 1)]
        yield Marked(thing["instance"], thing["role"], tone, thing["category"])


def _room(evidence: Row, plan: Plan) -> Drawing:
    return Drawing((), patches=(Patch(plan.outline, "answer", f"{evidence['value']:.1f} m²"),))


def _counted(evidence: Row, plan: Plan) -> Drawing:
    objects = tuple(_marked(evidence, "answer"))
    middles = [plan.objects[thing.instance].middle for thing in objects]
    spots = (Spot(at, "answer", str(number)) for number, at in enumerate(middles, 1) if at is not None)
    return Drawing(objects, spots=tuple(spots))


def _measured(evidence: Row, plan: Plan) -> Drawing:
    objects = tuple(_marked(evidence, "answer"))
    label = f"{100 * evidence['value']:.1f} cm"
    side = _longest_side(plan.objects[objects[0].instance])
    if side is None:
        return Drawing(objects)
    start, end = side
    if math.dist(start, end) < evidence["value"] / 4:  # it stands, more or less: a line would look too short
        middle = (start[0] + end[0]) / 2, (start[1] + end[1]) / 2
        return Drawing(objects, spots=(Spot(middle, "answer", f"{label} upright"),))
    return Drawing(objects, lines=(Line((start, end), "answer", label),))


def _longest_side(thing: PlanObject) -> tuple[Point, Point] | None:
    """The longest side of an object's box from above: of the four edges that long, the lowest on the plan."""
    if thing.box is None:
        return None
    along = int(thing.box.extents.argmax())
    reach = thing.box.extents[along] * thing.box.axes[along] / 2
    others = [axis for axis in range(3) if axis != along]
    halves = [thing.box.extents[axis] * thing.box.axes[axis] / 2 for axis in others]
    middles = [thing.box.center + a * halves[0] + b * halves[1] for a in (-1, 1) for b in (-1, 1)]
    middle = min(middles, key=lambda point: (round(float(point[1]), 6), float(point[0])))
    return on_ground(middle - reach), on_ground(middle + reach)


def _distance(evidence: Row, plan: Plan) -> Drawing:
    objects = tuple(_marked(evidence, "answer"))
    line = _between(evidence, plan, objects[0], objects[1], evidence["value"], "answer")
    return Drawing(objects, lines=line)


def _nearest(evidence: Row, plan: Plan) -> Drawing:
    distances = evidence["option_distances"]
    nearest = min(distances)
    tones: list[Tone] = ["answer" if metres == nearest else "other" for metres in distances]
    target, *options = _marked(evidence, "given", *tones)
    lines = [
        line
        for option, metres in zip(options, distances, strict=True)
        for line in _between(evidence, plan, target, option, metres, option.tone)
    ]
    return Drawing((target, *options), lines=tuple(lines))


def _between(evidence: Row, plan: Plan, a: Marked, b: Marked, metres: float, tone: Tone) -> tuple[Line, ...]:
    """A line between the closest points of two boxes; between centroids where those were measured."""
    first, second = plan.objects[a.instance], plan.objects[b.instance]
    ends: tuple[Array, Array] | None = None
    if evidence["value"] in (evidence["box_distance"], evidence["surface_distance"]):
        ends = plan.closest(a.instance, b.instance)
    elif first.centroid is not None and second.centroid is not None:
        ends = first.centroid, second.centroid
    if ends is None:
        return ()
    return (Line((on_ground(ends[0]), on_ground(ends[1])), tone, f"{metres:.2f} m"),)


def _direction(question: Row, plan: Plan, rules: Mapping[str, Any]) -> Drawing:
    evidence = question["evidence"]
    objects = tuple(_marked(evidence, "given", "given", "answer"))
    position = rules["measurement"]["position"]
    places = [_position(plan.objects[thing.instance], position) for thing in objects]
    if any(place is None for place in places):
        return Drawing(objects)
    observer, facing, asked = (place for place in places if place is not None)
    ahead = math.atan2(facing[1] - observer[1], facing[0] - observer[0])
    topic = rules["topics"][question["topic"]]
    radius = max(math.dist(observer, facing), math.dist(observer, asked))
    answer = Line((observer, asked), "answer", f"{abs(math.degrees(evidence['value'])):.0f}°", arrow=True)
    return Drawing(
        objects,
        sectors=tuple(_sectors(topic, question, observer, ahead, radius)),
        lines=(Line((observer, facing), "given", arrow=True), answer),
    )


def _position(thing: PlanObject, position: str) -> Point | None:
    if position == "vertex_mean":
        return None if thing.centroid is None else on_ground(thing.centroid)
    return thing.middle


def _sectors(
    topic: Mapping[str, Any], question: Row, observer: Point, ahead: float, radius: float
) -> Iterable[Sector]:
    """The sectors of a kind of question around its observer, and the margins on both sides of their edges."""
    sectors = topic["kinds"][question["question_type"]]["sectors"]
    for word, (start, end) in sectors.items():
        tone: Tone = "answer" if word == question["answer"] else "other"
        begin = ahead + math.radians(start)
        yield Sector(observer, radius, begin, begin + math.radians((end - start) % 360 or 360), tone, word)
    if topic["margin"] is not None:
        margin = math.radians(topic["margin"]["value"])
        for edge in sorted({degrees % 360 for pair in sectors.values() for degrees in pair}):
            at = ahead + math.radians(edge)
            yield Sector(observer, radius, at - margin, at + margin, "margin")


def _appearing(evidence: Row, plan: Plan) -> Drawing:
    objects = tuple(_marked(evidence, "answer"))
    order = np.argsort(evidence["seconds"], kind="stable").tolist()
    lines, spots = [], []
    for number, index in enumerate(order, 1):
        seconds = evidence["seconds"][index]
        camera, middle = plan.camera_at(seconds), plan.objects[objects[index].instance].middle
        if camera is not None and middle is not None:
            lines.append(Line((camera, middle), "answer", arrow=True))
            spots.append(Spot(camera, "answer", f"{number}: {seconds:.1f} s"))
    return Drawing(objects, lines=tuple(lines), spots=tuple(spots))


def _walked(evidence: Row, plan: Plan) -> Drawing:
    observer, facing, *stops = _marked(evidence, "given", "given", "answer")
    path: Points = tuple((float(x), float(y)) for x, y in evidence["path"])
    lines = [Line(path, "answer", f"{evidence['value']:.1f} m", arrow=True)]
    ahead = plan.objects[facing.instance].middle
    if ahead is not None:
        lines.insert(0, Line((path[0], ahead), "given", arrow=True))
    spots = [Spot(at, "answer", "start" if number == 0 else str(number)) for number, at in enumerate(path)]
    return Drawing((observer, facing, *stops), lines=tuple(lines), spots=tuple(spots))
