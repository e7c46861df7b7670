"""The floor area of the room."""

from collections.abc import Iterator
from functools import partial

from numpy.random import Generator

from vsidata.measuring.measure import MeasuredScene
from vsidata.rules.constant import Count, Rules
from vsidata.topics.candidates import capped, limited
from vsidata.topics.question import Draft, Drop, Evidence


class RoomSizeRules(Rules):
    """Rules of room sizes.

    Attributes:
        question: the text; it asks for square metres.
        per_scene: most questions from one scene.
    """

    question: str
    per_scene: Count | None = None


def room_size_estimation(
    scene: MeasuredScene,
    rules: RoomSizeRules,
    rng: Generator,  # noqa: ARG001 - every topic has the same signature
) -> Iterator[Draft | Drop]:
    """One question a scene. Source: VSI-Bench keys, 288 of 288 from the released areas."""
    return capped(scene, iter([partial(_ask, scene, rules)]), rules.per_scene)


def _ask(scene: MeasuredScene, rules: RoomSizeRules) -> Draft | Drop:
    if scene.room_area is None:
        return Drop("the source gives neither a room area nor points to measure one")
    return Draft(
        question_type="room_size_estimation",
        question=rules.question,
        answer=room_answer(scene.room_area),
        unit="m²",
        evidence=Evidence(objects=(), value=scene.room_area),
    )


def most(scene: MeasuredScene, rules: RoomSizeRules) -> int:  # noqa: ARG001 - every scene is one room
    """The most questions a scene can give, as far as its labels alone say."""
    return limited(1, rules.per_scene)


def room_answer(area: float) -> str:
    """Square metres to the one decimal of the answer."""
    return str(round(area, 1))
