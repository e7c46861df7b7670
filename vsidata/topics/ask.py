"""How a scene is asked: every topic of a rule set, each with a generator of its own."""

from collections import Counter
from collections.abc import Iterable

from vsidata.measuring.measure import MeasuredScene, generator
from vsidata.topics.question import Drop, Question, complete
from vsidata.topics.rule_set import RuleSet

Drops = Counter[tuple[str, str]]
"""Candidates refused, by topic and reason."""


def ask(
    scene: MeasuredScene, rules: RuleSet, seed: int, topics: Iterable[str]
) -> tuple[list[Question], Drops]:
    """Ask a scene everything that the rules allow.

    Args:
        scene: a measured scene.
        rules: the rule set; a topic that it has no rules for is not asked.
        seed: with the scene's name and the topic, it alone decides what is drawn.
        topics: names of topics.

    Returns:
        The questions, each with an id of its own, in the order of the registry; and how many candidates were
        refused by topic and reason.
    """
    questions: dict[str, Question] = {}
    drops: Drops = Counter()
    wanted = set(topics)
    for name, topic in rules.registry.items():
        topic_rules = rules.topics.get(name)
        if name not in wanted or topic_rules is None:
            continue
        rng = generator(seed, scene.dataset, scene.name, name)
        for outcome in topic.generate(scene, topic_rules, rng):
            if isinstance(outcome, Drop):
                drops[name, outcome.reason] += outcome.count
                continue
            question = complete(
                outcome, dataset=scene.dataset, scene_name=scene.name, topic=name, rules=rules.label
            )
            if question.id in questions:
                drops[name, "the same words were asked already"] += 1
            questions.setdefault(question.id, question)
    return [*questions.values()], drops
