"""The turn of the camera between two frames: to which side, by how many degrees, further up or down."""

import math
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Annotated, Literal

import numpy as np
from numpy.random import Generator

from vsidata.measuring.measure import MeasuredScene
from vsidata.measuring.posed import PosedFrames
from vsidata.rules.constant import Angle, Count, Duration, Rules, WithoutNulls, places_for
from vsidata.scene import Array
from vsidata.topics import shapes as drawn
from vsidata.topics.candidates import capped, capped_number, in_turn
from vsidata.topics.question import Draft, Drop, Evidence, Measure, Shape
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
    path_shape,
    seconds_in_words,
)
from vsidata.topics.topic import Margin, Row, Stated, Topic, measure_value, other_word

_RADIUS = 0.9  # metres: size of the drawn angle


class TurnKind(Rules):
    """One kind of question.

    Attributes:
        question: the text, with `{i}` and `{j}`, the numbers of the frames, and `{n}`, the number of frames.
        angle: the measured change. `heading` is seen from above, positive counter-clockwise. `pitch` is
            positive upwards.
        words: the answers for a positive and a negative change; None if the answer is in degrees.
        least, most: limits of the change that is asked about.
    """

    question: Annotated[str, places_for("i", "j", "n")]
    angle: Literal["heading", "pitch"]
    words: tuple[str, str] | None = None
    least: Angle
    most: Angle


class TurnRules(Rules):
    """Rules of the camera's turn.

    Attributes:
        by_default: whether the topic is asked if the user does not choose topics.
        kinds: question type → kind.
        back: on the way, the heading must not turn back by more than this.
        step: between two headings of the track, the camera must not turn by more than this.
        level: degrees are asked only if both optical axes are within this angle of the horizontal.
        lost: a question is not asked if the camera is unknown for longer than this between its frames.
        draws: largest number of pairs of frames that are tried per kind in one scene.
        per_scene: largest number of questions of one kind from one scene.
    """

    by_default: bool = True
    kinds: Annotated[dict[str, TurnKind], WithoutNulls]
    back: Angle
    step: Angle
    level: Angle
    lost: Duration
    draws: Count
    per_scene: Count | None = None


def camera_turn(scene: MeasuredScene, rules: TurnRules, rng: Generator) -> Iterator[Draft | Drop]:
    """The change of the camera's heading or pitch, for random pairs of frames.

    Source: questions of OST-Bench and MMSI-Bench.
    """
    posed = scene.posed
    if posed is None:
        yield Drop(NO_CAMERAS)
        return
    for kind in rules.kinds:
        pairs = pairs_of_frames(len(posed), rules.draws.whole, rng)
        asked = (partial(_ask, posed, rules, kind, first, last, rng) for first, last in pairs)
        yield from capped(scene, in_turn(asked), rules.per_scene, refused=never_refused)


def most(_scene: MeasuredScene, rules: TurnRules) -> int:
    """The largest number of questions that a scene can give."""
    return len(rules.kinds) * capped_number(rules.draws.whole, rules.per_scene)


def _ask(
    posed: PosedFrames, rules: TurnRules, name: str, first: int, last: int, rng: Generator
) -> Draft | Drop:
    kind = rules.kinds[name]
    before, after = posed.pitches[[first, last]].tolist()
    if kind.angle == "pitch":
        turn = float(after - before)
    else:
        turned = _turned(posed, rules, first, last)
        if isinstance(turned, Drop):
            return turned
        turn = turned
    if abs(turn) < kind.least.radians:
        return Drop("the camera turned less than the smallest angle asked about")
    if abs(turn) > kind.most.radians:
        return Drop("the camera turned more than the largest angle asked about")
    if kind.words is None and max(abs(before), abs(after)) > rules.level.radians:
        return Drop("the camera points too far up or down for an angle in degrees")
    return Draft(
        question_type=name,
        question=kind.question.format(i=number_of(first), j=number_of(last), n=len(posed)),
        answer=f"{math.degrees(abs(turn)):.0f}" if kind.words is None else kind.words[turn < 0],
        unit="°" if kind.words is None else None,
        choices=None if kind.words is None else tuple(rng.permutation(kind.words).tolist()),
        evidence=Evidence(
            objects=(),
            value=turn,
            margin=None if kind.words is None else _margin(kind, turn),
            measures=(Measure("pitch before", before, "rad"), Measure("pitch after", after, "rad")),
            moments=moments(posed, first, last),
        ),
        draw=partial(_shapes, posed, kind, first, last, turn),
        frames=every_frame(posed),
    )


