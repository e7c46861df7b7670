"""The record of a question: what is asked, the answer, and the evidence for it."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from string import ascii_uppercase
from typing import Literal

Kind = Literal["line", "arrow", "sector", "area", "point"]
"""What a shape is drawn as."""

Role = Literal["answer", "other", "given", "margin"]
"""What a shape says: the answer itself; what it was compared with; what the question states; how far away the
place is where the answer would be another one."""


@dataclass(frozen=True)
class EvidenceObject:
    """An object that a question speaks of.

    Attributes:
        role: what it is in the question. Drawn as what the question states: `target`, `observer`, `facing`;
            as the answer: `counted`, `measured`, `first`, `second`, `asked`, `appearing`, `stop`, and the
            `option` that is the answer; as another answer: any other `option`.
        instance: its id in the scan's annotation.
        category: the word used for it in the question.
    """

    role: str
    instance: int
    category: str


@dataclass(frozen=True)
class Measure:
    """Something measured beside the value behind the answer.

    Attributes:
        name: what was measured: `boxes` and `surfaces`, between closest points; `to lamp`, to an option.
        value: unrounded.
        unit: `m`, `m²`, `s`, `rad`.
    """

    name: str
    value: float
    unit: str


@dataclass(frozen=True)
class Moment:
    """When something happens in the video.

    Attributes:
        frame: the source's own number of the frame; None where it is not known.
        seconds: since the video began.
    """

    frame: int | None
    seconds: float


@dataclass(frozen=True)
class Shape:
    """A part of the drawing that shows why the answer is what it is.

    Attributes:
        kind: `line` and `arrow` lead from point to point; `point` is one; `sector` is a part of a level disc:
            its centre, then counter-clockwise seen from above from the second point to the third, all around
            where these are the same; `area` is enclosed by rings, each ending where it starts, a hole's
            running clockwise.
        points: metres in the room's frame, x, y and z; or pixels of a picture, x and y.
        role: what it says.
        label: a few words beside it; empty for none.
        picture: the number of the frame (as in a moment) that it is drawn on; None for the room.
    """

    kind: Kind
    points: tuple[tuple[float, ...], ...]
    role: Role
    label: str = ""
    picture: int | None = None


@dataclass(frozen=True)
class Evidence:
    """Why the answer is what it is: one shape for all topics, so that no topic needs columns of its own.

    Lengths are metres, areas square metres, angles radians, times seconds.

    Attributes:
        objects: the objects the question needs, in the order of the question.
        value: the measured value behind the answer, unrounded: a count, a length, an area, a distance, or the
            signed bearing of the asked object (counter-clockwise from the facing direction), the seconds
            until the last category appears, the length of the way walked.
        margin: how far `value` is from where the answer would be another one: the gap to the second nearest
            option, the angle to the nearest sector edge, or the shortest time between two appearances; None
            for numbers.
        measures: what else was measured.
        moments: when each object's category appears, in the order of the objects (appearance order).
        shapes: what to draw beside the objects; a topic leaves them to `Draft.draw`.
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
            in every build, whatever its answer there.
        dataset, scene_name: the scene, in VSI-Bench's column names.
        topic: which generator made it: a key of the topic registry.
        question_type: VSI-Bench's name for the kind of question.
        question: the text.
        options: `("A. sink", …)`, or None for open questions.
        ground_truth: what a scorer compares: the letter where there are options, else the number or word.
        answer: the open answer: `sink`, `left`, `6.1`.
        unit: of a numeric answer: `m`, `cm`, `m²`; None for counts, words and letters.
        rules: name and digest of the rule set that made it.
        evidence: why the answer is what it is.
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


@dataclass(frozen=True)
class Draft:
    """What a topic makes: a question that does not know its scene's name or its rule set yet.

    Attributes:
        question_type: VSI-Bench's name for the kind of question.
        question: the text.
        answer: the open answer: `sink`, `left`, `6.1`.
        evidence: why the answer is what it is.
        draw: makes the shapes of the evidence, once the question is kept: most drafts of a topic may not be.
        unit: of a numeric answer: `m`, `cm`, `m²`; None for counts, words and letters.
        choices: the words to choose from, in the order shown, the answer among them; None for open questions.
    """

    question_type: str
    question: str
    answer: str
    evidence: Evidence
    draw: Callable[[], tuple[Shape, ...]] = tuple
    unit: str | None = None
    choices: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Drop:
    """Candidates that a topic refused, and why.

    Attributes:
        reason: a short phrase, the same for every candidate refused on the same ground.
        count: how many candidates.
    """

    reason: str
    count: int = 1


def complete(draft: Draft, *, dataset: str, scene_name: str, topic: str, rules: str) -> Question:
    """The finished record: options lettered, the letter as ground truth where there are options."""
    options = ground_truth = None
    if draft.choices is not None:
        options = tuple(
            f"{letter}. {word}" for letter, word in zip(ascii_uppercase, draft.choices, strict=False)
        )
        ground_truth = ascii_uppercase[draft.choices.index(draft.answer)]
    return Question(
        id=question_id(dataset, scene_name, draft.question_type, draft.question),
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
    )


def question_id(dataset: str, scene_name: str, question_type: str, question: str) -> str:
    """Sixteen hexadecimal digits that depend on the question alone, not on its answer or its rules."""
    text = "\n".join((dataset, scene_name, question_type, question))
    return hashlib.sha256(text.encode()).hexdigest()[:16]
