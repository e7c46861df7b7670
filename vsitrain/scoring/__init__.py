"""Scores of a model's replies: the benchmark's own score, and a score that is lenient about the form."""

from vsitrain.scoring.lenient import lenient_score
from vsitrain.scoring.official import official_score
from vsitrain.scoring.predictions import Prediction, match_predictions, read_predictions
from vsitrain.scoring.score import Figure, Scores, score
from vsitrain.scoring.tasks import task_of

__all__ = [
    "Figure",
    "Prediction",
    "Scores",
    "lenient_score",
    "match_predictions",
    "official_score",
    "read_predictions",
    "score",
    "task_of",
]
