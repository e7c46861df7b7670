"""The distance from the camera to an object in one frame."""

from collections.abc import Iterator
from functools import partial
from typing import Annotated

import numpy as np
from numpy.random import Generator

from vsidata.geometry.nearest import nearest_in_box
from vsidata.measuring.measure import MeasuredObject, MeasuredScene
from vsidata.measuring.posed import PosedFrames
from vsidata.rules.constant import Count, Labels, Length, Rules, Share, WithoutNulls, places_for
from vsidata.scene import Array
from vsidata.topics import shapes as drawn
from vsidata.topics.candidates import Candidate, capped, capped_number
from vsidata.topics.question import Draft, Drop, Evidence, EvidenceObject, Measure, Shape
from vsidata.topics.shown_frames import (
    NO_CAMERAS,
    camera_shapes,
    every_frame,
    moments,
    never_refused,
    number_of,
    outline,
    seconds_in_words,
    shown_objects,
)
from vsidata.topics.topic import Row, Stated, Topic, measure_value, objects_in_words


class CameraDistanceKind(Rules):
    """One kind of question.

    Attributes:
        question: the text, with `{object}`, `{i}`, the number of the frame, and `{n}`, the number of frames.
    """

    question: Annotated[str, places_for("object", "i", "n")]


class DistanceAgreement(Rules):
    """The largest difference between the distances to the box, the surface and the nearest seen point.

    Attributes:
        metres: the limit in metres. A difference is too large if it is above both limits.
        share: the limit as a share of the distance to the surface.
    """

    metres: Length
    share: Share

    def holds(self, distances: Array, metres: float) -> bool:
        """Return whether distances agree around the one that is asked about."""
        return bool(np.abs(distances - metres).max() <= max(self.metres.value, self.share.value * metres))


class CameraDistanceRules(Rules):
    """Rules of the distance from the camera to an object.

    Attributes:
        by_default: whether the topic is asked if the user does not choose topics.
        kinds: question type → kind.
        shortest, longest: limits of the distance that is asked about.
        agreement: the largest difference between the distances to box, surface and nearest seen point.
        exclude: words that are not asked about.
        per_object: largest number of questions about one object in one scene.
        per_scene: largest number of questions of one kind from one scene.
    """

    by_default: bool = True
    kinds: Annotated[dict[str, CameraDistanceKind], WithoutNulls]
    shortest: Length
    longest: Length
    agreement: DistanceAgreement
    exclude: tuple[Labels, ...] = ()
    per_object: Count
    per_scene: Count | None = None


def camera_object_distance(
    scene: MeasuredScene, rules: CameraDistanceRules, rng: Generator
) -> Iterator[Draft | Drop]:
    """The distance to the nearest point of an object's surface, for random objects and frames that show them.

    Source: VSTI-Bench's question.
    """
    if scene.posed is None:
        yield Drop(NO_CAMERAS)
        return
    for kind in rules.kinds:
        candidates = _candidates(scene, scene.posed, rules, kind, rng)
        yield from capped(scene, candidates, rules.per_scene, refused=never_refused)


def most(scene: MeasuredScene, rules: CameraDistanceRules) -> int:
    """The largest possible number of questions about a scene, from its labels alone."""
    things = len(scene.once_only_except(rules.exclude))
    return len(rules.kinds) * capped_number(things * rules.per_object.whole, rules.per_scene)


def _candidates(
    scene: MeasuredScene, posed: PosedFrames, rules: CameraDistanceRules, kind: str, rng: Generator
) -> Iterator[Candidate]:
    shown = shown_objects(scene, posed, rules.exclude)
    pairs = [(frame, thing) for frame, things in enumerate(shown) for thing in things]
    made: dict[int, int] = {}
    for index in rng.permutation(len(pairs)):
        frame, thing = pairs[index]
        yield partial(_ask, scene, posed, rules, kind, frame, thing, made)


def _ask(
    scene: MeasuredScene,
    posed: PosedFrames,
    rules: CameraDistanceRules,
    kind: str,
    frame: int,
    thing: MeasuredObject,
    made: dict[int, int],
) -> Draft | Drop | None:
    if made.get(thing.instance, 0) >= rules.per_object.whole:
        return None
    surfaces = scene.nearest_to_cameras(thing)
    if surfaces is None or thing.box is None:
        return Drop("the object has no surface")
    center = posed.centers[frame]
    ends = [
        surfaces[frame],
        nearest_in_box(thing.box, center[None])[0],
        posed.nearest_seen(frame, thing.instance),
    ]
    by_surface, by_box, as_seen = distances = np.linalg.norm(np.array(ends) - center, axis=1)
    metres = float(by_surface)
    if by_box == 0:
        return Drop("the camera is inside the object's box")
    if not rules.shortest.value <= metres <= rules.longest.value:
        return Drop("nearer or farther than the distances asked about")
    if not rules.agreement.holds(distances, metres):
        return Drop("box, surface and nearest seen point disagree on the distance")
    made[thing.instance] = made.get(thing.instance, 0) + 1
    return Draft(
        question_type=kind,
        question=rules.kinds[kind].question.format(object=thing.category, i=number_of(frame), n=len(posed)),
        answer=str(round(metres, 1)),
        unit="m",
        evidence=Evidence(
            objects=(EvidenceObject("measured", thing.instance, thing.category),),
            value=metres,
            measures=(
                Measure("boxes", float(by_box), "m"),
                Measure("surfaces", metres, "m"),
                Measure("nearest seen point", float(as_seen), "m"),
            ),
            moments=moments(posed, frame),
        ),
        draw=partial(_shapes, posed, frame, thing, surfaces[frame], metres),
        frames=every_frame(posed),
    )


def _shapes(
    posed: PosedFrames, frame: int, thing: MeasuredObject, nearest: Array, metres: float
) -> tuple[Shape, ...]:
    """The camera, the line to the nearest point, and the object's outline in the picture."""
    line = drawn.line(posed.centers[frame], nearest, role="answer", label=f"{metres:.2f} m")
    return (*camera_shapes(posed, frame), line, outline(posed, frame, thing, answer=True))


def _explain(row: Row) -> str:
    (name,), (seconds,) = objects_in_words(row), seconds_in_words(row)
    seen = measure_value(row, "nearest seen point")
    words = f"at {seconds} the camera is {row['evidence']['value']:.2f} m from the nearest point of {name}"
    return words if seen is None else f"{words}; the nearest point that the frame shows is {seen:.2f} m away"


def _definition(_rules: Stated, _measurement: Stated) -> str:
    return (
        "The distance from the camera's centre to the nearest point of the object's surface is measured. The "
        "nearest points of its box and of what the frame shows are about as far away."
    )


TOPIC = Topic(
    name="camera_object_distance",
    title="distance from the camera",
    rules=CameraDistanceRules,
    generate=camera_object_distance,
    most=most,
    explain=_explain,
    definition=_definition,
    kind="number",
    unit="m",
    needs_cameras=True,
)
