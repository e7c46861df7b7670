"""What a rule set asks for, topic by topic, and how far an answer is from another one, in words."""

import math
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from vsidata.dataset.differences import differences
from vsidata.dataset.results import Row
from vsidata.rules.strict_yaml import read_mapping
from vsidata.topics.rule_set import RULE_SETS, load_rules

Resolved = Mapping[str, Any]
"""The resolved rules, as a manifest has them."""

# Which of the rules on measuring a topic's answers follow from.
_BOXED = {"object_size_estimation", "object_abs_distance", "object_rel_distance"}
_PLACED = {"object_rel_direction"}
_ROOMS = {"room_size_estimation"}


def topic_rules(rules: Resolved) -> dict[str, Any]:
    """What the rules say on each topic: a definition in sentences, and the constants with their reasons.

    Returns:
        topic → `definition`, and `constants`: `name`, `value` in words, `why` and `source` of each.
    """
    words = _words()
    return {
        topic: {"definition": _definition(topic, rules, words), "constants": [*_constants(stated)]}
        for topic, stated in rules["topics"].items()
    }


def what_differs(rules: Resolved) -> dict[str, Any]:
    """What a user's own rule set is for, and what it changes in the one of this package that it extends.

    Args:
        rules: the entry of a manifest.

    Returns:
        `why`: empty where the user gives no reason of his own; `extends`: name of the rule set, or None;
        `changes`: one line for each constant and text that differs.
    """
    resolved, extends = rules["resolved"], rules.get("extends")
    if extends not in RULE_SETS:  # none, or one of another release
        return {"why": resolved["why"], "extends": None, "changes": []}
    base = load_rules(extends).resolved
    changed = differences(base, resolved | {"name": base["name"]})
    return {
        "why": "" if resolved["why"] == base["why"] else resolved["why"],
        "extends": extends,
        "changes": [f"{name} {values}" for name, values in changed.items()],
    }


def rule_of_stated_area() -> str:
    """What stands in place of the definition where a room's area is stated, not measured."""
    return str(_words()["stated"])


def visibility_constants(rules: Resolved) -> list[dict[str, str]]:
    """When frames show enough, with the reasons."""
    return [*_constants(rules["visibility"])]


@cache
def _words() -> Mapping[str, Any]:
    return read_mapping(Path(str(resources.files(__package__) / "definitions.yaml")))[0]


def _definition(topic: str, rules: Resolved, words: Mapping[str, Any]) -> str:
    measurement, between = rules["measurement"], rules["topics"][topic].get("between")
    sentences = [words["topics"].get(topic, "") + words["between"].get(between, "")]
    if topic in _BOXED and between in (None, "boxes"):
        sentences.append(words["box"].get(measurement["box"], ""))
    if topic in _PLACED:
        sentences.append(words["position"].get(measurement["position"], ""))
    if topic in _ROOMS:
        sentences.append(words["method"].get(measurement["room_area"]["method"], ""))
    return " ".join(filter(None, sentences))


def _constants(stated: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    for name, constant in stated.items():
        if isinstance(constant, Mapping) and "value" in constant:
            yield {
                "name": name.replace("_", " "),
                "value": _amount(constant["value"], constant["unit"]),
                "why": constant["why"],
                "source": constant["source"],
            }


def _amount(value: float, unit: str | None) -> str:
    match unit:
        case "share":
            return f"{100 * value:g} %"
        case "deg":
            return f"{value:g}°"
        case "count" | None:
            return f"{value:g}"
        case _:
            return f"{value:g} {unit}"


def margin_in_words(question: Row, rules: Resolved) -> str:
    """How far a value is from where the answer would be another one, and what the rules ask for."""
    evidence = question["evidence"]
    margin, stated = evidence["margin"], rules["topics"].get(question["topic"], {})
    if margin is None:
        return (
            "An answer in numbers is scored by how near it comes: there is no other answer to keep away from."
        )
    if evidence["option_distances"] is not None:
        return f"The second nearest is {margin:.2f} m farther{_asked(stated, 'min_gap', 'more than')}."
    if evidence["seconds"] is not None:
        return f"The closest two come {margin:.1f} s apart{_asked(stated, 'min_gap', 'at least')}."
    words = f"The answer would change {math.degrees(margin):.0f}° further on"
    if evidence["path"] is not None:
        tolerance = _asked(stated, "tolerance", "turns within", " of their word")
        return f"{words}, at the least clear turn{tolerance}."
    return f"{words}{_asked(stated, 'margin', 'at least')}."


def _asked(stated: Mapping[str, Any], name: str, how: str, after: str = "") -> str:
    constant = stated.get(name)
    if constant is None:
        return ""
    return f"; the rules ask for {how} {_amount(constant['value'], constant['unit'])}{after}"
