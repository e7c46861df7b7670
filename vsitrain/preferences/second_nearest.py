"""The second nearest object in place of the nearest one."""

from numpy.random import Generator

from vsidata.topics import distances
from vsitrain.prompts.question_text import Row


def second_nearest(row: Row, _: Generator) -> str | None:
    """The option that is second nearest, by the distances in the evidence; None without distances."""
    return distances.second_nearest(row)
