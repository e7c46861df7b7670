"""The direction in which the camera moved between two frames, relative to its heading at the start."""

import math
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Annotated

import numpy as np
from numpy.random import Generator

from vsidata.measuring.measure import MeasuredScene
from vsidata.measuring.posed import PosedFrames, wrapped
from vsidata.rules.constant import Angle, Count, Duration, Length, Multiple, Rules, WithoutNulls, places_for
from vsidata.scene import Array
from vsidata.topics import shapes as drawn
from vsidata.topics.candidates import capped, capped_number, in_turn
from vsidata.topics.question import Draft, Drop, Evidence, Measure, Shape
from vsidata.topics.sectors import Direction, Sectors, beyond_nearest_edge, direction_of, sector_shapes
from vsidata.topics.shown_frames import (
    LOST,
    NO_CAMERAS,
    TOO_STEEP,
    camera_shapes,
    every_frame,
    moments,
    never_refused,
    number_of,
    pairs_of_frames,
    path_between,
    path_shape,
    seconds_in_words,
)
from vsidata.topics.topic import Margin, Row, Stated, Topic, measure_value


class ShortestMovements(Rules):
    """The shortest level distances that are asked about.

    Attributes:
        four, three, two: the distance for questions with this number of options; None for no such questions.
    """

    four: Length | None = None
    three: Length | None = None
    two: Length | None = None

    def options(self, metres: float) -> list[int]:
        """The numbers of options that questions about a distance may have."""
        limits = {4: self.four, 3: self.three, 2: self.two}
        return [number for number, limit in limits.items() if limit and metres >= limit.value]


class MovementKind(Rules):
    """One kind of question.

    Attributes:
        question: the text, with `{i}` and `{j}`, the numbers of the frames, `{n}`, the number of frames, and
            `{options}`.
        sectors: word → start and end of its sector, degrees counter-clockwise from the heading in the first
            frame, seen from above, in [0, 360].
        margin: the bearing must be at least this far inside its sector.
        shortest: the shortest level distances. Each question has one of the numbers of options that its
            distance allows, drawn at random.
    """

    question: Annotated[str, places_for("i", "j", "n", "options")]
    sectors: Sectors
    margin: Angle
    shortest: ShortestMovements


class MovementRules(Rules):
    """Rules of the direction of the camera's movement.

    Attributes:
        by_default: whether the topic is asked if the user does not choose topics.
        kinds: question type → kind.
        rise: the largest change of the camera's height, as a multiple of the level distance.
        path: the longest path, as a multiple of the level distance.
        step: within half a second, the camera must not move this far or farther in another direction.
        astray: another direction is one that differs from the whole movement by more than this angle.
        lost: a question is not asked if the camera is unknown for longer than this between its frames.
        draws: largest number of pairs of frames that are tried in one scene.
        per_scene: largest number of questions of one kind from one scene.
    """

    by_default: bool = True
    kinds: Annotated[dict[str, MovementKind], WithoutNulls]
    rise: Multiple
    path: Multiple
    step: Length
    astray: Angle
    lost: Duration
    draws: Count
    per_scene: Count | None = None


def camera_direction(scene: MeasuredScene, rules: MovementRules, rng: Generator) -> Iterator[Draft | Drop]:
    """The direction of the camera's movement, for random pairs of frames between which it moves straight.

    Source: VSTI-Bench's question, and MindCube's words for diagonals. VSTI-Bench reads the larger of the
    camera's own x and z. Here the level direction counts, and both must give the same word.
    """
    posed = scene.posed
    if posed is None:
        yield Drop(NO_CAMERAS)
        return
    for kind in rules.kinds:
        pairs = pairs_of_frames(len(posed), rules.draws.whole, rng)
        asked = (partial(_ask, posed, rules, kind, first, last, rng) for first, last in pairs)
        yield from capped(scene, in_turn(asked), rules.per_scene, refused=never_refused)


def most(_scene: MeasuredScene, rules: MovementRules) -> int:
    """The largest number of questions that a scene can give."""
    return len(rules.kinds) * capped_number(rules.draws.whole, rules.per_scene)


