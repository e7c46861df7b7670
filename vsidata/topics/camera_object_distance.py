"""The distance from the camera to an object in one frame."""

from collections.abc import Iterator
from functools import partial
from typing import Annotated

from numpy.random import Generator

from vsidata.measuring.measure import MeasuredObject, MeasuredScene
from vsidata.measuring.posed import PosedFrames
from vsidata.rules.constant import Count, Labels, Length, Rules, Share, WithoutNulls, places_for
from vsidata.topics.camera_distances import CameraDistances, camera_distances, nearest_line
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

    def holds(self, distances: CameraDistances) -> bool:
        """Return whether the distances to the box and to the nearest seen point agree with the surface's."""
        metres = distances.surface
        off = max(abs(distances.box - metres), abs(distances.seen - metres))
        return off <= max(self.metres.value, self.share.value * metres)


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
    distances = camera_distances(scene, posed, frame, thing)
    if distances is None:
        return Drop("the object has no surface")
    metres = distances.surface
    if distances.box == 0:
        return Drop("the camera is inside the object's box")
    if not rules.shortest.value <= metres <= rules.longest.value:
        return Drop("nearer or farther than the distances asked about")
    if not rules.agreement.holds(distances):
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
                Measure("boxes", distances.box, "m"),
                Measure("surfaces", metres, "m"),
                Measure("nearest seen point", distances.seen, "m"),
            ),
            moments=moments(posed, frame),
        ),
        draw=partial(_shapes, scene, posed, frame, thing),
        frames=every_frame(posed),
    )


def _shapes(scene: MeasuredScene, posed: PosedFrames, frame: int, thing: MeasuredObject) -> tuple[Shape, ...]:
    """The camera, the line to the nearest point, and the object's outline in the picture."""
    line = nearest_line(scene, posed, frame, thing, "answer")
    return (*camera_shapes(posed, frame), *line, outline(posed, frame, thing, answer=True))


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
