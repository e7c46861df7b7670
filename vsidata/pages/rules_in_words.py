"""The rules of each topic and the margin of an answer, in words."""

from collections.abc import Iterator, Mapping
from typing import Any

from vsidata.dataset.differences import differences
from vsidata.dataset.results import Row
from vsidata.topics import topic
from vsidata.topics.rule_set import RULE_SETS, load_rules

Resolved = Mapping[str, Any]
"""The resolved rules, as a manifest has them."""

STATED_AREA = "The makers of the scan state this area. The rules do not measure it, so there is no outline."
"""The text that replaces the definition if the area of a room is stated, not measured."""


def topic_rules(rules: Resolved, described: Mapping[str, Any]) -> dict[str, Any]:
    """The rules of each topic: a definition in sentences, and the constants with their reasons.

    Args:
        rules: the resolved rules.
        described: the description of each topic, from `vsidata.topics.described`.

    Returns:
        The `definition` and the `constants` of each topic. A constant has a `name`, a `value` in words, `why`
        and `source`.
    """
    return {
        name: {
            "definition": described.get(name, {}).get("definition", ""),
            "constants": [*_constants(stated)],
        }
        for name, stated in rules["topics"].items()
    }


def what_differs(resolved: Resolved, extends: str | None) -> dict[str, Any]:
    """The reason for a user's rule set, and its differences from the rule set that it extends.

    Args:
        resolved: the resolved rules.
        extends: the name of the rule set that they extend; None if they extend none.

    Returns:
        `why`: the user's reason; empty if the user states no reason.
        `extends`: the name of the extended rule set; None if this release does not contain it.
        `changes`: one line per constant or text that differs.
    """
    if extends not in RULE_SETS:  # None, or a rule set of another release
        return {"why": resolved["why"], "extends": None, "changes": []}
    base = load_rules(extends).resolved
    changed = differences(base, {**resolved, "name": base["name"]})
    return {
        "why": "" if resolved["why"] == base["why"] else resolved["why"],
        "extends": extends,
        "changes": [f"{name} {values}" for name, values in changed.items()],
    }


def visibility_constants(rules: Resolved) -> list[dict[str, str]]:
    """The constants that decide when frames show enough, with the reasons."""
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
    """The distance of a value from where the answer would change, and the minimum distance by the rules."""
    about = described.get(question["topic"], {}).get("margin")
    stated = topic.rules_of_type(question["question_type"], rules["topics"].get(question["topic"], {}))
    return topic.margin_in_words(question["evidence"]["margin"], about, stated)
