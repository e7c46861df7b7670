"""Limits on the distance between wrong numbers and the right one, from limits.yaml."""

from functools import lru_cache

from vsidata.rules.constant import Constant, Rules
from vsidata.rules.strict_yaml import read_packaged


class Limits(Rules):
    """The constants of limits.yaml.

    Attributes:
        random_times: maximum ratio of a random number to the truth, or of the truth to the number.
        least_error: minimum relative error of a wrong number.
        near_most: maximum relative error of a near miss.
    """

    random_times: Constant
    least_error: Constant
    near_most: Constant


@lru_cache
def limits() -> Limits:
    """The constants, read once."""
    return read_packaged(Limits, __package__, "limits.yaml")
