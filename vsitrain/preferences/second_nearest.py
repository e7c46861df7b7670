"""The second nearest instead of the nearest."""

from numpy.random import Generator

from vsidata.topics import distances
from vsitrain.prompts.question_text import Row


def second_nearest(row: Row, _: Generator) -> str | None:
    """The option that is nearest after the right one, by the distances in the evidence; None without them."""
    return distances.second_nearest(row)
