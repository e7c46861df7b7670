"""How far wrong numbers are from the right one, from limits.yaml."""

from functools import lru_cache

from vsidata.rules.constant import Constant, Rules
from vsidata.rules.strict_yaml import read_packaged


class Limits(Rules):
    """The constants of limits.yaml.

    Attributes:
        random_times: a random number is at most so many times the truth, and at least that part of it.
        least_error: the relative error that a wrong number has at least.
        near_most: the relative error that a near miss has at most.
    """

    random_times: Constant
    least_error: Constant
    near_most: Constant


@lru_cache
def limits() -> Limits:
    """The constants, read once."""
    return read_packaged(Limits, __package__, "limits.yaml")
