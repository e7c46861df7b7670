"""The parts of a question that are known without its room (words and choices), and its answer."""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from string import ascii_uppercase
from typing import Any

from vsidata.analysis.conform import question_pattern
from vsidata.errors import VsiError
from vsidata.metrics import is_number
from vsidata.sources.official import room_of_row
from vsidata.topics.rule_set import RULE_SETS, load_rules
from vsidata.topics.topic import texts

Row = Mapping[str, Any]
Patterns = Mapping[str, tuple[str, Sequence[re.Pattern[str]]]]
"""Question type → its topic, and the patterns of its texts."""

_NO_CATEGORY = {"options", "categories", "moves"}  # these roles have choices or whole sentences
_MOST_ANSWERS = 12  # largest number of choices of a question without options; an assumption


@dataclass(frozen=True, slots=True)
class BlindQuestion:
    """A question as a reader sees it without the video, and its answer.

    Attributes:
        id: the id of the question.
        scene: the dataset and the name of its scene.
        room: the dataset and the name of its room. All scans of a room have the same.
        topic, kind: its topic and its question type.
        text: the question. If it has options, they follow in alphabetical order.
        words: the categories that it names, in the order of its text.
        truth: the text that a scorer compares: a letter, a word or a number.
        answer: the open answer; the text of the option if there are options.
        choices: the possible answers; empty for numbers.
        lettered: whether the choices have letters.
        margin: the distance of the value from where the answer would change; None if unknown.
        unit: the unit of a number; None for counts and choices, and if unknown.
    """

    id: str
    scene: str
    room: str
    topic: str
    kind: str
    text: str
    words: tuple[str, ...]
    truth: str
    answer: str
    choices: tuple[str, ...] = ()
    lettered: bool = False
    margin: float | None = None
    unit: str | None = None

    @property
    def is_number(self) -> bool:
        """Return whether its answer is a number."""
        return not self.choices

    @property
    def is_angle(self) -> bool:
        """Return whether its answer is a number of degrees, which is compared on the circle."""
        return self.is_number and self.unit == "°"

    @property
    def value(self) -> float:
        """The true answer as a number."""
        return float(self.truth)


def read_blind_questions(rows: Iterable[Row], topics: Mapping[str, Any] | None = None) -> list[BlindQuestion]:
    """Read the parts of questions that guesses use.

    Args:
        rows: the rows, with `dataset`, `scene_name`, `question_type`, `question`, `options` and
            `ground_truth`. `id`, `topic`, `margin`, `room` and `unit` may be missing.
        topics: the topics of the rule set that the questions come from, as a manifest resolves it. The
            texts of this package's rule sets are recognised, too.

    Returns:
        One question per row, in the order of the rows.
    """
    patterns = _patterns(topics)
    found = [_blind_question(row, patterns) for row in rows]
    return _with_choices(found)


def _blind_question(row: Row, patterns: Patterns) -> BlindQuestion:
    kind = str(row["question_type"])
    topic, texts = patterns.get(kind, (kind, ()))
    roles = _roles(str(row["question"]), texts)
    options = tuple(str(option).partition(". ")[2] for option in row["options"] or ())
    truth = str(row["ground_truth"])
    answer = _chosen_option(options, truth, row) if options else truth
    choices = options or tuple(filter(None, roles.get("options", "").split(", ")))
    return BlindQuestion(
        id=str(row.get("id", "")),
        scene=f"{row['dataset']} {row['scene_name']}",
        room=room_of_row(row),
        topic=str(row.get("topic") or topic),
        kind=kind,
        text="\n".join([str(row["question"]), *sorted(options)]),
        words=tuple(word for role, word in roles.items() if role not in _NO_CATEGORY),
        truth=truth,
        answer=answer,
        choices=choices if answer in choices else (),
        lettered=bool(options),
        margin=row.get("margin"),
        unit=row.get("unit"),
    )


def _chosen_option(options: Sequence[str], letter: str, row: Row) -> str:
    """The option that a letter names."""
    place = ascii_uppercase.find(letter)
    if len(letter) != 1 or not 0 <= place < len(options):
        where = f"question {row.get('id', '')} about {row['scene_name']}"
        fault = f"has the ground_truth {letter!r:.40}, but only {len(options)} options."
        raise VsiError(where, fault, "Check the build with `vsidata verify`, or build it again.")
    return options[place]


def _with_choices(found: Sequence[BlindQuestion]) -> list[BlindQuestion]:
    """Add choices to questions with an open word as their answer: the common answers to their question type.

    Questions that have no choices afterwards have a number as their answer.
    """
    words: dict[str, Counter[str]] = defaultdict(Counter)
    for asked in found:
        if not asked.choices and not is_number(asked.truth):
            words[asked.kind][asked.truth] += 1
    common = {
        kind: tuple(sorted(sorted(counts, key=lambda word: (-counts[word], word))[:_MOST_ANSWERS]))
        for kind, counts in words.items()
    }
    return [
        asked
        if asked.choices or is_number(asked.truth)
        else replace(asked, choices=tuple(dict.fromkeys((*common[asked.kind], asked.truth))))
        for asked in found
    ]


def can_be_scored(asked: BlindQuestion) -> bool:
    """Return whether a question can be scored. Relative accuracy is defined only for positive numbers.

    Angular accuracy is defined for all finite numbers.
    """
    if asked.is_angle:
        return math.isfinite(asked.value)
    return not asked.is_number or 0 < asked.value < math.inf


def _roles(question: str, texts: Sequence[re.Pattern[str]]) -> dict[str, str]:
    """The words in a question by their roles; the whole text if no pattern matches it."""
    for pattern in texts:
        if match := pattern.fullmatch(question):
            return match.groupdict()
    return {"text": question}


@cache
def _packaged_topics() -> tuple[Mapping[str, Any], ...]:
    """The topics of this package's rule sets, resolved."""
    return tuple(load_rules(name).resolved["topics"] for name in RULE_SETS)


def _patterns(topics: Mapping[str, Any] | None) -> Patterns:
    found: dict[str, tuple[str, list[re.Pattern[str]]]] = {}
    for stated in (topics or {}, *_packaged_topics()):
        for topic, rules in stated.items():
            for kind, text in texts(topic, rules).items():
                found.setdefault(kind, (topic, []))[1].append(question_pattern(text))
    return found
