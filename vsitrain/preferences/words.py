"""What a question could be answered with, in words."""

from collections.abc import Mapping
from functools import lru_cache

from vsidata.topics.object_rel_direction import RelativeDirectionRules
from vsidata.topics.rule_set import load_rules
from vsitrain.prompts import offered
from vsitrain.prompts.asking import Row

_DIRECTION_RULES = ("vsibench", "vsi100k")

Sectors = Mapping[str, tuple[float, float]]
"""Word → from and to, radians counter-clockwise from the facing direction, in [0, 2π]."""


def others(row: Row) -> list[str]:
    """The words that a question offers, without the right one; empty where it offers none.

    Those of its options, those it lists in parentheses, or the directions of its question type.
    """
    words = offered(row) or tuple(sectors_of(row))
    return [word for word in words if word != row["answer"]] if row["answer"] in words else []


def sectors_of(row: Row) -> Sectors:
    """The sectors of a direction question by the rule sets of this project; none for other questions."""
    return _sectors().get(row.get("question_type") or "", {})


@lru_cache
def _sectors() -> Mapping[str, Sectors]:
    found: dict[str, Sectors] = {}
    for name in _DIRECTION_RULES:
        rules = load_rules(name).topics["object_rel_direction"]
        if isinstance(rules, RelativeDirectionRules):
            found |= {question_type: kind.radians for question_type, kind in rules.kinds.items()}
    return found