def _margin(kind: TurnKind, turn: float) -> float:
    """The angle to where the word changes: no turn, or half a turn of the heading."""
    return abs(turn) if kind.angle == "pitch" else min(abs(turn), math.pi - abs(turn))


def _turned(posed: PosedFrames, rules: TurnRules, first: int, last: int) -> float | Drop:
    """The change of the heading between two frames along the track, radians; or why it is not asked about."""
    rows = posed.track.between(float(posed.seconds[first]), float(posed.seconds[last]))
    if np.isnan(posed.track.positions[rows, 0]).any() or not posed.is_tracked(first, last, rules.lost.value):
        return Drop(LOST)
    between = posed.track.headings[rows]
    steps = _steps(np.concatenate([posed.headings[[first]], between, posed.headings[[last]]]))
    if np.isnan(steps).any():
        return Drop(TOO_STEEP)
    if np.abs(steps).max() > rules.step.radians:
        return Drop("the camera turned too fast to see to which side")
    turn = float(steps.sum())
    progress = np.append(0.0, np.cumsum(steps)) * math.copysign(1, turn)
    if (np.maximum.accumulate(progress) - progress).max() > rules.back.radians:
        return Drop("the camera turned back on the way")
    return turn


def _steps(headings: Array) -> Array:
    """(n - 1,) signed changes from each of `headings` (n,) to the next, radians in [-pi, pi)."""
    return np.asarray((np.diff(headings) + math.pi) % (2 * math.pi) - math.pi)


def _shapes(posed: PosedFrames, kind: TurnKind, first: int, last: int, turn: float) -> tuple[Shape, ...]:
    """Both cameras and the path between them; the angle between the headings, or the two pitches."""
    path = path_shape(posed, first, last)
    if kind.angle == "pitch":
        labels = [f"frame {number_of(frame)}: {_above(posed.pitches[frame])}" for frame in (first, last)]
        cameras = (camera_shapes(posed, *one) for one in zip((first, last), labels, strict=True))
        return (*path, *(shape for shapes in cameras for shape in shapes))
    center, start = posed.centers[first], float(posed.headings[first])
    low = min(start, start + turn)
    angle = drawn.sector(
        center, _RADIUS, low, low + abs(turn), role="answer", label=f"{math.degrees(abs(turn)):.0f}°"
    )
    end = start + turn
    towards = center + _RADIUS * np.array([math.cos(end), math.sin(end), 0.0])
    arrow = drawn.arrow(center, towards, role="answer")
    return (*path, angle, arrow, *camera_shapes(posed, first), *camera_shapes(posed, last))


def _above(pitch: float) -> str:
    return f"{abs(math.degrees(pitch)):.0f}° {'above' if pitch > 0 else 'below'} level"


def _explain(row: Row) -> str:
    first, last = seconds_in_words(row)
    value, margin = row["evidence"]["value"], row["evidence"]["margin"]
    pitches = [measure_value(row, name) for name in ("pitch before", "pitch after")]
    if row["answer"] in ("up", "down"):
        before, after = (_above(pitch or 0.0) for pitch in pitches)
        return f"at {first} the camera points {before}, at {last} {after}"
    words = (
        f"from {first} to {last} of the video the camera turned by {abs(math.degrees(value)):.0f}° "
        f"{'counterclockwise' if value > 0 else 'clockwise'}, seen from above"
    )
    return (
        words
        if margin is None
        else f"{words}, {math.degrees(margin):.0f}° from where the answer would change"
    )


def _definition(_rules: Stated, _measurement: Stated) -> str:
    return (
        "The change of the camera's heading is measured along its track, seen from above. On the way, the "
        "camera turns to one side. The heading is the optical axis, projected on the floor. For up and down, "
        "the angles of the two optical axes with the horizontal are compared."
    )


def _words(rules: TurnRules, question_type: str) -> Sequence[str]:
    return rules.kinds[question_type].words or ()


TOPIC = Topic(
    name="camera_turn",
    title="turn of the camera",
    rules=TurnRules,
    generate=camera_turn,
    most=most,
    explain=_explain,
    definition=_definition,
    kind="both",
    unit="°",
    margin=Margin(unit="rad", words="The answer would change after another {}", rule="least"),
    thinned="directions",
    needs_cameras=True,
    near_miss=other_word,
    words=_words,
)
