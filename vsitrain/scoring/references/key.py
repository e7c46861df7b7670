"""The right answers themselves, through the scorers."""

from collections.abc import Mapping, Sequence
from typing import Any

from vsitrain.scoring.predictions import Prediction


def key(rows: Sequence[Mapping[str, Any]]) -> list[Prediction]:
    """The right answers: a scorer that does not give them 100 is at fault, or the key is."""
    return [Prediction(row["id"], row["ground_truth"]) for row in rows]
