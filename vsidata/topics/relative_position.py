"""The position of an object relative to another in one frame: left or right, near or far, up or down."""

import math
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import combinations
from math import comb
from typing import Annotated, Literal, NamedTuple

from numpy.random import Generator

from vsidata.measuring.measure import MeasuredObject, MeasuredScene
from vsidata.measuring.posed import PosedFrames, Quantity
from vsidata.rules.constant import Angle, Count, Labels, Length, Rules, WithoutNulls, places_for
from vsidata.scene import OrientedBox
from vsidata.topics import shapes as drawn
from vsidata.topics.camera_distances import CameraDistances, camera_distances
from vsidata.topics.candidates import capped, capped_number, in_turn
from vsidata.topics.question import Draft, Drop, Evidence, EvidenceObject, Measure, Role, Shape
from vsidata.topics.shown_frames import (
    NO_CAMERAS,
    TOO_STEEP,
    camera_shapes,
    every_frame,
    moments,
    never_refused,
    number_of,
    outline,
    seconds_in_words,
    shown_objects,
)
from vsidata.topics.topic import Margin, Row, Stated, Topic, measure_value, objects_in_words, other_word

Compared = Literal["left_right", "near_far", "up_down"]


class PositionKind(Rules):
    """One kind of question.

    Attributes:
        question: the text, with `{a}`, the asked object, `{b}`, the other object, `{i}`, the number of the
            frame, and `{n}`, the number of frames.
        compares: the axis of the camera: to the right, forward, or down.
        words: the answers if the asked object comes first along that axis, and if it comes last.
    """

    question: Annotated[str, places_for("a", "b", "i", "n")]
    compares: Compared
    words: tuple[str, str]


class RelativePositionRules(Rules):
    """Rules of relative positions.

    Attributes:
        by_default: whether the topic is asked if the user does not choose topics.
        kinds: question type → kind.
        min_gap: the boxes are at least this far apart along the camera's axis; also the distances from the
            camera (near or far) and the heights in the room (up or down).
        min_angle: the pixels of the two objects are at least this far apart in the picture; also in bearing
            (left or right).
        steepest: the largest angle between the camera and the horizontal for up and down.
        exclude: words that are not asked about.
        draws: most pairs of objects in frames that are tried per kind.
        per_scene: most questions of one kind from one scene.
    """

    by_default: bool = True
    kinds: Annotated[dict[str, PositionKind], WithoutNulls]
    min_gap: Length
    min_angle: Angle
    steepest: Angle
    exclude: tuple[Labels, ...] = ()
    draws: Count
    per_scene: Count | None = None


class Pair(NamedTuple):
    """Two objects in a frame that shows both.

    Attributes:
        frame: the frame.
        things: the asked object and the other one.
        boxes: their boxes.
        distances: their distances from the camera.
    """

    frame: int
    things: tuple[MeasuredObject, MeasuredObject]
    boxes: tuple[OrientedBox, OrientedBox]
    distances: tuple[CameraDistances, CameraDistances]


class Order(NamedTuple):
    """The order of two objects by one measure.

    Attributes:
        name: the measure.
        unit: `m` or `rad`.
        gap: the distance between the two ranges; negative if they overlap.
        a_first: whether the range of the asked object comes first.
    """

    name: str
    unit: str
    gap: float
    a_first: bool


def relative_position(
    scene: MeasuredScene, rules: RelativePositionRules, rng: Generator
) -> Iterator[Draft | Drop]:
    """Random pairs of objects in random frames. The answers alternate.

    A word is the answer only if it is right for the boxes along the camera's axis, for the pixels, and in the
    room, where "up" is vertical. Surfaces lie within their boxes. Source: VSTI-Bench's questions.
    """
    if scene.posed is None:
        yield Drop(NO_CAMERAS)
        return
    shown = shown_objects(scene, scene.posed, rules.exclude)
    pairs = [(frame, *two) for frame, things in enumerate(shown) for two in combinations(things, 2)]
    for kind in rules.kinds:
        candidates = _candidates(scene, scene.posed, rules, kind, pairs, rng)
        yield from capped(scene, in_turn(candidates), rules.per_scene, refused=never_refused)


def most(scene: MeasuredScene, rules: RelativePositionRules) -> int:
    """The most questions that a scene can give, by its labels alone."""
    pairs = comb(len(scene.once_only_except(rules.exclude)), 2)
    return len(rules.kinds) * capped_number(min(pairs, rules.draws.whole), rules.per_scene)


