"""The number of questions of the 1,201 training scans, projected over rooms with their label statistics."""

from collections import Counter

import pytest

from vsidata.measuring.measure import measure
from vsidata.synthetic.layout import box_scene
from vsidata.topics.ask import ask
from vsidata.topics.rule_set import load_rules

ROOMS, TRAINING_SCANS = 160, 1201


@pytest.fixture(scope="module")
def projected() -> Counter[str]:
    """Questions by type over all training scans, under the default rules."""
    rules = load_rules("wide")
    kinds: Counter[str] = Counter()
    for index in range(ROOMS):
        scene = measure(box_scene(5, index), rules.measurement, rules.vocabulary, seed=0)
        kinds.update(question.question_type for question in ask(scene, rules, 0, rules.default_topics)[0])
    return Counter({kind: count * TRAINING_SCANS // ROOMS for kind, count in kinds.items()})


def test_the_default_rules_give_more_than_a_hundred_thousand_questions(projected: Counter[str]) -> None:
    assert projected.total() > 100_000


def test_no_question_type_has_more_than_a_quarter(projected: Counter[str]) -> None:
    assert max(projected.values()) < projected.total() / 4
