"""The number of questions by a rule set, projected from annotations alone: nothing is measured.

The projection is an upper bound. It is exact for the rules of the paper, which refuse no question because of
geometry. By other rules, a build also refuses objects that are too small, options that are too close, and so
on.

An annotation does not state what frames show. The share of questions that the visibility filter keeps was
measured on other rooms. Each topic states its own share, and `data/seen_shares.yaml` states the source. A
sample of the user's own streams would be more accurate, but it needs their meshes and a second per scan. This
command takes seconds in total.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from vsidata.analysis.expectation import Expectation
from vsidata.errors import ScanError
from vsidata.measuring.measure import MeasuredObject, MeasuredScene
from vsidata.rules.balance import BalanceRules
from vsidata.rules.constant import Rules
from vsidata.rules.strict_yaml import read_packaged
from vsidata.selection.balance import level
from vsidata.sources.registry import Source
from vsidata.topics.rule_set import RuleSet

if TYPE_CHECKING:
    from rich.table import Table


class SeenShares(Rules):
    """The measurement of each topic's `seen_share`, the share of questions that the visibility filter keeps.

    Attributes:
        frames: the number of frames of each scan.
        why, source: the reason and the source of the shares.
    """

    frames: int
    why: str
    source: str


@cache
def seen_shares() -> SeenShares:
    """The measurement of the shares of this package's topics, from `data/seen_shares.yaml`."""
    return read_packaged(SeenShares, __package__, "data/seen_shares.yaml")


@dataclass(frozen=True)
class Projection:
    """A projection.

    Attributes:
        rules: name and digest of the rule set.
        scenes: the number of projected scenes.
        questions: topic → the largest number of questions that a build can have.
        seen: topic → the approximate largest number that remains with frames and the visibility filter.
        failures: the scenes without a usable annotation.
    """

    rules: str
    scenes: int
    questions: Mapping[str, int]
    seen: Mapping[str, int]
    failures: Sequence[ScanError]


def plan(source: Source, names: Iterable[str], rules: RuleSet) -> Projection:
    """Project the questions about some scenes of a source from their annotations."""
    questions = dict.fromkeys(rules.default_topics, 0)
    failures = []
    scenes = 0
    for name in names:
        try:
            scene = _unmeasured(source, name, rules)
        except ScanError as error:
            failures.append(error)
            continue
        scenes += 1
        for topic in questions:
            questions[topic] += rules.registry[topic].most(scene, rules.topics[topic])
    seen = {topic: round(number * rules.registry[topic].seen_share) for topic, number in questions.items()}
    return Projection(
        rules.label, scenes, _balanced(questions, rules.balance), _balanced(seen, rules.balance), failures
    )


def _balanced(questions: Mapping[str, int], balance: BalanceRules | None) -> dict[str, int]:
    """The numbers of questions by topic after topics that are too common are reduced."""
    sizes = [number for number in questions.values() if number]
    if balance is None or balance.topics is None or sum(sizes) < balance.smallest.value or not sizes:
        return dict(questions)
    most = level(sizes, max(balance.topics.value, 1 / len(sizes)))
    return {topic: min(number, most) for topic, number in questions.items()}


def _unmeasured(source: Source, name: str, rules: RuleSet) -> MeasuredScene:
    dataset = source.dataset_of(name)
    repeated = source.repeated(name) if rules.measurement.merge_repeated else frozenset()
    objects = [
        MeasuredObject(
            instance,
            words,
            box=None,
            askable=True,
            hides_several=rules.vocabulary.hides_several(label),
            position=None,
            is_group=rules.vocabulary.is_group(label),
        )
        for instance, label in sorted(source.labels(name).items())
        if instance not in repeated and (words := rules.vocabulary.names(label, dataset))
    ]
    return MeasuredScene(
        dataset=dataset,
        name=name,
        objects=tuple(objects),
        declared_counts=None,
        unannotated_share=None,
        room_areas={},
        room_area_method=rules.measurement.room_area.method,
    )


def table(projected: Projection, expected: Expectation | None = None) -> "Table":
    """The projection as a table with one row per topic. With expected totals, it shows the differences."""
    from rich.table import Table

    filtered = f"about, seen in {seen_shares().frames} frames"
    columns = ("at most", filtered) if expected is None else ("at most", expected.name, "difference", "")
    shown = Table("topic", *columns, box=None, pad_edge=False)
    for column in shown.columns[1:4]:
        column.justify = "right"
    if expected is None:
        seen = projected.seen
        for topic, number in projected.questions.items():
            shown.add_row(topic, f"{number:,}", f"{seen[topic]:,}")
        shown.add_row("together", f"{sum(projected.questions.values()):,}", f"{sum(seen.values()):,}")
        return shown
    shown.add_row(
        "scenes",
        f"{projected.scenes:,}",
        f"{expected.scenes:,}",
        f"{projected.scenes - expected.scenes:+,}",
        _verdict(projected.scenes == expected.scenes),
    )
    for topic, total in expected.questions.items():
        number = projected.questions.get(topic, 0)
        about = "about " if total.within else ""
        shown.add_row(
            topic,
            f"{number:,}",
            f"{about}{total.total:,}",
            f"{number - total.total:+,}",
            _verdict(total.agrees(number)),
        )
    return shown


def _verdict(agrees: bool) -> str:
    return "agrees" if agrees else "differs"


def as_json(projected: Projection, expected: Expectation | None = None) -> dict[str, Any]:
    """The projection as data for a program."""
    figures: dict[str, Any] = {
        "rules": projected.rules,
        "scenes": projected.scenes,
        "questions": dict(projected.questions),
        "seen": dict(projected.seen),
        "failures": [
            {"file": error.file, "fault": error.fault, "remedy": error.remedy} for error in projected.failures
        ],
    }
    if expected is not None:
        differences = {
            topic: projected.questions.get(topic, 0) - total.total
            for topic, total in expected.questions.items()
        }
        figures["expected"] = expected.model_dump(mode="json")
        figures["difference"] = {"scenes": projected.scenes - expected.scenes, "questions": differences}
    return figures
