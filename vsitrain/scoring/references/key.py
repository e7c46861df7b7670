"""The right answers, to check the scorers and the key."""

from collections.abc import Mapping, Sequence
from typing import Any

from vsitrain.scoring.predictions import Prediction


def key(rows: Sequence[Mapping[str, Any]]) -> list[Prediction]:
    """The right answers. If they do not score 100, the scorer or the key is wrong."""
    return [Prediction(row["id"], row["ground_truth"]) for row in rows]
