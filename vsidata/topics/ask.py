"""Ask about a scene by every topic of a rule set. Each topic has its own random generator."""

from collections import Counter
from collections.abc import Iterable

from vsidata.measuring.measure import MeasuredScene, generator
from vsidata.topics.question import Drop, Question, complete
from vsidata.topics.rule_set import RuleSet

Drops = Counter[tuple[str, str]]
"""The number of refused candidates, by topic and reason."""


def ask(
    scene: MeasuredScene, rules: RuleSet, seed: int, topics: Iterable[str]
) -> tuple[list[Question], Drops]:
    """Generate all questions about a scene that the rules allow.

    Args:
        scene: a measured scene.
        rules: the rule set; a topic without rules in it is not asked.
        seed: the random seed; the draws depend only on it, the scene's name and the topic.
        topics: names of topics.

    Returns:
        The questions, each with its own id, in the order of the registry; and the numbers of refused
        candidates by topic and reason.
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
                drops[name, "the same text was already asked"] += 1
            questions.setdefault(question.id, question)
    return [*questions.values()], drops
