"""The object, out of several, that is nearest to the camera in one frame."""

from collections.abc import Callable, Iterator, Sequence
from functools import cache, partial
from typing import Annotated

import numpy as np
from numpy.random import Generator

from vsidata.measuring.measure import MeasuredObject, MeasuredScene
from vsidata.measuring.posed import PosedFrames
from vsidata.rules.constant import Choices, Count, Labels, Length, Rules, Share, WithoutNulls, places_for
from vsidata.topics.camera_distances import CameraDistances, camera_distances, nearest_line
from vsidata.topics.candidates import Candidate, capped, capped_number
from vsidata.topics.distances import option_distances, second_nearest
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
from vsidata.topics.topic import Margin, Row, Stated, Topic, objects_in_words


class NearestKind(Rules):
    """One kind of question.

    Attributes:
        question: the text, with `{options}` (words joined by commas), `{i}`, the number of the frame, and
            `{n}`, the number of frames.
        options: the number of objects to choose from.
    """

    question: Annotated[str, places_for("options", "i", "n")]
    options: Choices


class CameraNearestRules(Rules):
    """Rules of the object that is nearest to the camera.

    Attributes:
        by_default: whether the topic is asked if the user does not choose topics.
        kinds: question type → kind.
        min_gap, min_gap_share: every other option is farther than the nearest by both: a length, and a share
            of the distance to the nearest.
        exclude: words that are not options.
        per_frame: largest number of sets of options that are tried in one frame, per kind.
        per_object: largest number of questions of one kind in one scene with the same answer.
        per_scene: largest number of questions of one kind from one scene.
    """

    by_default: bool = True
    kinds: Annotated[dict[str, NearestKind], WithoutNulls]
    min_gap: Length
    min_gap_share: Share
    exclude: tuple[Labels, ...] = ()
    per_frame: Count
    per_object: Count
    per_scene: Count | None = None


Distances = Callable[[int, MeasuredObject], CameraDistances | None]
"""The distances from the camera of a frame to an object; None if the object has no surface."""


def camera_nearest_object(
    scene: MeasuredScene, rules: CameraNearestRules, rng: Generator
) -> Iterator[Draft | Drop]:
    """The nearest of several random objects that one frame shows.

    The same object must be clearly the nearest by surface, by box, by the nearest point that the frame shows,
    and by its depth. Source: VSTI-Bench's question.
    """
    if scene.posed is None:
        yield Drop(NO_CAMERAS)
        return
    posed, shown = scene.posed, shown_objects(scene, scene.posed, rules.exclude)
    distances = cache(partial(camera_distances, scene, posed))  # an object is compared several times
    for kind in rules.kinds:
        candidates = _candidates(scene, posed, rules, kind, shown, distances, rng)
        yield from capped(scene, candidates, rules.per_scene, refused=never_refused)


def most(scene: MeasuredScene, rules: CameraNearestRules) -> int:
    """The largest number of questions that a scene can give, by its labels alone."""
    things = len(scene.once_only_except(rules.exclude))
    enough = [kind for kind in rules.kinds.values() if kind.options.whole <= things]
    return len(enough) * capped_number(things * rules.per_object.whole, rules.per_scene)


def _candidates(
    scene: MeasuredScene,
    posed: PosedFrames,
    rules: CameraNearestRules,
    kind: str,
    shown: Sequence[Sequence[MeasuredObject]],
    distances: Distances,
    rng: Generator,
) -> Iterator[Candidate]:
    asked: set[tuple[int, ...]] = set()
    answers: dict[int, int] = {}
    number = rules.kinds[kind].options.whole
    for _ in range(rules.per_frame.whole):
        for frame in rng.permutation(len(posed)).tolist():
            chosen = [shown[frame][index] for index in rng.permutation(len(shown[frame]))[:number]]
            yield partial(_ask, scene, posed, rules, kind, frame, chosen, distances, asked, answers)


