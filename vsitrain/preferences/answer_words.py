"""What a question could be answered with, in words."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from vsidata.topics.registry import TOPICS
from vsidata.topics.rule_set import load_rules
from vsidata.topics.topic import Topic, texts
from vsitrain.prompts import offered_words
from vsitrain.prompts.question_text import Row

_RULE_SETS = ("vsibench", "vsi100k", "wide")
"""The rule sets of this project; of a question type that several ask, the first one's rules count."""


def wrong_words(row: Row) -> list[str]:
    """The words that a question offers, without the right one; empty where it offers none.

    Those of its options, those it lists in parentheses, or those that its topic has for its question type.
    """
    words = offered_words(row) or _words(row)
    return [word for word in words if word != row["answer"]] if row["answer"] in words else []


def topic_and_rules(row: Row) -> tuple[Topic, Any] | None:
    """The topic that asks questions of a row's type, and its rules; None where no rule set here asks them."""
    return _topics_by_type().get(row.get("question_type") or "")


def _words(row: Row) -> tuple[str, ...]:
    topic, rules = topic_and_rules(row) or (None, None)
    return tuple(topic.words(rules, row["question_type"])) if topic and topic.words else ()


@lru_cache
def _topics_by_type() -> Mapping[str, tuple[Topic, Any]]:
    found: dict[str, tuple[Topic, Any]] = {}
    for rules in map(load_rules, _RULE_SETS):
        for name, stated in rules.topics.items():
            for question_type in texts(name, rules.resolved["topics"][name]):
                found.setdefault(question_type, (TOPICS[name], stated))
    return found
