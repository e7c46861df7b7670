"""Perfect sight and the wrong definition: distances between centres, where closest points are asked for."""

from collections.abc import Mapping, Sequence
from typing import Any

from vsitrain.scoring.centres import BY_CENTRES
from vsitrain.scoring.predictions import Prediction


def centre_distance(rows: Sequence[Mapping[str, Any]]) -> list[Prediction]:
    """What the distances between the centres of boxes answer, to the questions that they can answer.

    A model that learned such distances does no better on the benchmark's, however well it sees. The paper's
    data set measures between centres.
    """
    return [Prediction(row["id"], row[BY_CENTRES]) for row in rows if isinstance(row.get(BY_CENTRES), str)]