def _candidates(
    scene: MeasuredScene,
    posed: PosedFrames,
    rules: RelativePositionRules,
    kind: str,
    pairs: Sequence[tuple[int, MeasuredObject, MeasuredObject]],
    rng: Generator,
) -> Iterator[Callable[[], Draft | Drop]]:
    asked: set[frozenset[int]] = set()  # a pair is asked about in one frame only
    for index in rng.permutation(len(pairs))[: rules.draws.whole]:
        frame, *both = pairs[index]
        if frozenset(thing.instance for thing in both) not in asked:
            a, b = (both[place] for place in rng.permutation(2))
            yield partial(_ask, scene, posed, rules, kind, frame, a, b, asked, rng)


def _ask(
    scene: MeasuredScene,
    posed: PosedFrames,
    rules: RelativePositionRules,
    kind: str,
    frame: int,
    a: MeasuredObject,
    b: MeasuredObject,
    asked: set[frozenset[int]],
    rng: Generator,
) -> Draft | Drop:
    stated = rules.kinds[kind]
    if stated.compares == "left_right" and math.isnan(posed.headings[frame]):
        return Drop(TOO_STEEP)
    if stated.compares == "up_down" and abs(posed.pitches[frame]) > rules.steepest.radians:
        return Drop("the camera is too steep for up and down")
    from_a, from_b = (camera_distances(scene, posed, frame, thing) for thing in (a, b))
    if from_a is None or from_b is None or a.box is None or b.box is None:
        return Drop("an object has no surface")
    pair = Pair(frame, (a, b), (a.box, b.box), (from_a, from_b))
    orders = _ORDERS[stated.compares](posed, pair)
    if any(order.gap <= 0 for order in orders):
        return Drop("the two objects overlap by one of the measures")
    if len({order.a_first for order in orders}) > 1:
        return Drop("camera, picture and room disagree on the word")
    lengths = [order.gap for order in orders if order.unit == "m"]
    if min(lengths) < rules.min_gap.value:
        return Drop("the two objects are too close together")
    if any(order.gap < rules.min_angle.radians for order in orders if order.unit == "rad"):
        return Drop("the two objects are too close together in the picture")
    asked.add(frozenset((a.instance, b.instance)))
    return Draft(
        question_type=kind,
        question=stated.question.format(a=a.category, b=b.category, i=number_of(frame), n=len(posed)),
        answer=stated.words[0 if orders[0].a_first else 1],
        choices=tuple(rng.permutation(stated.words).tolist()),
        evidence=Evidence(
            objects=(
                EvidenceObject("asked", a.instance, a.category),
                EvidenceObject("target", b.instance, b.category),
            ),
            value=orders[0].gap,
            margin=min(lengths),
            measures=tuple(Measure(order.name, order.gap, order.unit) for order in orders),
            moments=moments(posed, frame),
        ),
        draw=partial(_shapes, scene, posed, stated.compares, pair),
        frames=every_frame(posed),
    )


Range = tuple[float, float]


def _left_right(posed: PosedFrames, pair: Pair) -> list[Order]:
    """By the camera's x axis, by the angle in the picture, and by the bearing in the room."""
    boxes = [_along(posed, pair.frame, box, 0) for box in pair.boxes]
    rightward = [_negated(bearing) for bearing in _seen(posed, pair, "bearing")]
    return [
        _order("boxes across", "m", *boxes),
        _order("picture", "rad", *_seen(posed, pair, "across")),
        _order("bearing", "rad", *rightward),
    ]


def _near_far(posed: PosedFrames, pair: Pair) -> list[Order]:
    """By the camera's z axis, and by the distance from its centre."""
    boxes = [_along(posed, pair.frame, box, 2) for box in pair.boxes]
    a, b = pair.distances
    return [
        _order("boxes ahead", "m", *boxes),
        _order("depth", "m", *_seen(posed, pair, "depth")),
        _order("surfaces", "m", (a.surface, a.surface), (b.surface, b.surface)),
        _order("boxes", "m", (a.box, a.box), (b.box, b.box)),
        _order("nearest seen point", "m", (a.seen, a.seen), (b.seen, b.seen)),
    ]


