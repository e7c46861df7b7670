"""The words that can answer a question."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from vsidata.topics.registry import TOPICS
from vsidata.topics.rule_set import load_rules
from vsidata.topics.topic import Topic, texts
from vsitrain.prompts import offered_words
from vsitrain.prompts.question_text import Row

_RULE_SETS = ("vsibench", "vsi100k", "wide", "posed", "vsti")
"""The rule sets of this project. If several rule sets have a question type, the rules of the first one count.
"""


def wrong_words(row: Row) -> list[str]:
    """The wrong words that a question offers; empty if it offers no words.

    The words are the options, the words in parentheses, or the words of the topic for the question type.
    """
    words = offered_words(row) or _words(row)
    return [word for word in words if word != row["answer"]] if row["answer"] in words else []


def topic_and_rules(row: Row) -> tuple[Topic, Any] | None:
    """The topic of a row's question type, with its rules; None if no rule set of ours has the type."""
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
