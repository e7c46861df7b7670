"""What a topic is: all that the program asks about one, in one record."""

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
"""Rules as a manifest has them: plain data, a constant as `value`, `unit`, `why` and `source`."""


@dataclass(frozen=True, kw_only=True)
class Margin:
    """How far a topic's values are from where the answer would be another one.

    Attributes:
        unit: of the margin in the evidence: `m`, `s`, `rad`; radians are written as degrees.
        words: a sentence without its end, with `{}` for the margin and its unit.
        rule: the rule that asks for a margin; empty for none.
        asks: what it asks for, with `{}` for its value.
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
        title: its name as a person says it.
        rules: the form of its rules, with `per_scene`, the most questions from one scene, or None. What they
            call `question` is the text, with `{names}` for its words; where the topic asks several types of
            questions, `kinds` holds such rules by type. `by_default`: whether it is asked where the user
            names no topics.
        generate: makes its questions about a scene.
        most: the most questions it can make about a scene of which only the labels are known.
        explain: from a question, why its answer is what it is, in words.
        definition: from its rules and those on measuring, what is measured, in a paragraph.
        kind: whether its answers are numbers, scored by how near they come, or words.
        unit: of a number: `m`, `cm`, `m²`; None for counts and words.
        margin: how far a value is from another answer; None for numbers.
        seen_share: of the questions asked without the visibility filter, the share that is left with it
            (`analysis/data/seen_shares.yaml` says how it was measured); 1 where nobody measured it.
        thinned: the part of the rules of balance that thins its common answers, beside those for letters and
            types: `directions` and `counts` by the answer, `sizes` by category and value; None for none.
        look_rate: from its rules, how many frames of the stream it looks at in a second; None where it needs
            no video.
        answer: answers a question that is only known by its type and the words in it: what `vsidata conform`
            compares with released keys. Raises `UnresolvedError`. None where the words are not enough.
        near_miss: from a question, the rules of its type and the wrong words that it offers, the wrong answer
            nearest to the right one, None where there is none; None in its place for numbers, whose near
            misses are near.
        words: from its rules and a question type, the words that answer it, where the question does not list
            them; None where it does.
        origin: where a topic from outside comes from, for the manifest: `file` and `sha256`, or `package` and
            `version`. Whoever loads it fills it in.
    """

    name: str
    title: str
    rules: type[Rules]
    generate: Callable[[MeasuredScene, Any, Generator], Iterator[Draft | Drop]]
    most: Callable[[MeasuredScene, Any], int]
    explain: Callable[[Row], str]
    definition: Callable[[Stated, Stated], str]
    kind: Literal["number", "word"]
    unit: str | None = None
    margin: Margin | None = None
    seen_share: float = 1.0
    thinned: Literal["directions", "counts", "sizes"] | None = None
    look_rate: Callable[[Any], float] | None = None
    answer: Callable[[MeasuredScene, Any, str, Mapping[str, str]], str] | None = None
    near_miss: Callable[[Row, Any, Sequence[str]], str | None] | None = None
    words: Callable[[Any, str], Sequence[str]] | None = None
    origin: Mapping[str, str] | None = None

    def described(self, rules: Stated, measurement: Stated) -> dict[str, Any]:
        """What readers of a build need to know of the topic, as plain data for the manifest.

        Args:
            rules: its own, and
            measurement: those on measuring.
        """
        return {
            "title": self.title,
            "definition": self.definition(rules, measurement),
            "margin": None if self.margin is None else asdict(self.margin),
            "thinned": self.thinned,
        } | ({"origin": dict(self.origin)} if self.origin else {})


def texts(name: str, rules: Stated) -> Mapping[str, str]:
    """Question type → its text, of a topic's rules: several where they have `kinds`, else one of its name."""
    kinds: Mapping[str, Stated] = rules.get("kinds") or {name: rules}
    return {type_: kind["question"] for type_, kind in kinds.items() if "question" in kind}


def margin_in_words(margin: float | None, about: Mapping[str, Any] | None, rules: Stated) -> str:
    """How far a value is from where the answer would be another one, and what the rules ask for.

    Args:
        margin: of a question; None for a number.
        about: the topic's `Margin` as a dictionary; None where nothing is known of it.
        rules: of the topic.
    """
    if margin is None:
        return (
            "An answer in numbers is scored by how near it comes: there is no other answer to keep away from."
        )
    if about is None:
        return f"The answer would change {margin:.3g} further on."
    said = about["words"].replace("{}", _amount(margin, about["unit"]))
    stated = rules.get(about["rule"])
    if stated is None:
        return f"{said}."
    asked = about["asks"].replace("{}", in_words(stated["value"], stated["unit"]))
    return f"{said}; the rules ask for {asked}."


def _amount(margin: float, unit: str) -> str:
    match unit:
        case "rad":
            return f"{math.degrees(margin):.0f}°"
        case "s":
            return f"{margin:.1f} s"
        case _:
            return f"{margin:.2f} {unit}"


def in_words(value: float, unit: str | None) -> str:
    """A stated constant with its unit."""
    match unit:
        case "share":
            return f"{100 * value:g} %"
        case "deg":
            return f"{value:g}°"
        case "count" | None:
            return f"{value:g}"
        case _:
            return f"{value:g} {unit}"


def measure_value(row: Row, name: str) -> float | None:
    """A measure of a question's evidence by its name; None where it has none of that name."""
    return next((one["value"] for one in row["evidence"]["measures"] if one["name"] == name), None)


def objects_in_words(row: Row) -> list[str]:
    """The objects of a question as a person finds them: `sink (object 12)`."""
    return [f"{thing['category']} (object {thing['instance']})" for thing in row["evidence"]["objects"]]
