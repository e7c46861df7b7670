"""The direction of an object for a person who stands by a second object and faces a third object."""

import math
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from itertools import combinations
from typing import Annotated

from numpy.random import Generator

from vsidata.errors import DegenerateGeometry
from vsidata.geometry.bearing import signed_bearing, signed_bearings
from vsidata.measuring.measure import MeasuredObject, MeasuredScene
from vsidata.rules.constant import Angle, Count, Labels, Length, Rules, places_for
from vsidata.scene import Array
from vsidata.topics import shapes as drawn
from vsidata.topics.candidates import Candidate, capped, capped_number, in_turn
from vsidata.topics.question import Draft, Drop, Evidence, EvidenceObject, Shape
from vsidata.topics.released import UnresolvedError, position_of
from vsidata.topics.sectors import (
    Direction,
    Sectors,
    beyond_nearest_edge,
    direction_of,
    sector_shapes,
    strays,
)
from vsidata.topics.topic import Margin, Row, Stated, Topic, objects_in_words

_POSITIONS = {
    "box_center": "The position of an object is the middle of its box.",
    "vertex_mean": "The position of an object is the mean of its vertices.",
}


class DirectionKind(Rules):
    """One kind of direction question.

    Attributes:
        question: the text, with `{observer}`, `{facing}` and `{asked}`.
        sectors: word → start and end of its sector, degrees counter-clockwise from the facing direction seen
            from above, in [0, 360]. Sectors do not overlap. A bearing outside all sectors is not asked about.
        lettered: True for a choice of letters; False if the word itself is the answer.
    """

    question: Annotated[str, places_for("observer", "facing", "asked")]
    sectors: Sectors
    lettered: bool


class RelativeDirectionRules(Rules):
    """Rules of relative directions.

    Attributes:
        kinds: question type → kind.
        nearest, farthest: limits of the distance between the boxes of any two of the three objects; None for
            no limit.
        margin: the bearing must be at least this far inside its sector; None for no limit.
        stray_corners: largest number of corners of the asked object's box that may be in another sector;
            None for no limit.
        draws: largest number of triples of objects that are tried per kind in one scene.
        words_in_turn: whether the kept questions of a kind alternate between the answers, so that rare
            answers are kept. Otherwise the questions that were drawn first are kept.
        exclude: words that are not asked about.
        per_scene: largest number of questions of one kind from one scene.
    """

    kinds: dict[str, DirectionKind]
    nearest: Length | None = None
    farthest: Length | None = None
    margin: Angle | None = None
    stray_corners: Count | None = None
    draws: Count
    words_in_turn: bool = False
    exclude: tuple[Labels, ...] = ()
    per_scene: Count | None = None


def object_rel_direction(
    scene: MeasuredScene, rules: RelativeDirectionRules, rng: Generator
) -> Iterator[Draft | Drop]:
    """Triples of objects that each occur once, drawn at random. Source: VSI-Bench keys, 954 of 954."""
    things = scene.once_only_except(rules.exclude)
    for question_type in rules.kinds:
        triples = draw_triples(len(things), rules.draws.whole, rng)
        drawn = (
            partial(_ask, scene, rules, question_type, (things[p], things[o], things[q]), rng)
            for p, o, q in triples
        )
        candidates: Iterator[Candidate] = drawn
        if rules.words_in_turn:
            candidates = in_turn(drawn)
        yield from capped(scene, candidates, rules.per_scene)


def most(scene: MeasuredScene, rules: RelativeDirectionRules) -> int:
    """The largest possible number of questions about a scene, from its labels alone."""
    triples = math.perm(len(scene.once_only_except(rules.exclude)), 3)
    return len(rules.kinds) * capped_number(min(triples, rules.draws.whole), rules.per_scene)


def draw_triples(count: int, draws: int, rng: Generator) -> Iterator[tuple[int, int, int]]:
    """Up to `draws` different triples of indices below `count`, in random order.

    A triple is ordered, and its three indices are different.
    """
    total = count * (count - 1) * (count - 2)
    if total <= 0:
        return
    for code in rng.choice(total, min(total, draws), replace=False):
        first, rest = divmod(int(code), (count - 1) * (count - 2))
        second, third = divmod(rest, count - 2)
        # So far, `second` and `third` count only the indices that are left. Move them past the earlier picks.
        second += second >= first
        for taken in sorted((first, second)):
            third += third >= taken
        yield first, second, third


