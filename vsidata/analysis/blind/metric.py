"""The metric of a question: exact match, mean relative accuracy, or angular accuracy for degrees."""

from collections.abc import Callable

from numpy.typing import ArrayLike

from vsidata.analysis.blind.blind_question import BlindQuestion
from vsidata.metrics import Array, angular_accuracy, mean_relative_accuracy

NumberMetric = Callable[[ArrayLike, ArrayLike], Array]
"""Predictions and truths → scores in [0, 1]."""

_NUMBER_METRICS: dict[str, NumberMetric] = {
    "mean_relative_accuracy": mean_relative_accuracy,
    "angular_accuracy": angular_accuracy,
}


def metric_of(asked: BlindQuestion) -> str:
    """The name of the metric in `vsidata.metrics` that scores the answers to a question."""
    if asked.is_angle:
        return "angular_accuracy"
    return "mean_relative_accuracy" if asked.is_number else "exact_match"


def number_metric(asked: BlindQuestion) -> NumberMetric:
    """The metric of a question with a number as its answer."""
    return _NUMBER_METRICS[metric_of(asked)]
