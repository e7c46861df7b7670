"""Questions about single frames of a video: their numbers, what they show, and the camera there."""

import math
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.random import Generator

from vsidata.measuring.measure import MeasuredObject, MeasuredScene
from vsidata.measuring.posed import PosedFrames
from vsidata.rules.constant import Labels
from vsidata.scene import Array
from vsidata.topics import shapes as drawn
from vsidata.topics.question import Draft, Moment, Shape
from vsidata.topics.topic import Row

NO_CAMERAS = "the scan has no frames with known cameras"
"""The reason for a scan without questions about single frames."""

TOO_STEEP = "the camera points too steeply up or down, so it has no heading"
LOST = "the camera was lost between the frames"

_GAZE = 0.6  # metres: length of the arrow that shows where a camera looks


def every_frame(posed: PosedFrames) -> tuple[int, ...]:
    """The positions of all picked frames: a question that numbers its frames needs all of them."""
    return tuple(range(len(posed)))


def number_of(frame: int) -> int:
    """The number of a frame in a question that shows all frames, from 1."""
    return frame + 1


def never_refused(_scene: MeasuredScene, _draft: Draft) -> None:
    """Refuse no question for its frames: its topic asks only about what they show."""


def moments(posed: PosedFrames, *frames: int) -> tuple[Moment, ...]:
    """The frames that a question asks about, for its evidence."""
    return tuple(Moment(int(posed.sight.numbers[frame]), float(posed.seconds[frame])) for frame in frames)


def visible(scene: MeasuredScene, posed: PosedFrames, frame: int) -> list[MeasuredObject]:
    """The objects that a frame shows and a question can name: askable, the only ones of their word."""
    return [thing for thing in scene.once_only if thing.askable and posed.shows(frame, thing.instance)]


def shown_objects(
    scene: MeasuredScene, posed: PosedFrames, exclude: Sequence[Labels]
) -> list[list[MeasuredObject]]:
    """The objects that each frame shows and a question can name, without the excluded words."""
    named = {thing.instance for thing in scene.once_only_except(exclude)}
    return [
        [thing for thing in visible(scene, posed, frame) if thing.instance in named]
        for frame in range(len(posed))
    ]


def pairs_of_frames(frames: int, draws: int, rng: Generator) -> Iterator[tuple[int, int]]:
    """Up to `draws` different pairs of an earlier and a later frame, in random order."""
    first, last = np.triu_indices(frames, 1)
    for index in rng.permutation(len(first))[:draws]:
        yield int(first[index]), int(last[index])


def camera_shapes(posed: PosedFrames, frame: int, label: str = "") -> tuple[Shape, ...]:
    """The camera of a frame on the plan: its place, and an arrow along its heading if it has one."""
    center, heading = posed.centers[frame], float(posed.headings[frame])
    at = drawn.point(center, "given", label or f"frame {number_of(frame)}")
    if math.isnan(heading):
        return (at,)
    ahead = center + _GAZE * np.array([math.cos(heading), math.sin(heading), 0.0])
    return (at, drawn.arrow(center, ahead, role="given"))


def path_between(posed: PosedFrames, first: int, last: int) -> Array:
    """(n, 3) the camera's places from one frame to another, without those where tracking was lost."""
    rows = posed.track.between(float(posed.seconds[first]), float(posed.seconds[last]))
    between = posed.track.positions[rows]
    known = between[np.isfinite(between[:, 0])]
    return np.concatenate([posed.centers[[first]], known, posed.centers[[last]]])


def path_shape(posed: PosedFrames, first: int, last: int) -> tuple[Shape, ...]:
    """The camera's path between two frames, without the places where tracking was lost."""
    return (drawn.line(*path_between(posed, first, last), role="other"),)


def outline(posed: PosedFrames, frame: int, thing: MeasuredObject, answer: bool) -> Shape:
    """The edge of the pixels that show an object, on the frame's picture."""
    left, top, right, bottom = posed.box(frame, thing.instance).tolist()
    corners = ((left, top), (right, top), (right, bottom), (left, bottom), (left, top))
    points = tuple((round(x, 1) + 0.0, round(y, 1) + 0.0) for x, y in corners)
    number = int(posed.sight.numbers[frame])
    return Shape("line", points, "answer" if answer else "other", thing.category, number)


def seconds_in_words(row: Row) -> Sequence[str]:
    """The time of each frame that a question asks about: `2.1 s`."""
    return [f"{moment['seconds']:.1f} s" for moment in row["evidence"]["moments"]]
