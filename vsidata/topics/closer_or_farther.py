"""The change of the distance to an object from one frame to a later one: the camera is closer or farther."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import combinations
from typing import Annotated

from numpy.random import Generator

from vsidata.measuring.measure import MeasuredObject, MeasuredScene
from vsidata.measuring.posed import PosedFrames
from vsidata.rules.constant import Count, Duration, Labels, Length, Multiple, Rules, places_for
from vsidata.topics.camera_distances import CameraDistances, camera_distances, nearest_line
from vsidata.topics.candidates import capped, capped_number, in_turn
from vsidata.topics.question import Draft, Drop, Evidence, EvidenceObject, Measure, Shape
from vsidata.topics.shown_frames import (
    LOST,
    NO_CAMERAS,
    camera_shapes,
    every_frame,
    moments,
    never_refused,
    number_of,
    outline,
    path_shape,
    seconds_in_words,
    shown_objects,
)
from vsidata.topics.topic import Margin, Row, Stated, Topic, measure_value, objects_in_words, other_word


class CloserRules(Rules):
    """Rules of the change of a distance.

    Attributes:
        by_default: whether the topic is asked if the user does not choose topics.
        question: the text, with `{object}`, `{i}` and `{j}`, the numbers of the earlier and the later frame,
            and `{n}`, the number of frames.
        words: the answers for a smaller and for a larger distance in the later frame.
        min_change: the two distances differ by at least this length.
        min_ratio: the larger distance is at least this many times the smaller one.
        lost: a question is not asked if the camera is unknown for longer than this between its frames.
        exclude: words that are not asked about.
        draws: most objects in pairs of frames that are tried in one scene.
        per_object: most questions about one object with the same answer in one scene.
        per_scene: most questions from one scene.
    """

    by_default: bool = True
    question: Annotated[str, places_for("object", "i", "j", "n")]
    words: tuple[str, str]
    min_change: Length
    min_ratio: Multiple
    lost: Duration
    exclude: tuple[Labels, ...] = ()
    draws: Count
    per_object: Count
    per_scene: Count | None = None


Tried = tuple[MeasuredObject, int, int]
"""An object, and an earlier and a later frame that show it."""


def closer_or_farther(scene: MeasuredScene, rules: CloserRules, rng: Generator) -> Iterator[Draft | Drop]:
    """Random objects in random pairs of frames that show them. The answers alternate.

    The change is that of the distance to the nearest point of the surface. The distances to the box and to
    the nearest point that each frame shows change in the same way. Source: OST-Bench's question.
    """
    if scene.posed is None:
        yield Drop(NO_CAMERAS)
        return
    candidates = _candidates(scene, scene.posed, rules, rng)
    yield from capped(scene, in_turn(candidates), rules.per_scene, refused=never_refused)


def most(scene: MeasuredScene, rules: CloserRules) -> int:
    """The most questions that a scene can give, by its labels alone."""
    things = len(scene.once_only_except(rules.exclude))
    number = min(things * len(rules.words) * rules.per_object.whole, rules.draws.whole)
    return capped_number(number, rules.per_scene)


def _candidates(
    scene: MeasuredScene, posed: PosedFrames, rules: CloserRules, rng: Generator
) -> Iterator[Callable[[], Draft | Drop]]:
    frames: dict[MeasuredObject, list[int]] = {}
    for frame, things in enumerate(shown_objects(scene, posed, rules.exclude)):
        for thing in things:
            frames.setdefault(thing, []).append(frame)
    tried = [(thing, *pair) for thing, shown in frames.items() for pair in combinations(shown, 2)]
    made: dict[tuple[int, str], int] = {}
    for index in rng.permutation(len(tried))[: rules.draws.whole]:
        yield partial(_ask, scene, posed, rules, tried[index], made, rng)


def _ask(
    scene: MeasuredScene,
    posed: PosedFrames,
    rules: CloserRules,
    tried: Tried,
    made: dict[tuple[int, str], int],
    rng: Generator,
) -> Draft | Drop:
    thing, first, last = tried
    before, after = (camera_distances(scene, posed, frame, thing) for frame in (first, last))
    if before is None or after is None:
        return Drop("the object has no surface")
    change = after.surface - before.surface
    near, far = sorted((before.surface, after.surface))
    if abs(change) < rules.min_change.value or far < rules.min_ratio.value * near:
        return Drop("the distance changes too little")
    if not _all_change_alike(before, after):
        return Drop("surface, box and picture disagree on the change of the distance")
    if not posed.is_tracked(first, last, rules.lost.value):
        return Drop(LOST)
    word = rules.words[0 if change < 0 else 1]
    if made.get((thing.instance, word), 0) >= rules.per_object.whole:
        return Drop("the object has its maximum of questions with this answer")
    made[thing.instance, word] = made.get((thing.instance, word), 0) + 1
    return Draft(
        question_type="closer_or_farther",
        question=rules.question.format(
            object=thing.category, i=number_of(first), j=number_of(last), n=len(posed)
        ),
        answer=word,
        choices=tuple(rng.permutation(rules.words).tolist()),
        evidence=Evidence(
            objects=(EvidenceObject("measured", thing.instance, thing.category),),
            value=change,
            margin=abs(change),
            measures=(
                Measure("first frame", before.surface, "m"),
                Measure("second frame", after.surface, "m"),
                Measure("boxes", after.box - before.box, "m"),
                Measure("nearest seen point", after.seen - before.seen, "m"),
            ),
            moments=moments(posed, first, last),
        ),
        draw=partial(_shapes, scene, posed, tried),
        frames=every_frame(posed),
    )


def _all_change_alike(before: CameraDistances, after: CameraDistances) -> bool:
    """Return whether the distances to surface, box and nearest seen point all shrink, or all grow."""
    changes = (after.surface - before.surface, after.box - before.box, after.seen - before.seen)
    return all(change < 0 for change in changes) or all(change > 0 for change in changes)


def _shapes(scene: MeasuredScene, posed: PosedFrames, tried: Tried) -> tuple[Shape, ...]:
    """The two cameras, the path between them, a line from each to the object, and its outlines."""
    thing, *frames = tried
    found = [*path_shape(posed, *frames)]
    for frame in frames:
        found += camera_shapes(posed, frame)
        found += nearest_line(scene, posed, frame, thing, "answer")
        found.append(outline(posed, frame, thing, answer=True))
    return tuple(found)


def _explain(row: Row) -> str:
    (name,), (first, last) = objects_in_words(row), seconds_in_words(row)
    before, after = (measure_value(row, f"{which} frame") for which in ("first", "second"))
    change = row["evidence"]["value"]
    words = f"from {first} to {last} the camera's distance to {name} {'grows' if change > 0 else 'shrinks'}"
    if before is None or after is None:
        return f"{words} by {abs(change):.2f} m"
    return f"{words} from {before:.2f} m to {after:.2f} m"


def _definition(_rules: Stated, _measurement: Stated) -> str:
    return (
        "The distances from the camera's centre to the nearest point of the object's surface in two frames "
        "are compared. Both frames show the object. The distances to its box and to the nearest point that "
        "each frame shows change in the same way."
    )


def _words(rules: CloserRules, _question_type: str) -> Sequence[str]:
    return rules.words


TOPIC = Topic(
    name="closer_or_farther",
    title="closer or farther",
    rules=CloserRules,
    generate=closer_or_farther,
    most=most,
    explain=_explain,
    definition=_definition,
    kind="word",
    margin=Margin(unit="m", words="The distance changes by {}", rule="min_change"),
    thinned="directions",
    needs_cameras=True,
    near_miss=other_word,
    words=_words,
)
