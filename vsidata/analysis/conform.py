"""Recompute released VSI-Bench keys from the released boxes, and compare them with a rule set's answers.

The released questions are parsed with the rule set's own question strings, and answered with the topics' own
functions. So the agreement also holds for the questions of a build.
"""

import codecs
import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import orjson

from vsidata.errors import VsiError
from vsidata.files.safe_files import LARGEST_LINES, read_regular
from vsidata.measuring.measure import MeasuredScene, measure
from vsidata.metrics import mean_relative_accuracy
from vsidata.sources.registry import Source
from vsidata.topics.released import UnresolvedError
from vsidata.topics.rule_set import RuleSet
from vsidata.topics.topic import texts

if TYPE_CHECKING:
    from rich.table import Table

CLOSE = 0.1
"""Metres: one step of the released absolute distances."""

WHY_DISTANCES_DIFFER = (
    "The released distances come from points on a 5 cm grid in the boxes' shells; the exact distance between "
    "the boxes is a few centimetres shorter."
)


@dataclass
class Agreement:
    """The agreement of the released keys of one question type with our answers.

    Attributes:
        released: the number of questions of this type.
        agreeing: the number of questions with a key that is exactly our answer.
        unresolved: reason → the number of questions that the boxes cannot answer.
        differing: (id, released key, our answer) of each question with another key.
        relative_accuracy: mean relative accuracy of our numbers against the keys, 0 to 1; None for letters.
        close: the number of answers within one step (0.1 m) of the key; None if the answer is not a distance
            in metres.
    """

    released: int = 0
    agreeing: int = 0
    unresolved: Counter[str] = field(default_factory=Counter)
    differing: list[tuple[str, str, str]] = field(default_factory=list)
    relative_accuracy: float | None = None
    close: int | None = None

    @property
    def resolved(self) -> int:
        """The number of questions that the boxes can answer."""
        return self.released - sum(self.unresolved.values())


def read_questions(path: Path) -> Iterator[dict[str, Any]]:
    """Rows of a file of released questions, one JSON object per line.

    Raises:
        VsiError: the file cannot be read, or a line lacks a column of the benchmark or has no valid key.
    """
    needed = {"dataset", "scene_name", "question_type", "question", "options", "ground_truth"}
    try:
        lines = read_regular(path, LARGEST_LINES).removeprefix(codecs.BOM_UTF8).splitlines()
    except OSError as error:
        raise VsiError(path, f"cannot be read: {error.strerror}.", "Pass a readable .jsonl file.") from error
    for number, line in enumerate(lines, 1):
        try:
            row = orjson.loads(line)
            missing = needed - set(row)
        except (orjson.JSONDecodeError, TypeError) as error:
            fault, remedy = f"line {number} is not a JSON object.", "Write one question per line."
            raise VsiError(path, fault, remedy) from error
        if missing:
            fault = f"line {number} has no column {', '.join(sorted(missing))}."
            raise VsiError(path, fault, "Use the benchmark's own test.jsonl.")
        if not _is_key(row["ground_truth"], row["options"], row.get("unit")):
            fault = f"line {number} has the ground_truth {row['ground_truth']!r:.40}, which is not an answer."
            raise VsiError(path, fault, "Use the benchmark's own test.jsonl.")
        yield row


def _is_key(key: Any, options: Any, unit: Any) -> bool:
    """Return whether a key is the letter of an option.

    If there are no options, a key is a positive number, or any finite number of degrees.
    """
    if options is not None:
        return isinstance(options, list) and [str(text)[:2] for text in options].count(f"{key}.") == 1
    try:
        return math.isfinite(float(key)) and (unit == "°" or float(key) > 0)
    except (TypeError, ValueError):
        return False


