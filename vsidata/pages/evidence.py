"""The evidence of a question, seen from above: its shapes on the floor plan of the scene.

This module is independent of the topics. A topic states its shapes when it asks
(`vsidata.topics.question.Shape`), and the role of an object decides how it is drawn.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from vsidata.dataset.results import Row
from vsidata.pages.top_view import Point, Points, TopView, on_ground
from vsidata.topics.question import Role

_ANSWER = {"counted", "measured", "first", "second", "asked", "appearing", "stop"}


@dataclass(frozen=True)
class Marked:
    """An object that the question mentions.

    Attributes:
        instance: its id.
        role: `vsidata.topics.question.EvidenceObject.role`.
        tone: the tone of its footprint.
        label: the word in the question, with a number if there are several: `chair 2`.
    """

    instance: int
    role: str
    tone: Role
    label: str


@dataclass(frozen=True)
class Line:
    """A line through points.

    Attributes:
        points: its points, in order.
        tone: the tone of the line.
        label: the text at the middle of the line; empty for no text.
        arrow: whether the line ends in an arrowhead.
    """

    points: Points
    tone: Role
    label: str = ""
    arrow: bool = False


@dataclass(frozen=True)
class Sector:
    """A sector of a disc.

    Attributes:
        center: the centre of the disc.
        radius: metres.
        start, end: radians counter-clockwise from the x axis; `end` is larger, by at most a full turn.
        tone: the tone of the sector.
        label: the text in its middle; empty for no text.
    """

    center: Point
    radius: float
    start: float
    end: float
    tone: Role
    label: str = ""


@dataclass(frozen=True)
class Patch:
    """An area with a label in its middle. The rings around holes run clockwise."""

    rings: tuple[Points, ...]
    tone: Role
    label: str = ""


@dataclass(frozen=True)
class LabelledPoint:
    """A place with a short label, such as a number or a time."""

    at: Point
    tone: Role
    label: str = ""


@dataclass(frozen=True)
class Drawing:
    """The evidence of one question. Draw patches first, then sectors, lines and spots."""

    objects: tuple[Marked, ...]
    patches: tuple[Patch, ...] = ()
    sectors: tuple[Sector, ...] = ()
    lines: tuple[Line, ...] = ()
    spots: tuple[LabelledPoint, ...] = ()


def drawing(question: Row, plan: TopView) -> Drawing:
    """The evidence of a question about a scene.

    Args:
        question: a row of `schema.QA`, or a `Question` as a dictionary.
        plan: the plan of the scene.

    Returns:
        The shapes to draw. Empty if the plan does not contain every object of the evidence.
    """
    evidence = question["evidence"]
    if any(thing["instance"] not in plan.objects for thing in evidence["objects"]):
        return Drawing(())  # the question is about another scene, or the table lost some of its rows
    shapes = [_from_above(shape) for shape in evidence["shapes"] if shape["picture"] is None]
    return Drawing(
        objects=tuple(_marked(question)),
        patches=tuple(shape for shape in shapes if isinstance(shape, Patch)),
        sectors=tuple(shape for shape in shapes if isinstance(shape, Sector)),
        lines=tuple(shape for shape in shapes if isinstance(shape, Line)),
        spots=tuple(shape for shape in shapes if isinstance(shape, LabelledPoint)),
    )


def _marked(question: Row) -> Iterator[Marked]:
    for thing in question["evidence"]["objects"]:
        role, category = thing["role"], thing["category"]
        tone: Role = "answer" if role in _ANSWER else "given"
        if role == "option":
            tone = "answer" if category == question["answer"] else "other"
        yield Marked(thing["instance"], role, tone, category)


def _from_above(shape: Row) -> Line | Sector | Patch | LabelledPoint:
    points = tuple(on_ground(point) for point in shape["points"])
    tone, label = shape["role"], shape["label"]
    match shape["kind"]:
        case "line" | "arrow" as kind:
            return Line(points, tone, label, arrow=kind == "arrow")
        case "sector":
            center, begin, end = points
            start = _angle(center, begin)
            turn = (_angle(center, end) - start) % math.tau or math.tau
            return Sector(center, math.dist(center, begin), start, start + turn, tone, label)
        case "area":
            return Patch(tuple(_rings(points)), tone, label)
        case "point":
            return LabelledPoint(points[0], tone, label)
        case other:
            raise ValueError(f"a shape of kind {other!r}")


def _angle(center: Point, at: Point) -> float:
    return math.atan2(at[1] - center[1], at[0] - center[0])


def _rings(points: Points) -> Iterator[Points]:
    """Split points into rings. A ring ends where its first point is repeated."""
    ring: list[Point] = []
    for point in points:
        if ring and point == ring[0]:
            yield tuple(ring)
            ring = []
        else:
            ring.append(point)
