"""The record of a question: what is asked, the answer, and the evidence for it."""

import hashlib
from dataclasses import dataclass
from string import ascii_uppercase


@dataclass(frozen=True)
class EvidenceObject:
    """An object that a question speaks of.

    Attributes:
        role: what it is in the question: `counted`, `measured`, `first`, `second`, `target`, `option`,
            `observer`, `facing`, `asked`, `appearing`, `stop`.
        instance: its id in the scan's annotation.
        category: the word used for it in the question.
    """

    role: str
    instance: int
    category: str


@dataclass(frozen=True)
class Evidence:
    """Why the answer is what it is. Lengths in metres, areas in square metres, angles in radians.

    Attributes:
        objects: the objects the question needs, in the order of the question.
        value: the measured value behind the answer, unrounded: a count, a length, an area, a distance, or the
            signed bearing of the asked object (counter-clockwise from the facing direction), the seconds
            until the last category appears, the length of the way walked.
        box_distance: between the closest points of the boxes of two objects (absolute distance), or of the
            target and the nearest option (relative distance).
        surface_distance: likewise between the closest points of their surfaces, where they are known.
        option_distances: from the target to each option, in the options' order (relative distance).
        margin: how far `value` is from where the answer would be another one: the gap to the second nearest
            option, the angle to the nearest sector edge, or the shortest time between two appearances; None
            for numbers.
        seconds: when each object's category appears, since the video began (appearance order).
        path: points on the ground plane, room frame, from where the robot begins over each stop to the end
            (route planning).
    """

    objects: tuple[EvidenceObject, ...]
    value: float
    box_distance: float | None = None
    surface_distance: float | None = None
    option_distances: tuple[float, ...] | None = None
    margin: float | None = None
    seconds: tuple[float, ...] | None = None
    path: tuple[tuple[float, float], ...] | None = None


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
        unit: of a numeric answer: `m`, `cm`, `m²`; None for counts, words and letters.
        choices: the words to choose from, in the order shown, the answer among them; None for open questions.
    """

    question_type: str
    question: str
    answer: str
    evidence: Evidence
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
        evidence=draft.evidence,
    )


def question_id(dataset: str, scene_name: str, question_type: str, question: str) -> str:
    """Sixteen hexadecimal digits that depend on the question alone, not on its answer or its rules."""
    text = "\n".join((dataset, scene_name, question_type, question))
    return hashlib.sha256(text.encode()).hexdigest()[:16]
