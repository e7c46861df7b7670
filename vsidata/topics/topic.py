"""The definition of a topic: everything that the program needs, in one record."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from numpy.random import Generator

from vsidata.measuring.measure import MeasuredScene
from vsidata.rules.constant import Rules
from vsidata.topics.question import Draft, Drop

Row = Mapping[str, Any]
"""A row of the table of questions (`vsidata.dataset.schema.QA`), or a `Question` as a dictionary."""

Stated = Mapping[str, Any]
"""Rules as in a manifest: plain data. A constant has `value`, `unit`, `why` and `source`."""


@dataclass(frozen=True, kw_only=True)
class Margin:
    """The margin of a topic: the distance of a value from where the answer would change.

    Attributes:
        unit: the unit of the margin in the evidence: `m`, `s`, `rad`; radians are written as degrees.
        words: a sentence without its full stop, with `{}` for the margin and its unit.
        rule: the rule that requires a margin; empty if there is no such rule.
        asks: the requirement of that rule in words, with `{}` for its value.
        bounds: whether no margin is smaller than the rule's value.
    """

    unit: str
    words: str
    rule: str = ""
    asks: str = "at least {}"
    bounds: bool = True


@dataclass(frozen=True, kw_only=True)
class Topic:
    """A topic.

    Attributes:
        name: its key in rule sets and tables.
        title: its readable name.
        rules: the form of its rules. `per_scene` is the maximum of questions from one scene, or None.
            `question` is the text, with `{names}` for its words. If the topic has several question types,
            `kinds` contains such rules by type. `by_default` is whether the topic is asked if the user does
            not choose topics.
        generate: makes its questions about a scene.
        most: returns the largest number of questions about a scene, from the scene's labels alone.
        explain: returns the evidence for the answer to a question, in words.
        definition: returns what is measured, in a paragraph, from its rules and those of measurement.
        kind: the kind of its answers: numbers, which are scored by how near they come, or words; `both` if
            its question types differ. Then a question with a number has a unit.
        unit: the unit of a number: `m`, `cm`, `m²`, `°`; None for counts and words.
        margin: the distance of a value from another answer; None for numbers.
        seen_share: the share of the questions that the visibility filter keeps
            (`analysis/data/seen_shares.yaml` states how it was measured); 1 if it was not measured.
        thinned: the rules of balance that apply to its common answers, in addition to the rules for letters
            and types: `directions` and `counts` by the answer, `sizes` by category and value. None if there
            are no such rules.
        look_rate: returns the number of frames of the stream per second that it examines, from its rules;
            None if it needs no video.
        needs_cameras: whether it asks about single frames and their cameras.
        answer: answers a question from its type and its words alone, or raises `UnresolvedError`.
            `vsidata conform` compares this answer with released keys. None if the words are not enough.
        near_miss: returns the wrong answer that is nearest to the right answer, or None, from a question, the
            rules of its type and its wrong words. The field is None for numbers: a number close to the right
            number is used.
        words: returns the words that answer a question type, from its rules. None if the question lists its
            words.
        origin: where a topic from outside comes from, for the manifest: `file` and `sha256`, or `package` and
            `version`. Set by the code that loads it.
    """

    name: str
    title: str
    rules: type[Rules]
    generate: Callable[[MeasuredScene, Any, Generator], Iterator[Draft | Drop]]
    most: Callable[[MeasuredScene, Any], int]
    explain: Callable[[Row], str]
    definition: Callable[[Stated, Stated], str]
    kind: Literal["number", "word", "both"]
    unit: str | None = None
    margin: Margin | None = None
    seen_share: float = 1.0
    thinned: Literal["directions", "counts", "sizes"] | None = None
    look_rate: Callable[[Any], float] | None = None
    needs_cameras: bool = False
    answer: Callable[[MeasuredScene, Any, str, Mapping[str, str]], str] | None = None
    near_miss: Callable[[Row, Any, Sequence[str]], str | None] | None = None
    words: Callable[[Any, str], Sequence[str]] | None = None
    origin: Mapping[str, str] | None = None

    def described(self, rules: Stated, measurement: Stated) -> dict[str, Any]:
        """The description of the topic for readers of a build, as plain data for the manifest.

        Args:
            rules: the topic's own rules.
            measurement: the rules of measurement.
        """
        return {
            "title": self.title,
            "definition": self.definition(rules, measurement),
            "margin": None if self.margin is None else asdict(self.margin),
            "thinned": self.thinned,
        } | ({"origin": dict(self.origin)} if self.origin else {})


def texts(name: str, rules: Stated) -> Mapping[str, str]:
    """The text of each question type, from a topic's rules.

    The types are the entries of `kinds`. Without `kinds`, the topic has one type, with its own name.
    """
    kinds: Mapping[str, Stated] = rules.get("kinds") or {name: rules}
    return {type_: kind["question"] for type_, kind in kinds.items() if "question" in kind}


def rules_of_type(question_type: str, rules: Stated) -> Stated:
    """A topic's rules, with those of one question type in place of equal keys."""
    return {**rules, **(rules.get("kinds") or {}).get(question_type, {})}


def margin_in_words(margin: float | None, about: Mapping[str, Any] | None, rules: Stated) -> str:
    """The distance of a value from where the answer would change, and the minimum of the rules, in words.

    Args:
        margin: the margin of a question; None for a number.
        about: the topic's `Margin` as a dictionary; None if it is unknown.
        rules: the rules of the question type, from `rules_of_type`.
    """
    if margin is None:
        return (
            "A number is scored by how near it comes to the right one, so it needs no margin to another "
            "answer."
        )
    if about is None:
        return f"The answer would change after another {margin:.3g}."
    said = about["words"].replace("{}", _amount(margin, about["unit"]))
    stated = rules.get(about["rule"])
    if stated is None:
        return f"{said}."
    asked = about["asks"].replace("{}", in_words(stated["value"], stated["unit"]))
    return f"{said}; the rules require {asked}."


def _amount(margin: float, unit: str) -> str:
    match unit:
        case "rad":
            return f"{math.degrees(margin):.0f}°"
        case "s":
            return f"{margin:.1f} s"
        case _:
            return f"{margin:.2f} {unit}"


def in_words(value: float, unit: str | None) -> str:
    """A constant with its unit, in words."""
    match unit:
        case "share":
            return f"{100 * value:g} %"
        case "deg":
            return f"{value:g}°"
        case "count" | None:
            return f"{value:g}"
        case _:
            return f"{value:g} {unit}"


def other_word(_row: Row, _rules: Any, others: Sequence[str]) -> str | None:
    """The wrong answer to a question with two answers, for `Topic.near_miss`; None without a wrong answer."""
    return next(iter(others), None)


def measure_value(row: Row, name: str) -> float | None:
    """A measure of a question's evidence by its name; None if there is no measure of that name."""
    return next((one["value"] for one in row["evidence"]["measures"] if one["name"] == name), None)


def objects_in_words(row: Row) -> list[str]:
    """The objects of a question, with their ids: `sink (object 12)`."""
    return [f"{thing['category']} (object {thing['instance']})" for thing in row["evidence"]["objects"]]
