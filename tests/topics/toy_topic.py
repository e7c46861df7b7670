"""A topic that this package does not have: which of two objects is higher."""

from itertools import combinations

from vsidata.rules.constant import Count, Length, Rules
from vsidata.topics.candidates import capped, capped_number
from vsidata.topics.question import Draft, Drop, Evidence, EvidenceObject
from vsidata.topics.shapes import middle, point
from vsidata.topics.topic import Margin, Topic, objects_in_words


class HigherRules(Rules):
    question: str
    min_gap: Length
    per_scene: Count | None = None


def higher(scene, rules, rng):
    def asked(a, b):
        first, second = (float(thing.box.corners[:, 2].max()) for thing in (a, b))
        if abs(first - second) < rules.min_gap.value:
            return Drop("nearly as high as each other")
        return Draft(
            question_type="higher",
            question=rules.question.format(a=a.category, b=b.category),
            answer=(a if first > second else b).category,
            choices=(a.category, b.category),
            evidence=Evidence(
                objects=tuple(EvidenceObject("option", thing.instance, thing.category) for thing in (a, b)),
                value=max(first, second),
                margin=abs(first - second),
            ),
            draw=lambda: (point(middle(a if first > second else b), "answer", "the higher one"),),
        )

    pairs = list(combinations(scene.once_only, 2))
    candidates = (lambda pair=pairs[index]: asked(*pair) for index in rng.permutation(len(pairs)))
    return capped(scene, candidates, rules.per_scene)


def most(scene, rules):
    things = len(scene.once_only)
    return capped_number(things * (things - 1) // 2, rules.per_scene)


TOPIC = Topic(
    name="higher",
    title="higher",
    rules=HigherRules,
    generate=higher,
    most=most,
    explain=lambda row: (
        f"the toy says: {' or '.join(objects_in_words(row))}, {row['evidence']['value']:.2f} m"
    ),
    definition=lambda _rules, _measurement: "The highest corners of the boxes are compared, says the toy.",
    kind="word",
    margin=Margin(unit="m", words="The other one is {} lower", rule="min_gap"),
    seen_share=0.5,
)
