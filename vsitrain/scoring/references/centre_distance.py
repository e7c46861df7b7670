"""Exact distances by another definition: between centres, not between closest points."""

from collections.abc import Mapping, Sequence
from typing import Any

from vsitrain.scoring.centres import BY_CENTRES
from vsitrain.scoring.predictions import Prediction


def centre_distance(rows: Sequence[Mapping[str, Any]]) -> list[Prediction]:
    """The answers by distances between the centres of boxes, to the questions about distance.

    A model that learned such distances cannot score better on the benchmark than these answers. The paper's
    dataset measures between centres.
    """
    return [Prediction(row["id"], row[BY_CENTRES]) for row in rows if isinstance(row.get(BY_CENTRES), str)]
