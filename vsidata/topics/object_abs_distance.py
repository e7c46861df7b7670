"""The distance between two objects."""

from collections.abc import Iterator, Mapping
from functools import partial
from itertools import combinations
from math import comb
from typing import Annotated

from numpy.random import Generator

from vsidata.measuring.measure import Between, MeasuredObject, MeasuredScene
from vsidata.rules.constant import Count, Labels, Length, Rules, Share, places_for
from vsidata.topics import shapes as drawn
from vsidata.topics.candidates import Candidate, capped, capped_number
from vsidata.topics.distances import measures
from vsidata.topics.measured_words import distance_in_words
from vsidata.topics.question import Draft, Drop, Evidence, EvidenceObject
from vsidata.topics.released import UnresolvedError, only_object
from vsidata.topics.topic import Row, Stated, Topic, objects_in_words


class SurfaceAgreement(Rules):
    """The limits of the difference between the distance of boxes and the distance of surfaces.

    A difference is too large if it is above both limits.

    Attributes:
        metres: the limit in metres.
        share: the limit as a share of the distance asked about.
    """

    metres: Length
    share: Share


class AbsoluteDistanceRules(Rules):
    """Rules of absolute distances.

    Attributes:
        question: the text, with `{a}` and `{b}`; it asks for metres.
        between: what is measured: the distance between the objects' boxes, surfaces, or positions.
        min_distance: the shortest distance that is asked about.
        agreement: the largest difference between boxes and surfaces, if surfaces are known; None for no
            limit.
        exclude: words that are not asked about.
        per_scene: largest number of questions from one scene.
    """

    question: Annotated[str, places_for("a", "b")]
    between: Between
    min_distance: Length
    agreement: SurfaceAgreement | None = None
    exclude: tuple[Labels, ...] = ()
    per_scene: Count | None = None


def object_abs_distance(
    scene: MeasuredScene, rules: AbsoluteDistanceRules, rng: Generator
) -> Iterator[Draft | Drop]:
    """The distance between two objects that each occur once, for pairs in random order.

    Topics that compare distances allow for rival boxes (`MeasuredObject.slack`). This topic does not need to,
    because it compares no distances. With `agreement`, the answer is also close to the distance between
    surfaces, which does not depend on boxes. `min_distance` only selects the questions.
    """
    return capped(scene, _candidates(scene, rules, rng), rules.per_scene)


def most(scene: MeasuredScene, rules: AbsoluteDistanceRules) -> int:
    """The largest possible number of questions about a scene, from its labels alone."""
    return capped_number(comb(len(scene.once_only_except(rules.exclude)), 2), rules.per_scene)


def _candidates(scene: MeasuredScene, rules: AbsoluteDistanceRules, rng: Generator) -> Iterator[Candidate]:
    things = scene.once_only_except(rules.exclude)
    pairs = list(combinations(things, 2))
    for index in rng.permutation(len(pairs)):
        a, b = pairs[index]
        if rng.random() < 0.5:  # otherwise the words would always be in alphabetical order
            a, b = b, a
        yield partial(_ask, scene, rules, a, b)


def _ask(
    scene: MeasuredScene, rules: AbsoluteDistanceRules, a: MeasuredObject, b: MeasuredObject
) -> Draft | Drop:
    if not (a.askable and b.askable):
        return Drop("an object is too small or has no box")
    metres = scene.distance(a, b, rules.between)
    if metres is None:
        return Drop("the source has neither boxes nor surfaces to measure the distance")
    if metres < rules.min_distance.value:
        return Drop("closer than the shortest distance asked about")
    by_surfaces = scene.distance(a, b, "surfaces")
    if rules.agreement and by_surfaces is not None:
        off = abs(metres - by_surfaces)
        if off > rules.agreement.metres.value and off > rules.agreement.share.value * metres:
            return Drop("boxes and surfaces disagree on the distance")
    return Draft(
        question_type="object_abs_distance",
        question=rules.question.format(a=a.category, b=b.category),
        answer=_answer_of(metres),
        unit="m",
        evidence=Evidence(
            objects=(
                EvidenceObject("first", a.instance, a.category),
                EvidenceObject("second", b.instance, b.category),
            ),
            value=metres,
            measures=measures(scene, a, b),
        ),
        draw=partial(drawn.between, scene, a, b, rules.between, metres, "answer"),
    )


def _answer_of(metres: float) -> str:
    """Metres, rounded to the one decimal of the answer."""
    return str(round(metres, 1))


def _explain(row: Row) -> str:
    first, second = objects_in_words(row)
    evidence = row["evidence"]
    known = {one["name"]: one["value"] for one in evidence["measures"]}
    if evidence["value"] not in known.values():
        known["centres"] = evidence["value"]
    apart = ", ".join(f"{name} {metres:.2f} m" for name, metres in known.items())
    return f"{first} to {second}: {apart} apart"


def _definition(rules: Stated, measurement: Stated) -> str:
    return distance_in_words("The distance between the two objects is measured", rules, measurement)


def _answer(scene: MeasuredScene, rules: AbsoluteDistanceRules, _type: str, words: Mapping[str, str]) -> str:
    metres = scene.distance(only_object(scene, words["a"]), only_object(scene, words["b"]), rules.between)
    if metres is None:
        raise UnresolvedError("no box of the category")
    return _answer_of(metres)


TOPIC = Topic(
    name="object_abs_distance",
    title="absolute distance",
    rules=AbsoluteDistanceRules,
    generate=object_abs_distance,
    most=most,
    explain=_explain,
    definition=_definition,
    kind="number",
    unit="m",
    seen_share=0.90,
    answer=_answer,
)
