"""The floor area of the room."""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial

from numpy.random import Generator

from vsidata.measuring.measure import MeasuredScene
from vsidata.rules.constant import Count, Rules
from vsidata.scene import Array
from vsidata.topics import shapes as drawn
from vsidata.topics.candidates import capped, capped_number
from vsidata.topics.question import Draft, Drop, Evidence, Shape
from vsidata.topics.released import UnresolvedError
from vsidata.topics.topic import Row, Stated, Topic

_METHODS = {
    "floor": "The outline is an alpha shape of the floor that the scan shows, without stray points and "
    "glimpses of other rooms, and with holes filled.",
    "vsibench": "The outline is an alpha shape of a sample of the scan's vertices, with holes filled, as in "
    "a public derivative of VSI-Bench.",
    "vsi100k": "The outline is an alpha shape of all vertices with a disc that is larger than most rooms: "
    "nearly their convex hull.",
}
"""The description of the outline, by method of measuring the area."""


class RoomSizeRules(Rules):
    """Rules of room sizes.

    Attributes:
        question: the text; it asks for square metres.
        per_scene: largest number of questions from one scene.
    """

    question: str
    per_scene: Count | None = None


def room_size_estimation(
    scene: MeasuredScene,
    rules: RoomSizeRules,
    rng: Generator,  # noqa: ARG001 - every topic has the same signature
) -> Iterator[Draft | Drop]:
    """One question per scene. Source: VSI-Bench keys, 288 of 288 from the released areas."""
    return capped(scene, iter([partial(_ask, scene, rules)]), rules.per_scene)


def _ask(scene: MeasuredScene, rules: RoomSizeRules) -> Draft | Drop:
    if scene.room_area is None:
        return Drop("the source has neither a room area nor points to measure it")
    return Draft(
        question_type="room_size_estimation",
        question=rules.question,
        answer=_answer_of(scene.room_area),
        unit="m²",
        evidence=Evidence(objects=(), value=scene.room_area),
        draw=partial(shapes, scene.room_outline, scene.room_area),
    )


def shapes(outline: Sequence[Array] | None, square_metres: float) -> tuple[Shape, ...]:
    """The area within the outline, rings (n, 2); empty if the area is stated."""
    return (drawn.area(outline, "answer", f"{square_metres:.1f} m²"),) if outline else ()


def most(scene: MeasuredScene, rules: RoomSizeRules) -> int:  # noqa: ARG001 - every scene is one room
    """The largest possible number of questions about a scene, from its labels alone."""
    return capped_number(1, rules.per_scene)


def _answer_of(area: float) -> str:
    """Square metres, rounded to the one decimal of the answer."""
    return str(round(area, 1))


def _explain(row: Row) -> str:
    return f"the room measures {row['evidence']['value']:.2f} m²"


def _definition(_rules: Stated, measurement: Stated) -> str:
    method = _METHODS.get(measurement["room_area"]["method"], "")
    return f"The area within the outline of the room is measured. {method}".rstrip()


def _answer(scene: MeasuredScene, _rules: RoomSizeRules, _type: str, _words: Mapping[str, str]) -> str:
    if scene.room_area is None:
        raise UnresolvedError("no room area")
    return _answer_of(scene.room_area)


TOPIC = Topic(
    name="room_size_estimation",
    title="room size",
    rules=RoomSizeRules,
    generate=room_size_estimation,
    most=most,
    explain=_explain,
    definition=_definition,
    kind="number",
    unit="m²",
    seen_share=0.88,
    answer=_answer,
)