def conform(
    scenes: Mapping[tuple[str, str], MeasuredScene], questions: Iterable[Mapping[str, Any]], rules: RuleSet
) -> dict[str, Agreement]:
    """Compare released keys with answers from the released boxes.

    Args:
        scenes: (dataset, scene name) → measured scene.
        questions: rows with the benchmark's columns.
        rules: the rule set with the strings and definitions to try.

    Returns:
        Question type → agreement. Question types that the rule set does not have are missing.
    """
    readers = _readers(rules)
    found: dict[str, Agreement] = {}
    numbers: dict[str, list[tuple[float, float]]] = {}
    for row in questions:
        kind = str(row["question_type"])
        if kind not in readers:
            continue
        agreement = found.setdefault(kind, Agreement())
        agreement.released += 1
        try:
            ours = _recomputed_answer(scenes, row, readers[kind])
        except UnresolvedError as reason:
            agreement.unresolved[str(reason)] += 1
            continue
        key = _open_key(row)
        if ours == key:
            agreement.agreeing += 1
        else:
            agreement.differing.append((str(row.get("id", "")), key, ours))
        if row["options"] is None:
            numbers.setdefault(kind, []).append((float(ours), float(key)))
    for kind, pairs in numbers.items():
        ours_, keys = np.array(pairs).T
        found[kind].relative_accuracy = float(np.mean(mean_relative_accuracy(ours_, keys)))
        if readers[kind].unit == "m":
            found[kind].close = int(np.count_nonzero(np.abs(ours_ - keys) <= CLOSE + 1e-9))
    return found


def _recomputed_answer(
    scenes: Mapping[tuple[str, str], MeasuredScene], row: Mapping[str, Any], reader: "_Reader"
) -> str:
    match = reader.pattern.fullmatch(row["question"])
    if match is None:
        raise UnresolvedError("the text is not one of the rule set's")
    scene = scenes.get((row["dataset"], row["scene_name"]))
    if scene is None:
        raise UnresolvedError("the scene is not in the meta information")
    return reader.answer(scene, reader.rules, row["question_type"], match.groupdict())


def _open_key(row: Mapping[str, Any]) -> str:
    """The released key in words: the text of the option with that letter."""
    if row["options"] is None:
        return str(row["ground_truth"])
    return next(
        str(text).partition(". ")[2]
        for text in row["options"]
        if str(text).startswith(row["ground_truth"] + ".")
    )


@dataclass(frozen=True)
class _Reader:
    """The means to answer the questions of one type.

    Attributes:
        pattern: the text of the questions, with groups for their words.
        answer: the function of their topic.
        rules: the rules of their topic.
        unit: the unit of the answer.
    """

    pattern: re.Pattern[str]
    answer: Callable[[MeasuredScene, Any, str, Mapping[str, str]], str]
    rules: Any
    unit: str | None


def _readers(rules: RuleSet) -> dict[str, _Reader]:
    """A reader for each question type that can be answered from its words."""
    found = {}
    for name, stated in rules.topics.items():
        topic = rules.registry[name]
        if topic.answer is not None:
            for kind, text in texts(name, rules.resolved["topics"][name]).items():
                found[kind] = _Reader(question_pattern(text), topic.answer, stated, topic.unit)
    return found


def question_pattern(question: str) -> re.Pattern[str]:
    """A regular expression for a question string with `{roles}`.

    Each role is a group. A role that occurs twice must have the same words both times.
    """
    parts = re.split(r"\{(\w+)\}", question)
    seen: set[str] = set()
    pattern = re.escape(parts[0])
    for role, text in zip(parts[1::2], parts[2::2], strict=True):
        pattern += f"(?P={role})" if role in seen else f"(?P<{role}>.+?)"
        seen.add(role)
        pattern += re.escape(text)
    return re.compile(pattern)


def measured_scenes(source: Source, rules: RuleSet) -> dict[tuple[str, str], MeasuredScene]:
    """All scenes of a source, measured by a rule set, by dataset and name."""
    scenes = (source.load(name) for name in source.names())
    return {
        (scene.dataset, scene.name): measure(scene, rules.measurement, rules.vocabulary, seed=0)
        for scene in scenes
    }


def table(found: Mapping[str, Agreement]) -> "Table":
    """The table for a terminal: one row per question type, and one per reason for unresolved questions."""
    from rich.table import Table

    shown = Table(
        "question type", "released", "resolved", "agree", "MRA", "within 0.1 m", box=None, pad_edge=False
    )
    for column in shown.columns[1:]:
        column.justify = "right"
    for kind, agreement in sorted(found.items()):
        accuracy, close = agreement.relative_accuracy, agreement.close
        shown.add_row(
            kind,
            str(agreement.released),
            str(agreement.resolved),
            str(agreement.agreeing),
            "" if accuracy is None else f"{100 * accuracy:.1f}",
            "" if close is None else f"{100 * close / agreement.resolved:.1f} %",
        )
        for reason, count in sorted(agreement.unresolved.items()):
            shown.add_row(f"  {reason}", "", f"-{count}")
    return shown
