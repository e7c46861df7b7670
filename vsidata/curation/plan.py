"""What a rule set would ask, projected from annotations alone: no mesh is read and nothing is measured.

The projection is an upper bound. It is exact where the rules refuse nothing for its geometry, as those of the
paper do; elsewhere a build also drops objects that are too small, options that are too close, and so on.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from vsidata.curation.expectation import Expectation
from vsidata.errors import ScanError
from vsidata.measure import MeasuredObject, MeasuredScene
from vsidata.questions.rules import RuleSet
from vsidata.questions.topics import TOPICS
from vsidata.sources.registry import Source

if TYPE_CHECKING:
    from rich.table import Table


@dataclass(frozen=True)
class Plan:
    """A projection.

    Attributes:
        rules: name and digest of the rule set.
        scenes: how many scenes were projected.
        questions: topic → most questions that a build can ask.
        failures: the scenes without a usable annotation.
    """

    rules: str
    scenes: int
    questions: Mapping[str, int]
    failures: Sequence[ScanError]


def plan(source: Source, names: Iterable[str], rules: RuleSet) -> Plan:
    """Project the questions about some scenes of a source from their annotations."""
    questions = dict.fromkeys(rules.topics, 0)
    failures = []
    scenes = 0
    for name in names:
        try:
            scene = _unmeasured(source, name, rules)
        except ScanError as error:
            failures.append(error)
            continue
        scenes += 1
        for topic, topic_rules in rules.topics.items():
            questions[topic] += TOPICS[topic].most(scene, topic_rules)
    return Plan(rules.label, scenes, questions, failures)


def _unmeasured(source: Source, name: str, rules: RuleSet) -> MeasuredScene:
    dataset = source.dataset_of(name)
    objects = [
        MeasuredObject(
            instance,
            words,
            box=None,
            askable=True,
            hides_several=rules.vocabulary.hides_several(label),
            position=None,
        )
        for instance, label in sorted(source.labels(name).items())
        if (words := rules.vocabulary.names(label, dataset))
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


def table(projected: Plan, expected: Expectation | None = None) -> "Table":
    """The projection for a terminal, a row for each topic; beside stated totals, how far it is from each."""
    from rich.table import Table

    columns = (
        ("topic", "at most") if expected is None else ("topic", "at most", expected.name, "difference", "")
    )
    shown = Table(*columns, box=None, pad_edge=False)
    for column in shown.columns[1:4]:
        column.justify = "right"
    if expected is None:
        for topic, number in projected.questions.items():
            shown.add_row(topic, f"{number:,}")
        shown.add_row("together", f"{sum(projected.questions.values()):,}")
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


def as_json(projected: Plan, expected: Expectation | None = None) -> dict[str, Any]:
    """The same for a program."""
    figures: dict[str, Any] = {
        "rules": projected.rules,
        "scenes": projected.scenes,
        "questions": dict(projected.questions),
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
