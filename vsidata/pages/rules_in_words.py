"""What a rule set asks for, topic by topic, and how far an answer is from another one, in words."""

from collections.abc import Iterator, Mapping
from typing import Any

from vsidata.dataset.differences import differences
from vsidata.dataset.results import Row
from vsidata.topics import topic
from vsidata.topics.rule_set import RULE_SETS, load_rules

Resolved = Mapping[str, Any]
"""The resolved rules, as a manifest has them."""

STATED_AREA = (
    "The area is the one that the scan's makers state: the rules measure none, and there is no outline."
)
"""What stands in place of the definition where a room's area is stated, not measured."""


def topic_rules(rules: Resolved, described: Mapping[str, Any]) -> dict[str, Any]:
    """What the rules say on each topic: a definition in sentences, and the constants with their reasons.

    Args:
        rules: resolved.
        described: what is known of each topic, `vsidata.topics.described`.

    Returns:
        topic → `definition`, and `constants`: `name`, `value` in words, `why` and `source` of each.
    """
    return {
        name: {
            "definition": described.get(name, {}).get("definition", ""),
            "constants": [*_constants(stated)],
        }
        for name, stated in rules["topics"].items()
    }


def what_differs(resolved: Resolved, extends: str | None) -> dict[str, Any]:
    """What a user's own rule set is for, and what it changes in the one of this package that it extends.

    Args:
        resolved: the rules.
        extends: the rule set that they extend.

    Returns:
        `why`: empty where the user gives no reason of his own; `extends`: name of the rule set, or None;
        `changes`: one line for each constant and text that differs.
    """
    if extends not in RULE_SETS:  # none, or one of another release
        return {"why": resolved["why"], "extends": None, "changes": []}
    base = load_rules(extends).resolved
    changed = differences(base, {**resolved, "name": base["name"]})
    return {
        "why": "" if resolved["why"] == base["why"] else resolved["why"],
        "extends": extends,
        "changes": [f"{name} {values}" for name, values in changed.items()],
    }


def visibility_constants(rules: Resolved) -> list[dict[str, str]]:
    """When frames show enough, with the reasons."""
    return [*_constants(rules["visibility"])]


def _constants(stated: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    for name, constant in stated.items():
        if isinstance(constant, Mapping) and "value" in constant:
            yield {
                "name": name.replace("_", " "),
                "value": topic.in_words(constant["value"], constant["unit"]),
                "why": constant["why"],
                "source": constant["source"],
            }


def margin_in_words(question: Row, rules: Resolved, described: Mapping[str, Any]) -> str:
    """How far a value is from where the answer would be another one, and what the rules ask for."""
    about = described.get(question["topic"], {}).get("margin")
    stated = rules["topics"].get(question["topic"], {})
    return topic.margin_in_words(question["evidence"]["margin"], about, stated)