def _ask(
    scene: MeasuredScene,
    posed: PosedFrames,
    rules: CameraNearestRules,
    kind: str,
    frame: int,
    options: Sequence[MeasuredObject],
    distances: Distances,
    asked: set[tuple[int, ...]],
    answers: dict[int, int],
) -> Draft | Drop | None:
    if len(options) < rules.kinds[kind].options.whole:
        return Drop("the frame shows too few objects that a question can name")
    key = (frame, *sorted(thing.instance for thing in options))
    if key in asked:
        return None
    asked.add(key)
    known = [found for thing in options if (found := distances(frame, thing)) is not None]
    if len(known) < len(options):
        return Drop("an object has no surface")
    values = np.array(known)
    first = int(values[:, 0].argmin())
    nearest, gaps = options[first], np.delete(values, first, axis=0).min(axis=0) - values[first]
    if (gaps <= 0).any():
        return Drop("surfaces, boxes and the picture disagree on the nearest object")
    if (gaps < np.maximum(rules.min_gap.value, rules.min_gap_share.value * values[first])).any():
        return Drop("the second nearest object is almost as near")
    if answers.get(nearest.instance, 0) >= rules.per_object.whole:
        return None
    answers[nearest.instance] = answers.get(nearest.instance, 0) + 1
    return _draft(scene, posed, rules.kinds[kind], kind, frame, options, known, first, float(gaps.min()))


def _draft(
    scene: MeasuredScene,
    posed: PosedFrames,
    rules: NearestKind,
    kind: str,
    frame: int,
    options: Sequence[MeasuredObject],
    known: Sequence[CameraDistances],
    first: int,
    gap: float,
) -> Draft:
    words, nearest = tuple(thing.category for thing in options), known[first]
    return Draft(
        question_type=kind,
        question=rules.question.format(options=", ".join(words), i=number_of(frame), n=len(posed)),
        answer=words[first],
        choices=words,
        evidence=Evidence(
            objects=tuple(EvidenceObject("option", thing.instance, thing.category) for thing in options),
            value=nearest.surface,
            margin=gap,
            measures=(
                Measure("boxes", nearest.box, "m"),
                Measure("surfaces", nearest.surface, "m"),
                Measure("nearest seen point", nearest.seen, "m"),
                Measure("depth", nearest.depth, "m"),
                *(
                    Measure(f"to {thing.category}", apart.surface, "m")
                    for thing, apart in zip(options, known, strict=True)
                ),
            ),
            moments=moments(posed, frame),
        ),
        draw=partial(_shapes, scene, posed, frame, options, first),
        frames=every_frame(posed),
    )


def _shapes(
    scene: MeasuredScene,
    posed: PosedFrames,
    frame: int,
    options: Sequence[MeasuredObject],
    first: int,
) -> tuple[Shape, ...]:
    """The camera, a line to the nearest point of each option, and their outlines in the picture."""
    found = [*camera_shapes(posed, frame)]
    for place, thing in enumerate(options):
        found += nearest_line(scene, posed, frame, thing, "answer" if place == first else "other")
    found += [outline(posed, frame, thing, place == first) for place, thing in enumerate(options)]
    return tuple(found)


def _explain(row: Row) -> str:
    (seconds,), metres = seconds_in_words(row), option_distances(row)
    options = zip(objects_in_words(row), row["evidence"]["objects"], strict=True)
    distances = ", ".join(f"{name} {metres[thing['category']]:.2f} m" for name, thing in options)
    return (
        f"at {seconds}, from the camera to the nearest point of each object: {distances}; by surface, by box "
        f"and in the picture every other one is at least {row['evidence']['margin']:.2f} m farther"
    )


def _definition(_rules: Stated, _measurement: Stated) -> str:
    return (
        "The distance from the camera's centre to the nearest point of each object's surface is measured. "
        "The nearest object is also the nearest by its box, by the nearest point that the frame shows, and "
        "by the depth of what the frame shows."
    )


def _near_miss(row: Row, _rules: CameraNearestRules, _others: Sequence[str]) -> str | None:
    return second_nearest(row)


TOPIC = Topic(
    name="camera_nearest_object",
    title="nearest to the camera",
    rules=CameraNearestRules,
    generate=camera_nearest_object,
    most=most,
    explain=_explain,
    definition=_definition,
    kind="word",
    margin=Margin(unit="m", words="The second nearest is {} farther", rule="min_gap"),
    needs_cameras=True,
    near_miss=_near_miss,
)
