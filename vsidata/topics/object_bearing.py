"""The direction of an object from the camera of one frame, whether the frame shows the object or not."""

import math
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Annotated

import numpy as np
from numpy.random import Generator

from vsidata.measuring.measure import MeasuredObject, MeasuredScene
from vsidata.measuring.posed import PosedFrames, wrapped
from vsidata.rules.constant import Angle, Count, Labels, Length, Rules, WithoutNulls, places_for
from vsidata.scene import Array, OrientedBox
from vsidata.topics import shapes as drawn
from vsidata.topics.candidates import Candidate, capped, capped_number, in_turn
from vsidata.topics.question import Draft, Drop, Evidence, EvidenceObject, Measure, Shape
from vsidata.topics.sectors import (
    Direction,
    Sectors,
    beyond_nearest_edge,
    direction_of,
    sector_shapes,
    strays,
)
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
)
from vsidata.topics.topic import Margin, Row, Stated, Topic, objects_in_words


class BearingKind(Rules):
    """One kind of question.

    Attributes:
        question: the text, with `{object}`, `{i}`, the number of the frame, and `{n}`, the number of frames.
        sectors: word → start and end of its sector, degrees counter-clockwise from the camera's heading, seen
            from above, in [0, 360]; None if the answer is in degrees clockwise.
        margin: the bearing must be at least this far inside its sector. For degrees, it is the smallest angle
            to the heading, to either side.
    """

    question: Annotated[str, places_for("object", "i", "n")]
    sectors: Sectors | None = None
    margin: Angle


class BearingRules(Rules):
    """Rules of the direction of an object.

    Attributes:
        by_default: whether the topic is asked if the user does not choose topics.
        kinds: question type → kind.
        nearest: the smallest level distance from the camera to the middle of the object's footprint.
        stray_corners: largest number of corners of the object's box that may be in another sector.
        disagreement: for degrees, the largest angle between the bearings of the box and of the surface.
        level: degrees are asked only if the optical axis is within this angle of the horizontal.
        exclude: words that are not asked about.
        draws: largest number of pairs of a frame and an object that are tried per kind in one scene.
        per_object: largest number of questions of one kind about one object in one scene.
        per_scene: largest number of questions of one kind from one scene.
    """

    by_default: bool = True
    kinds: Annotated[dict[str, BearingKind], WithoutNulls]
    nearest: Length
    stray_corners: Count
    disagreement: Angle
    level: Angle
    exclude: tuple[Labels, ...] = ()
    draws: Count
    per_object: Count
    per_scene: Count | None = None


def object_bearing(scene: MeasuredScene, rules: BearingRules, rng: Generator) -> Iterator[Draft | Drop]:
    """The direction of an object from a camera, for random objects and frames.

    The frame shows the object, or the object is certainly not in it and an earlier frame shows it.

    Source: questions of OST-Bench and MMSI-Bench.
    """
    posed = scene.posed
    if posed is None:
        yield Drop(NO_CAMERAS)
        return
    things = scene.once_only_except(rules.exclude)
    for kind in rules.kinds:
        made: dict[int, int] = {}
        pairs = rng.permutation(len(posed) * len(things))[: rules.draws.whole]
        places = (divmod(int(pair), len(things)) for pair in pairs)
        asked = (partial(_ask, posed, rules, kind, frame, things[at], rng) for frame, at in places)
        candidates = (partial(_once, ask, rules.per_object.whole, made) for ask in in_turn(asked))
        yield from capped(scene, candidates, rules.per_scene, refused=never_refused)


def most(scene: MeasuredScene, rules: BearingRules) -> int:
    """The largest number of questions that a scene can give, by its labels alone."""
    things = len(scene.once_only_except(rules.exclude)) * rules.per_object.whole
    return len(rules.kinds) * capped_number(min(things, rules.draws.whole), rules.per_scene)


def _once(ask: Candidate, limit: int, made: dict[int, int]) -> Draft | Drop | None:
    """Leave out questions about an object that has enough of them."""
    outcome = ask()
    if not isinstance(outcome, Draft):
        return outcome
    instance = outcome.evidence.objects[0].instance
    if made.get(instance, 0) >= limit:
        return None
    made[instance] = made.get(instance, 0) + 1
    return outcome


