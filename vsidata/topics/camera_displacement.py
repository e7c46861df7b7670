"""The distance between the places of the camera in two frames."""

from collections.abc import Iterator
from functools import partial
from typing import Annotated

import numpy as np
from numpy.random import Generator

from vsidata.measuring.measure import MeasuredScene
from vsidata.measuring.posed import PosedFrames
from vsidata.rules.constant import Count, Duration, Length, Rules, WithoutNulls, places_for
from vsidata.topics import shapes as drawn
from vsidata.topics.candidates import Candidate, capped, capped_number
from vsidata.topics.question import Draft, Drop, Evidence, Measure, Shape
from vsidata.topics.shown_frames import (
    LOST,
    NO_CAMERAS,
    camera_shapes,
    every_frame,
    moments,
    never_refused,
    number_of,
    pairs_of_frames,
    path_shape,
    seconds_in_words,
)
from vsidata.topics.topic import Row, Stated, Topic


class DisplacementKind(Rules):
    """One kind of displacement question.

    Attributes:
        question: the text, with `{i}` and `{j}`, the numbers of the frames, and `{n}`, the number of frames.
    """

    question: Annotated[str, places_for("i", "j", "n")]


class DisplacementRules(Rules):
    """Rules of the camera's displacement.

    Attributes:
        by_default: whether the topic is asked if the user does not choose topics.
        kinds: question type → kind.
        shortest, longest: limits of the distance that is asked about; None for no limit.
        lost: a question is not asked if the camera is unknown for longer than this between its frames.
        draws: largest number of pairs of frames that are tried in one scene.
        per_scene: largest number of questions of one kind from one scene.
    """

    by_default: bool = True
    kinds: Annotated[dict[str, DisplacementKind], WithoutNulls]
    shortest: Length
    longest: Length | None = None
    lost: Duration
    draws: Count
    per_scene: Count | None = None


def camera_displacement(
    scene: MeasuredScene, rules: DisplacementRules, rng: Generator
) -> Iterator[Draft | Drop]:
    """The straight distance between the camera's centres in two frames, for random pairs of frames.

    Source: VSTI-Bench's question. A camera's centre is the translation of its camera-to-world pose.
    """
    if scene.posed is None:
        yield Drop(NO_CAMERAS)
        return
    for kind in rules.kinds:
        yield from capped(
            scene, _candidates(scene.posed, rules, kind, rng), rules.per_scene, refused=never_refused
        )


def most(_scene: MeasuredScene, rules: DisplacementRules) -> int:
    """The largest possible number of questions about a scene."""
    return len(rules.kinds) * capped_number(rules.draws.whole, rules.per_scene)


def _candidates(
    posed: PosedFrames, rules: DisplacementRules, kind: str, rng: Generator
) -> Iterator[Candidate]:
    for first, last in pairs_of_frames(len(posed), rules.draws.whole, rng):
        yield partial(_ask, posed, rules, kind, first, last)


def _ask(posed: PosedFrames, rules: DisplacementRules, kind: str, first: int, last: int) -> Draft | Drop:
    moved = posed.centers[last] - posed.centers[first]
    metres = float(np.linalg.norm(moved))
    if metres < rules.shortest.value:
        return Drop("the camera moved less than the shortest distance asked about")
    if rules.longest and metres > rules.longest.value:
        return Drop("the camera moved more than the longest distance asked about")
    if not posed.is_tracked(first, last, rules.lost.value):
        return Drop(LOST)
    return Draft(
        question_type=kind,
        question=rules.kinds[kind].question.format(i=number_of(first), j=number_of(last), n=len(posed)),
        answer=str(round(metres, 1)),
        unit="m",
        evidence=Evidence(
            objects=(),
            value=metres,
            measures=(
                Measure("level", float(np.hypot(*moved[:2])), "m"),
                Measure("rise", float(moved[2]), "m"),
            ),
            moments=moments(posed, first, last),
        ),
        draw=partial(_shapes, posed, first, last, metres),
        frames=every_frame(posed),
    )


def _shapes(posed: PosedFrames, first: int, last: int, metres: float) -> tuple[Shape, ...]:
    """The two cameras, the path between them, and the straight line."""
    straight = drawn.arrow(posed.centers[first], posed.centers[last], role="answer", label=f"{metres:.2f} m")
    path = path_shape(posed, first, last)
    return (*path, *camera_shapes(posed, first), *camera_shapes(posed, last), straight)


def _explain(row: Row) -> str:
    first, last = seconds_in_words(row)
    return f"from {first} to {last} of the video the camera moved {row['evidence']['value']:.2f} m"


def _definition(_rules: Stated, _measurement: Stated) -> str:
    return "The straight distance between the centres of the two cameras is measured."


TOPIC = Topic(
    name="camera_displacement",
    title="camera displacement",
    rules=DisplacementRules,
    generate=camera_displacement,
    most=most,
    explain=_explain,
    definition=_definition,
    kind="number",
    unit="m",
    needs_cameras=True,
)
