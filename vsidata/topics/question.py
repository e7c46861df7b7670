"""The record of a question: its text, its answer, and the evidence for the answer."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from string import ascii_uppercase
from typing import Literal

Kind = Literal["line", "arrow", "sector", "area", "point"]
"""The ways to draw a shape."""

Role = Literal["answer", "other", "given", "margin"]
"""The meanings of a shape.

`answer` is the answer. `other` was compared with the answer. `given` is stated by the question. `margin` is
the distance to where the answer would change.
"""


@dataclass(frozen=True)
class EvidenceObject:
    """An object that a question mentions.

    Attributes:
        role: its role in the question. `target`, `observer` and `facing` are drawn as given by the question.
            `counted`, `measured`, `first`, `second`, `asked`, `appearing`, `stop`, and the `option` that is
            the answer are drawn as the answer. Any other `option` is drawn as another answer.
        instance: its id in the scan's annotation.
        category: its word in the question.
    """

    role: str
    instance: int
    category: str


@dataclass(frozen=True)
class Measure:
    """A measured value in addition to the value behind the answer.

    Attributes:
        name: the measured quantity. `boxes` and `surfaces` are distances between closest points. `to lamp` is
            the distance to an option.
        value: the value, not rounded.
        unit: `m`, `m²`, `s`, `rad`.
    """

    name: str
    value: float
    unit: str


@dataclass(frozen=True)
class Moment:
    """A moment of the video.

    Attributes:
        frame: the source's number of the frame; None if it is unknown.
        seconds: the time since the video began.
    """

    frame: int | None
    seconds: float


@dataclass(frozen=True)
class Shape:
    """A part of the drawing that shows the evidence for the answer.

    Attributes:
        kind: the way to draw it. `line` and `arrow` go from point to point. `point` is one point. `sector` is
            a part of a level disc: the first point is its centre, and it goes counter-clockwise, seen from
            above, from the second point to the third. It is a full circle if these two are the same. `area`
            is enclosed by rings; each ring ends where it starts, and the rings of holes run clockwise.
        points: x, y and z in metres in the room's frame; or x and y in pixels of a picture.
        role: its meaning.
        label: a few words beside it; empty for none.
        picture: the number of the frame (as in a moment) that it is drawn on; None for the plan of the room.
    """

    kind: Kind
    points: tuple[tuple[float, ...], ...]
    role: Role
    label: str = ""
    picture: int | None = None


@dataclass(frozen=True)
class Evidence:
    """The evidence for the answer. It has one form for all topics, so that no topic needs its own columns.

    Lengths are metres, areas square metres, angles radians, times seconds.

    Attributes:
        objects: the objects that the question needs, in the order of the question.
        value: the measured value behind the answer, not rounded: a count, a length, an area, a distance, the
            signed bearing of the asked object (counter-clockwise from the facing direction), the seconds
            until the last category appears, or the length of the walked path.
        margin: how far `value` is from where the answer would change: the gap to the second nearest option,
            the angle to the nearest sector edge, or the shortest time between two appearances; None for
            numbers.
        measures: other measured values.
        moments: when each object's category appears, in the order of the objects (appearance order).
        shapes: what to draw in addition to the objects; filled by `Draft.draw`.
    """

    objects: tuple[EvidenceObject, ...]
    value: float
    margin: float | None = None
    measures: tuple[Measure, ...] = ()
    moments: tuple[Moment, ...] = ()
    shapes: tuple[Shape, ...] = ()


@dataclass(frozen=True)
class Question:
    """One question about one scene.

    Attributes:
        id: stable hash of dataset, scene, question type and question text: the same question has the same id
            in every build, even if its answer differs.
        dataset, scene_name: the scene, with VSI-Bench's column names.
        topic: the topic that generated it: a key of the topic registry.
        question_type: VSI-Bench's name for the kind of question.
        question: the text.
        options: `("A. sink", …)`, or None for open questions.
        ground_truth: the text that a scorer compares: the letter if there are options, otherwise the number
            or word.
        answer: the open answer: `sink`, `left`, `6.1`.
        unit: the unit of a numeric answer: `m`, `cm`, `m²`; None for counts, words and letters.
        rules: name and digest of its rule set.
        evidence: the evidence for the answer.
        frames: the frames to show with it, in order: their positions from 0 among the picked frames of the
            scene; None if any frames of the scene will do.
    """

    id: str
    dataset: str
    scene_name: str
    topic: str
    question_type: str
    question: str
    options: tuple[str, ...] | None
    ground_truth: str
    answer: str
    unit: str | None
    rules: str
    evidence: Evidence
    frames: tuple[int, ...] | None = None


@dataclass(frozen=True)
class Draft:
    """A question as a topic makes it, without the name of its scene and its rule set.

    Attributes:
        question_type: VSI-Bench's name for the kind of question.
        question: the text.
        answer: the open answer: `sink`, `left`, `6.1`.
        evidence: the evidence for the answer.
        draw: a function that makes the shapes of the evidence. It is called only for a question that is kept,
            because most drafts may be dropped.
        unit: the unit of a numeric answer: `m`, `cm`, `m²`; None for counts, words and letters.
        choices: the words to choose from, in the order shown, including the answer; None for open questions.
        frames: as in `Question`.
    """

    question_type: str
    question: str
    answer: str
    evidence: Evidence
    draw: Callable[[], tuple[Shape, ...]] = tuple
    unit: str | None = None
    choices: tuple[str, ...] | None = None
    frames: tuple[int, ...] | None = None


@dataclass(frozen=True)
class Drop:
    """Candidates that a topic refused, and the reason.

    Attributes:
        reason: a short phrase, the same for all candidates that are refused for this reason.
        count: the number of candidates.
    """

    reason: str
    count: int = 1


def complete(draft: Draft, *, dataset: str, scene_name: str, topic: str, rules: str) -> Question:
    """The complete record of a question. Options get letters; the ground truth is then a letter."""
    options = ground_truth = None
    if draft.choices is not None:
        options = tuple(
            f"{letter}. {word}" for letter, word in zip(ascii_uppercase, draft.choices, strict=False)
        )
        ground_truth = ascii_uppercase[draft.choices.index(draft.answer)]
    return Question(
        id=question_id(dataset, scene_name, draft.question_type, draft.question, draft.frames),
        dataset=dataset,
        scene_name=scene_name,
        topic=topic,
        question_type=draft.question_type,
        question=draft.question,
        options=options,
        ground_truth=ground_truth or draft.answer,
        answer=draft.answer,
        unit=draft.unit,
        rules=rules,
        evidence=replace(draft.evidence, shapes=draft.draw()),
        frames=draft.frames,
    )


def question_id(
    dataset: str, scene_name: str, question_type: str, question: str, frames: Sequence[int] | None = None
) -> str:
    """Sixteen hexadecimal digits that depend only on the question, not on its answer or its rules.

    If a question is about certain frames, they are part of it.
    """
    shown = () if frames is None else (" ".join(map(str, frames)),)
    text = "\n".join((dataset, scene_name, question_type, question, *shown))
    return hashlib.sha256(text.encode()).hexdigest()[:16]