def _ask(
    posed: PosedFrames, rules: BearingRules, name: str, frame: int, thing: MeasuredObject, rng: Generator
) -> Draft | Drop:
    kind = rules.kinds[name]
    shown_in = _shown_in(posed, frame, thing)
    if isinstance(shown_in, Drop):
        return shown_in
    box = thing.box
    if box is None or not thing.askable:
        return Drop("the object is too small or has no box")
    if math.isnan(posed.headings[frame]):
        return Drop(TOO_STEEP)
    offset = box.center - posed.centers[frame]
    metres = float(np.hypot(*offset[:2]))
    if metres < rules.nearest.value:
        return Drop("the camera is above the object or close to it")
    bearing, by_surface, *corners = _bearings(posed, frame, thing, box)
    if np.abs(_turns(np.array(corners), bearing)).max() >= math.pi / 2:
        return Drop("the object surrounds the camera")
    others = {"surface": by_surface}
    if shown_in == frame:
        low, high = posed.extent("bearing", frame, thing.instance)
        others["visible part"] = (low + high) / 2
    if kind.sectors is None:
        outcome = _degrees(posed, rules, kind, frame, bearing, others)
    else:
        right, _, ahead = offset @ posed.poses[frame, :3, :3]
        others["camera's axes"] = math.atan2(-right, ahead)
        outcome = _word(rules, kind, kind.sectors, bearing, others, np.array(corners))
    if isinstance(outcome, Drop):
        return outcome
    number = outcome.word is None
    choices = None if kind.sectors is None else tuple(rng.permutation(list(kind.sectors)).tolist())
    return Draft(
        question_type=name,
        question=kind.question.format(object=thing.category, i=number_of(frame), n=len(posed)),
        answer=outcome.word or f"{math.degrees(-bearing % (2 * math.pi)):.0f}",
        unit="°" if number else None,
        choices=choices,
        evidence=Evidence(
            objects=(EvidenceObject("asked", thing.instance, thing.category),),
            value=bearing,
            margin=None if number else outcome.margin,
            measures=(
                Measure("level", metres, "m"),
                *(Measure(of, value, "rad") for of, value in others.items()),
            ),
            moments=moments(posed, *dict.fromkeys((frame, shown_in))),
        ),
        draw=partial(_shapes, posed, kind, outcome, frame, shown_in, thing, box.center),
        frames=every_frame(posed),
    )


def _shown_in(posed: PosedFrames, frame: int, thing: MeasuredObject) -> int | Drop:
    """The frame itself if it shows the object; the last earlier frame that does if this one lacks it."""
    if posed.shows(frame, thing.instance):
        return frame
    if not posed.lacks(frame, thing.instance):
        return Drop("it is not certain whether the frame shows the object")
    earlier = (one for one in range(frame - 1, -1, -1) if posed.shows(one, thing.instance))
    return next(earlier, Drop("the frame does not show the object, and no earlier frame does"))


def _bearings(posed: PosedFrames, frame: int, thing: MeasuredObject, box: OrientedBox) -> list[float]:
    """The bearings of the box's middle, of the surface's middle, and of the corners of the box."""
    surface = box.center if thing.vertices is None else thing.vertices.mean(axis=0)
    offsets = np.vstack([box.center, surface, box.corners]) - posed.centers[frame]
    angles = np.arctan2(offsets[:, 1], offsets[:, 0])
    return [wrapped(float(angle)) for angle in angles - posed.headings[frame]]


def _turns(bearings: Array, start: float) -> Array:
    """(n,) the signed turns from one bearing to others, radians in [-pi, pi)."""
    return np.asarray((bearings - start + math.pi) % (2 * math.pi) - math.pi)


