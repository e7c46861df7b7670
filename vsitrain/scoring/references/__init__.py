"""References: answers without a model, to compare scores with. A new reference needs a file and a line."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from vsitrain.scoring.predictions import Prediction
from vsitrain.scoring.references.blind import category_constant, chance, constant
from vsitrain.scoring.references.centre_distance import centre_distance
from vsitrain.scoring.references.key import key
from vsitrain.scoring.score import Scores, score

Row = Mapping[str, Any]

REFERENCES: Mapping[str, tuple[str, Callable[[Sequence[Row]], list[Prediction]]]] = {
    "chance": ("at random", chance),
    "constant": ("best constant", constant),
    "category_constant": ("best for the same words", category_constant),
    "centre_distance": ("between centres", centre_distance),
    "key": ("the key itself", key),
}
"""Name of a reference in tables → a function from questions to the answers of the reference."""


def answered_by_reference(name: str, rows: Sequence[Row]) -> tuple[list[Row], list[Prediction]]:
    """The questions that a reference answers, with its answers."""
    replies = {it.id: it for it in REFERENCES[name][1](rows)}
    known = [row for row in rows if row["id"] in replies]
    return known, [replies[row["id"]] for row in known]


def reference_scores(rows: Sequence[Row]) -> dict[str, Scores]:
    """The scores of all references that answer any of these questions, by their names in a table."""
    found = {title: answered_by_reference(name, rows) for name, (title, _) in REFERENCES.items()}
    return {title: score(known, replies) for title, (known, replies) in found.items() if known}
