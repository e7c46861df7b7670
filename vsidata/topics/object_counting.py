"""The number of objects of a category in the room."""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Annotated

from numpy.random import Generator

from vsidata.measuring.measure import MeasuredObject, MeasuredScene
from vsidata.rules.constant import Count, Labels, Rules, Share, places_for
from vsidata.topics import shapes as drawn
from vsidata.topics.candidates import Candidate, capped, capped_number
from vsidata.topics.question import Draft, Drop, Evidence, EvidenceObject, Shape
from vsidata.topics.released import UnresolvedError
from vsidata.topics.topic import Row, Stated, Topic


class ObjectCountingRules(Rules):
    """Rules of object counts.

    Attributes:
        question: the text, with `{category}`.
        least: the least number of objects of a category. Smaller numbers are not asked about.
        most_unannotated: largest share of a mesh without annotation. Above it, counts are not reliable.
        only_countable: whether to leave out categories with an object that may be several things (`clothes`,
            `shelf`) or is too small to be asked about.
        exclude: words that are not counted.
        per_scene: largest number of questions from one scene.
    """

    question: Annotated[str, places_for("category")]
    least: Count
    most_unannotated: Share | None = None
    only_countable: bool
    exclude: tuple[Labels, ...] = ()
    per_scene: Count | None = None


def object_counting(
    scene: MeasuredScene, rules: ObjectCountingRules, rng: Generator
) -> Iterator[Draft | Drop]:
    """One question per category with enough objects, unless a group of them is annotated as one.

    Source: VSI-Bench keys, 560 of 565 (the others were corrected by hand).
    """
    return capped(scene, _candidates(scene, rules, rng), rules.per_scene)


def most(scene: MeasuredScene, rules: ObjectCountingRules) -> int:
    """The largest possible number of questions about a scene, from its labels alone."""
    names = [
        name
        for name in _enough(scene, rules)
        if not scene.has_group(name)
        and not (rules.only_countable and any(thing.hides_several for thing in scene.bearers[name]))
    ]
    return capped_number(len(names), rules.per_scene)


def _enough(scene: MeasuredScene, rules: ObjectCountingRules) -> list[str]:
    excluded = {label for entry in rules.exclude for label in entry.labels}
    return [
        name for name in scene.categories if scene.count(name) >= rules.least.value and name not in excluded
    ]


def _candidates(scene: MeasuredScene, rules: ObjectCountingRules, rng: Generator) -> Iterator[Candidate]:
    names = _enough(scene, rules)
    unannotated = scene.unannotated_share
    if rules.most_unannotated and unannotated is not None and unannotated > rules.most_unannotated.value:
        yield partial(Drop, "too much of the mesh is unannotated for a reliable count", len(names))
        return
    for name in rng.permutation(names).tolist():
        yield partial(_ask, scene, rules, name)


def _ask(scene: MeasuredScene, rules: ObjectCountingRules, name: str) -> Draft | Drop:
    counted = scene.bearers[name]
    if scene.has_group(name):
        return Drop("a group of them is annotated as one object")
    if rules.only_countable and any(thing.hides_several for thing in counted):
        return Drop("the label does not state how many things one object is")
    if rules.only_countable and not all(thing.askable for thing in counted):
        return Drop("an object of the category is too small or has no box")
    return Draft(
        question_type="object_counting",
        question=rules.question.format(category=name),
        answer=str(scene.count(name)),
        evidence=Evidence(
            objects=tuple(EvidenceObject("counted", thing.instance, name) for thing in counted),
            value=float(scene.count(name)),
        ),
        draw=partial(shapes, counted),
    )


def shapes(counted: Sequence[MeasuredObject]) -> tuple[Shape, ...]:
    """A number on each object."""
    middles = [drawn.middle(thing) for thing in counted]
    return tuple(
        drawn.point(at, "answer", str(number)) for number, at in enumerate(middles, 1) if at is not None
    )


def _explain(row: Row) -> str:
    evidence = row["evidence"]
    objects = evidence["objects"]
    ids = ", ".join(str(thing["instance"]) for thing in objects)
    return f"{objects[0]['category']}: {evidence['value']:.0f} in the annotation (objects {ids})"


def _definition(_rules: Stated, _measurement: Stated) -> str:
    return "The objects of the annotation with this word are counted."


def _answer(scene: MeasuredScene, _rules: ObjectCountingRules, _type: str, words: Mapping[str, str]) -> str:
    if scene.count(words["category"]) == 0:
        raise UnresolvedError("no box of the category")
    return str(scene.count(words["category"]))


TOPIC = Topic(
    name="object_counting",
    title="object counting",
    rules=ObjectCountingRules,
    generate=object_counting,
    most=most,
    explain=_explain,
    definition=_definition,
    kind="number",
    seen_share=0.90,
    thinned="counts",
    answer=_answer,
)