def _degrees(
    posed: PosedFrames,
    rules: BearingRules,
    kind: BearingKind,
    frame: int,
    bearing: float,
    others: dict[str, float],
) -> Direction | Drop:
    if abs(posed.pitches[frame]) > rules.level.radians:
        return Drop("the camera points too far up or down for an angle in degrees")
    if abs(bearing) < kind.margin.radians:
        return Drop("the object is almost straight ahead")
    if np.abs(_turns(np.array([*others.values()]), bearing)).max() > rules.disagreement.radians:
        return Drop("box, surface and visible part of the object disagree on the direction")
    return Direction(bearing, None, math.inf)


def _word(
    rules: BearingRules,
    kind: BearingKind,
    sectors: Sectors,
    bearing: float,
    others: dict[str, float],
    corners: Array,
) -> Direction | Drop:
    seen = direction_of(sectors, bearing)
    if seen.word is None:
        return Drop("the direction is outside all sectors of the question")
    if seen.margin < kind.margin.radians:
        return Drop("the direction is too close to a sector's edge")
    if strays(sectors, seen.word, corners) > rules.stray_corners.value:
        return Drop("too much of the object is in another sector")
    if strays(sectors, seen.word, np.array([*others.values()])):
        return Drop("box, surface, visible part and the camera's own axes disagree on the word")
    return seen


def _shapes(
    posed: PosedFrames,
    kind: BearingKind,
    seen: Direction,
    frame: int,
    shown_in: int,
    thing: MeasuredObject,
    to: Array,
) -> tuple[Shape, ...]:
    """The sectors around the camera, an arrow to the object, and its outline in the frame that shows it."""
    center, heading = posed.centers[frame], float(posed.headings[frame])
    metres = math.dist(center[:2], to[:2])
    if kind.sectors is None:
        clockwise = -seen.bearing % (2 * math.pi)
        found = [drawn.sector(center, metres, heading - clockwise, heading, "answer")]
        label = f"{math.degrees(clockwise):.0f}°"
    else:
        found = sector_shapes(kind.sectors, kind.margin, seen.word, center, heading, metres)
        label = f"{abs(math.degrees(seen.bearing)):.0f}°"
    earlier = () if shown_in == frame else camera_shapes(posed, shown_in)
    return (
        *found,
        *earlier,
        *camera_shapes(posed, frame),
        drawn.arrow(center, to, role="answer", label=label),
        outline(posed, shown_in, thing, answer=True),
    )


def _explain(row: Row) -> str:
    (name,) = objects_in_words(row)
    seconds, *earlier = seconds_in_words(row)
    value, margin = row["evidence"]["value"], row["evidence"]["margin"]
    side = "left" if value > 0 else "right"
    words = f"at {seconds} {name} is {abs(math.degrees(value)):.0f}° to the {side} of the camera's heading"
    if earlier:
        words += f", out of view; it was last seen at {earlier[0]}"
    if margin is None:
        return f"{words}; that is {math.degrees(-value % (2 * math.pi)):.0f}° clockwise"
    return f"{words}; the answer would change after another {math.degrees(margin):.0f}°"


def _definition(_rules: Stated, _measurement: Stated) -> str:
    return (
        "The level direction from the camera to the middle of the object's box is measured, relative to the "
        "camera's heading, seen from above. The heading is the optical axis, projected on the floor. An "
        "object out of view is well outside the picture or well behind the mesh, and an earlier frame shows "
        "it."
    )


def _near_miss(row: Row, rules: BearingRules, _others: Sequence[str]) -> str | None:
    sectors = rules.kinds[row["question_type"]].sectors
    return None if sectors is None else beyond_nearest_edge(sectors, row)


def _words(rules: BearingRules, question_type: str) -> Sequence[str]:
    return tuple(rules.kinds[question_type].sectors or ())


TOPIC = Topic(
    name="object_bearing",
    title="direction of an object from the camera",
    rules=BearingRules,
    generate=object_bearing,
    most=most,
    explain=_explain,
    definition=_definition,
    kind="both",
    unit="°",
    margin=Margin(unit="rad", words="The answer would change after another {}", rule="margin"),
    thinned="directions",
    needs_cameras=True,
    near_miss=_near_miss,
    words=_words,
)
