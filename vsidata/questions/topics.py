"""The topics by name, and how a scene is asked. A new topic is one new file and one line here."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from numpy.random import Generator

from vsidata.constant import Rules
from vsidata.measure import MeasuredScene, generator
from vsidata.questions import (
    obj_appearance_order,
    object_abs_distance,
    object_counting,
    object_rel_direction,
    object_rel_distance,
    object_size_estimation,
    room_size_estimation,
    route_planning,
)
from vsidata.questions.question import Draft, Drop, Question, complete

if TYPE_CHECKING:
    from vsidata.questions.rules import RuleSet

Drops = Counter[tuple[str, str]]
"""Candidates refused, by topic and reason."""


@dataclass(frozen=True)
class Topic:
    """A topic.

    Attributes:
        rules: the form of its rules.
        generate: makes its questions about a scene.
        most: the most questions it can make about a scene of which only the labels are known.
    """

    rules: type[Rules]
    generate: Callable[[MeasuredScene, Any, Generator], Iterator[Draft | Drop]]
    most: Callable[[MeasuredScene, Any], int]


TOPICS: Mapping[str, Topic] = {
    "object_counting": Topic(
        object_counting.ObjectCountingRules, object_counting.object_counting, object_counting.most
    ),
    "object_size_estimation": Topic(
        object_size_estimation.ObjectSizeRules,
        object_size_estimation.object_size_estimation,
        object_size_estimation.most,
    ),
    "room_size_estimation": Topic(
        room_size_estimation.RoomSizeRules,
        room_size_estimation.room_size_estimation,
        room_size_estimation.most,
    ),
    "object_abs_distance": Topic(
        object_abs_distance.AbsoluteDistanceRules,
        object_abs_distance.object_abs_distance,
        object_abs_distance.most,
    ),
    "object_rel_distance": Topic(
        object_rel_distance.RelativeDistanceRules,
        object_rel_distance.object_rel_distance,
        object_rel_distance.most,
    ),
    "object_rel_direction": Topic(
        object_rel_direction.RelativeDirectionRules,
        object_rel_direction.object_rel_direction,
        object_rel_direction.most,
    ),
    "obj_appearance_order": Topic(
        obj_appearance_order.AppearanceOrderRules,
        obj_appearance_order.obj_appearance_order,
        obj_appearance_order.most,
    ),
    "route_planning": Topic(
        route_planning.RoutePlanningRules, route_planning.route_planning, route_planning.most
    ),
}


def ask(
    scene: MeasuredScene, rules: "RuleSet", seed: int, topics: Iterable[str]
) -> tuple[list[Question], Drops]:
    """Ask a scene everything that the rules allow.

    Args:
        scene: a measured scene.
        rules: the rule set; a topic that it has no rules for is not asked.
        seed: with the scene's name and the topic, it alone decides what is drawn.
        topics: names of topics.

    Returns:
        The questions, each with an id of its own, in the order of TOPICS; and how many candidates were
        refused by topic and reason.
    """
    questions: dict[str, Question] = {}
    drops: Drops = Counter()
    wanted = set(topics)
    for name, topic in TOPICS.items():
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