def _ask(
    posed: PosedFrames, rules: MovementRules, name: str, first: int, last: int, rng: Generator
) -> Draft | Drop:
    kind = rules.kinds[name]
    moved = posed.centers[last] - posed.centers[first]
    level, rise = float(np.hypot(*moved[:2])), float(moved[2])
    numbers = kind.shortest.options(level)
    if not numbers:
        return Drop("the camera moved less than the shortest distance asked about")
    if math.isnan(heading := float(posed.headings[first])):
        return Drop(TOO_STEEP)
    if not posed.is_tracked(first, last, rules.lost.value):
        return Drop(LOST)
    if abs(rise) > rules.rise.value * level:
        return Drop("the camera moved too far up or down")
    path = path_between(posed, first, last)[:, :2]
    walked = float(np.hypot(*np.diff(path, axis=0).T).sum())
    if walked > rules.path.value * level:
        return Drop("the camera's path is much longer than the straight line")
    widest = _widest_step(path, rules.step.value)
    if widest > rules.astray.radians:
        return Drop("the camera moved in another direction for a while")
    seen = direction_of(kind.sectors, wrapped(math.atan2(moved[1], moved[0]) - heading))
    if seen.word is None:
        return Drop("the direction is outside all sectors of the question")
    if seen.margin < kind.margin.radians:
        return Drop("the direction is too close to a sector's edge")
    x, _, z = moved @ posed.poses[first, :3, :3]
    by_axes = math.atan2(-x, z)
    if direction_of(kind.sectors, by_axes).word != seen.word:
        return Drop("the camera's own axes give another word than the level direction")
    choices = _choices(tuple(kind.sectors), seen.word, int(rng.choice(numbers)), rng)
    return Draft(
        question_type=name,
        question=kind.question.format(
            i=number_of(first), j=number_of(last), n=len(posed), options=_listed(choices)
        ),
        answer=seen.word,
        choices=choices,
        evidence=Evidence(
            objects=(),
            value=seen.bearing,
            margin=seen.margin,
            measures=(
                Measure("level", level, "m"),
                Measure("rise", rise, "m"),
                Measure("path", walked, "m"),
                Measure("camera's axes", by_axes, "rad"),
                Measure("widest step", widest, "rad"),
            ),
            moments=moments(posed, first, last),
        ),
        draw=partial(_shapes, posed, kind, seen, first, last, level),
        frames=every_frame(posed),
    )


def _widest_step(path: Array, least: float) -> float:
    """The largest angle between a step of at least this length and the whole movement, radians; 0 for none.

    Args:
        path: (n, 2) places, metres.
        least: metres.
    """
    steps = np.diff(path, axis=0)
    steps = steps[np.hypot(*steps.T) >= least]
    whole = path[-1] - path[0]
    angles = np.arctan2(steps @ np.array([-whole[1], whole[0]]), steps @ whole)
    return float(np.abs(angles).max(initial=0))


def _choices(words: Sequence[str], answer: str, number: int, rng: Generator) -> tuple[str, ...]:
    """The answer and random other words, in random order."""
    others = rng.permutation([word for word in words if word != answer])[: number - 1]
    return tuple(rng.permutation([answer, *others]).tolist())


def _listed(choices: Sequence[str]) -> str:
    """The options in a sentence: `a and b`, or `a, b, and c`."""
    *firsts, last = choices
    return f"{', '.join(firsts)}{',' if len(firsts) > 1 else ''} and {last}"


def _shapes(
    posed: PosedFrames, kind: MovementKind, seen: Direction, first: int, last: int, level: float
) -> tuple[Shape, ...]:
    """The sectors around the first camera, both cameras, the path between them, and the straight line."""
    center, heading = posed.centers[first], float(posed.headings[first])
    straight = drawn.arrow(center, posed.centers[last], role="answer", label=f"{level:.2f} m")
    return (
        *sector_shapes(kind.sectors, kind.margin, seen.word, center, heading, level),
        *path_shape(posed, first, last),
        *camera_shapes(posed, first),
        *camera_shapes(posed, last),
        straight,
    )


def _explain(row: Row) -> str:
    first, last = seconds_in_words(row)
    value, margin = row["evidence"]["value"], row["evidence"]["margin"]
    level = measure_value(row, "level") or 0.0
    return (
        f"from {first} to {last} of the video the camera moved {level:.2f} m, "
        f"{abs(math.degrees(value)):.0f}° to the {'left' if value > 0 else 'right'} of its heading at the "
        f"start, {math.degrees(margin):.0f}° from where the answer would change"
    )


def _definition(_rules: Stated, _measurement: Stated) -> str:
    return (
        "The level direction from the first camera to the last is measured, relative to the first camera's "
        "heading, seen from above. On the way, the camera moves in about this direction. The camera's own "
        "axes give the same word."
    )


def _near_miss(row: Row, rules: MovementRules, others: Sequence[str]) -> str | None:
    word = beyond_nearest_edge(rules.kinds[row["question_type"]].sectors, row)
    return word if word in others else None


def _words(rules: MovementRules, question_type: str) -> Sequence[str]:
    return tuple(rules.kinds[question_type].sectors)


TOPIC = Topic(
    name="camera_direction",
    title="direction of the camera's movement",
    rules=MovementRules,
    generate=camera_direction,
    most=most,
    explain=_explain,
    definition=_definition,
    kind="word",
    margin=Margin(unit="rad", words="The answer would change after another {}", rule="margin"),
    thinned="directions",
    needs_cameras=True,
    near_miss=_near_miss,
    words=_words,
)