def _up_down(posed: PosedFrames, pair: Pair) -> list[Order]:
    """By the camera's y axis, by the height in the room, and by the angle in the picture."""
    boxes = [_along(posed, pair.frame, box, 1) for box in pair.boxes]
    downward = [_negated(_heights(box)) for box in pair.boxes]
    return [
        _order("boxes down", "m", *boxes),
        _order("height", "m", *downward),
        _order("picture", "rad", *_seen(posed, pair, "down")),
    ]


_ORDERS: dict[Compared, Callable[[PosedFrames, Pair], list[Order]]] = {
    "left_right": _left_right,
    "near_far": _near_far,
    "up_down": _up_down,
}


def _order(name: str, unit: str, a: Range, b: Range) -> Order:
    before, after = b[0] - a[1], a[0] - b[1]
    return Order(name, unit, max(before, after), before > after)


def _seen(posed: PosedFrames, pair: Pair, quantity: Quantity) -> list[Range]:
    """The range of a quantity over the pixels that show each object."""
    return [posed.extent(quantity, pair.frame, thing.instance) for thing in pair.things]


def _along(posed: PosedFrames, frame: int, box: OrientedBox, axis: int) -> Range:
    """The range of a box along an axis of the camera, metres."""
    along = posed.in_camera(frame, box.corners)[:, axis]
    return float(along.min()), float(along.max())


def _heights(box: OrientedBox) -> Range:
    """The lowest and the highest corner of a box in the room, metres."""
    return float(box.corners[:, 2].min()), float(box.corners[:, 2].max())


def _negated(one: Range) -> Range:
    return -one[1], -one[0]


def _shapes(scene: MeasuredScene, posed: PosedFrames, compares: Compared, pair: Pair) -> tuple[Shape, ...]:
    """The camera, a line to each object with what was compared, and their outlines in the picture."""
    frame, center = pair.frame, posed.centers[pair.frame]
    found = [*camera_shapes(posed, frame)]
    for place, thing in enumerate(pair.things):
        surfaces = scene.nearest_to_cameras(thing)
        end = pair.boxes[place].center if compares != "near_far" or surfaces is None else surfaces[frame]
        role: Role = "given" if place else "answer"
        found.append(drawn.line(center, end, role=role, label=_label(posed, compares, pair, place)))
    found += [outline(posed, frame, thing, not place) for place, thing in enumerate(pair.things)]
    return tuple(found)


def _label(posed: PosedFrames, compares: Compared, pair: Pair, place: int) -> str:
    match compares:
        case "left_right":
            middle = sum(posed.extent("across", pair.frame, pair.things[place].instance)) / 2
            return f"{abs(math.degrees(middle)):.0f}° {'left' if middle < 0 else 'right'}"
        case "near_far":
            return f"{pair.distances[place].surface:.2f} m"
        case "up_down":
            low, high = (round(height, 2) + 0.0 for height in _heights(pair.boxes[place]))
            return f"{low:.2f} to {high:.2f} m high"


def _explain(row: Row) -> str:
    (seconds,), (a, b) = seconds_in_words(row), objects_in_words(row)
    words = (
        f"at {seconds}, the boxes of {a} and {b} are {row['evidence']['value']:.2f} m apart along the "
        "camera's axis"
    )
    for name, phrase in (("surfaces", "their distances from the camera"), ("height", "their heights")):
        metres = measure_value(row, name)
        if metres is not None:
            words += f"; {phrase} differ by {metres:.2f} m"
    angle = measure_value(row, "picture")
    return words if angle is None else f"{words}; in the picture they are {math.degrees(angle):.0f}° apart"


def _definition(_rules: Stated, _measurement: Stated) -> str:
    return (
        "The boxes of two objects are compared along the axes of the camera: to the right, forward, or down. "
        "The word is also right for the pixels that show them, and in the room: for left and right by their "
        "bearings from the camera, for near and far by their distances from it, for up and down by their "
        "heights."
    )


def _words(rules: RelativePositionRules, question_type: str) -> Sequence[str]:
    return rules.kinds[question_type].words


TOPIC = Topic(
    name="relative_position",
    title="relative position in a frame",
    rules=RelativePositionRules,
    generate=relative_position,
    most=most,
    explain=_explain,
    definition=_definition,
    kind="word",
    margin=Margin(unit="m", words="The answer would change after another {}", rule="min_gap"),
    thinned="directions",
    needs_cameras=True,
    near_miss=other_word,
    words=_words,
)
