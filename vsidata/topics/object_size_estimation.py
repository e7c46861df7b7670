"""The longest dimension of an object."""

import math
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Annotated

from numpy.random import Generator

from vsidata.measuring.measure import MeasuredObject, MeasuredScene
from vsidata.rules.constant import Count, Labels, Rules, places_for
from vsidata.scene import OrientedBox
from vsidata.topics import shapes as drawn
from vsidata.topics.candidates import Candidate, capped, capped_number
from vsidata.topics.measured_words import box
from vsidata.topics.question import Draft, Drop, Evidence, EvidenceObject, Shape
from vsidata.topics.released import UnresolvedError, only_object
from vsidata.topics.topic import Row, Stated, Topic, objects_in_words


class ObjectSizeRules(Rules):
    """Rules of object sizes.

    Attributes:
        question: the text, with `{category}`; it asks for centimetres.
        exclude: words that are not measured.
        per_scene: largest number of questions from one scene.
    """

    question: Annotated[str, places_for("category")]
    exclude: tuple[Labels, ...] = ()
    per_scene: Count | None = None


def object_size_estimation(
    scene: MeasuredScene, rules: ObjectSizeRules, rng: Generator
) -> Iterator[Draft | Drop]:
    """The longest side of the box of each object that occurs once. Source: VSI-Bench keys, 951 of 951."""
    return capped(scene, _candidates(scene, rules, rng), rules.per_scene)


def most(scene: MeasuredScene, rules: ObjectSizeRules) -> int:
    """The largest possible number of questions about a scene, from its labels alone."""
    return capped_number(len(scene.once_only_except(rules.exclude)), rules.per_scene)


def _candidates(scene: MeasuredScene, rules: ObjectSizeRules, rng: Generator) -> Iterator[Candidate]:
    things = scene.once_only_except(rules.exclude)
    for index in rng.permutation(len(things)):
        yield partial(_ask, rules, things[index])


def _ask(rules: ObjectSizeRules, thing: MeasuredObject) -> Draft | Drop:
    if not thing.askable or thing.box is None:
        return Drop("the object is too small or has no box")
    return Draft(
        question_type="object_size_estimation",
        question=rules.question.format(category=thing.category),
        answer=_answer_of(thing.box.longest_side),
        unit="cm",
        evidence=Evidence(
            objects=(EvidenceObject("measured", thing.instance, thing.category),),
            value=thing.box.longest_side,
        ),
        draw=partial(shapes, thing.box),
    )


def shapes(box: OrientedBox) -> tuple[Shape, ...]:
    """The longest side: of the four edges of that length, the lowest one on a plan seen from above."""
    along = int(box.extents.argmax())
    reach = box.extents[along] * box.axes[along] / 2
    others = [axis for axis in range(3) if axis != along]
    halves = [box.extents[axis] * box.axes[axis] / 2 for axis in others]
    middles = [box.center + a * halves[0] + b * halves[1] for a in (-1, 1) for b in (-1, 1)]
    middle = min(middles, key=lambda point: (round(float(point[1]), 6), float(point[0])))
    start, end = middle - reach, middle + reach
    label = f"{100 * box.longest_side:.1f} cm"
    if (
        math.dist(start[:2], end[:2]) < box.longest_side / 4
    ):  # the side is nearly vertical: seen from above, a line would look too short
        return (drawn.point((start + end) / 2, "answer", f"{label} upright"),)
    return (drawn.line(start, end, role="answer", label=label),)


def _answer_of(longest_side: float) -> str:
    """Metres, rounded to the whole centimetres of the answer."""
    return str(round(100 * longest_side))


def _explain(row: Row) -> str:
    (name,) = objects_in_words(row)
    return f"the longest side of the box of {name} is {100 * row['evidence']['value']:.1f} cm"


def _definition(_rules: Stated, measurement: Stated) -> str:
    return f"The longest side of the object's box is measured. {box(measurement)}".rstrip()


def _answer(scene: MeasuredScene, _rules: ObjectSizeRules, _type: str, words: Mapping[str, str]) -> str:
    thing = only_object(scene, words["category"])
    if thing.box is None:
        raise UnresolvedError("no box of the category")
    return _answer_of(thing.box.longest_side)


TOPIC = Topic(
    name="object_size_estimation",
    title="object size",
    rules=ObjectSizeRules,
    generate=object_size_estimation,
    most=most,
    explain=_explain,
    definition=_definition,
    kind="number",
    unit="cm",
    seen_share=0.91,
    thinned="sizes",
    answer=_answer,
)