def _ask(
    scene: MeasuredScene,
    rules: RelativeDirectionRules,
    question_type: str,
    triple: tuple[MeasuredObject, MeasuredObject, MeasuredObject],
    rng: Generator,
) -> Draft | Drop:
    kind = rules.kinds[question_type]
    observer, facing, asked = triple
    if asked.box is None or not all(thing.askable for thing in triple):
        return Drop("an object is too small or has no box")
    if observer.position is None or facing.position is None or asked.position is None:
        return Drop("the source has no vertices for the positions of objects")
    for a, b in combinations(triple, 2):
        metres = scene.distance(a, b, "boxes")
        if rules.nearest and (metres is None or metres < rules.nearest.value):
            return Drop("two of the three objects are too close together")
        if rules.farthest and (metres is None or metres > rules.farthest.value):
            return Drop("two of the three objects are too far apart")
    try:
        seen = direction(kind, observer.position, facing.position, asked.position)
        if seen.word is None:
            return Drop("the bearing is outside all sectors of the question")
        if rules.margin and seen.margin < rules.margin.radians:
            return Drop("the bearing is too close to a sector's edge")
        bearings = signed_bearings(observer.position, facing.position, asked.box.corners)
        astray = strays(kind.sectors, seen.word, bearings)
        if rules.stray_corners and astray > rules.stray_corners.value:
            return Drop("too much of the asked object is in another sector")
    except DegenerateGeometry:
        return Drop("the observer stands on one of the other objects")
    roles = {"observer": observer, "facing": facing, "asked": asked}
    choices = tuple(rng.permutation(list(kind.sectors)).tolist())
    return Draft(
        question_type=question_type,
        question=kind.question.format(**{role: thing.category for role, thing in roles.items()}),
        answer=seen.word,
        choices=choices if kind.lettered else None,
        evidence=Evidence(
            objects=tuple(
                EvidenceObject(role, thing.instance, thing.category) for role, thing in roles.items()
            ),
            value=seen.bearing,
            margin=seen.margin,
        ),
        draw=partial(shapes, kind, rules.margin, seen, observer.position, facing.position, asked.position),
    )


def shapes(
    kind: DirectionKind, margin: Angle | None, seen: Direction, observer: Array, facing: Array, asked: Array
) -> tuple[Shape, ...]:
    """The sectors around the observer, the margins along their edges, and arrows to the other two objects."""
    ahead = math.atan2(facing[1] - observer[1], facing[0] - observer[0])
    radius = max(math.dist(observer[:2], facing[:2]), math.dist(observer[:2], asked[:2]))
    found = sector_shapes(kind.sectors, margin, seen.word, observer, ahead, radius)
    found.append(drawn.arrow(observer, facing, role="given"))
    found.append(drawn.arrow(observer, asked, role="answer", label=f"{abs(math.degrees(seen.bearing)):.0f}°"))
    return tuple(found)


def direction(kind: DirectionKind, observer: Array, facing: Array, asked: Array) -> Direction:
    """The bearing of a point and its sector.

    Args:
        kind: the sectors.
        observer, facing, asked: (3,) metres, room frame; heights are ignored.

    Raises:
        DegenerateGeometry: the observer stands on the facing or the asked point.
    """
    return direction_of(kind.sectors, signed_bearing(observer, facing, asked))


def _explain(row: Row) -> str:
    observer, facing, asked = objects_in_words(row)
    value, margin = row["evidence"]["value"], row["evidence"]["margin"]
    return (
        f"standing by {observer}, facing {facing}: "
        f"{asked} is {abs(math.degrees(value)):.0f}° to the {'left' if value > 0 else 'right'}, "
        f"{math.degrees(margin):.0f}° from where the answer would change"
    )


def _definition(_rules: Stated, measurement: Stated) -> str:
    return (
        "The bearing of the object is measured, seen from above, for a person who stands by one object and "
        f"faces another. {_POSITIONS.get(measurement['position'], '')}"
    ).rstrip()


def _answer(
    scene: MeasuredScene, rules: RelativeDirectionRules, question_type: str, words: Mapping[str, str]
) -> str:
    places = [position_of(scene, words[role]) for role in ("observer", "facing", "asked")]
    try:
        return str(direction(rules.kinds[question_type], *places).word)
    except DegenerateGeometry as error:
        raise UnresolvedError("two of the objects stand at one point") from error


def _near_miss(row: Row, rules: RelativeDirectionRules, _others: Sequence[str]) -> str | None:
    return beyond_nearest_edge(rules.kinds[row["question_type"]].sectors, row)


def _words(rules: RelativeDirectionRules, question_type: str) -> Sequence[str]:
    return tuple(rules.kinds[question_type].sectors)


TOPIC = Topic(
    name="object_rel_direction",
    title="relative direction",
    rules=RelativeDirectionRules,
    generate=object_rel_direction,
    most=most,
    explain=_explain,
    definition=_definition,
    kind="word",
    margin=Margin(unit="rad", words="The answer would change after another {}", rule="margin"),
    seen_share=1.0,
    thinned="directions",
    answer=_answer,
    near_miss=_near_miss,
    words=_words,
)
