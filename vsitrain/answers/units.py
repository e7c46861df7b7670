"""Units by their spellings, from units.yaml."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from pydantic import Field

from vsidata.rules.constant import Rules
from vsidata.rules.strict_yaml import read_packaged


class _Unit(Rules):
    size: float = Field(gt=0)
    written: tuple[str, ...]


class _UnitFile(Rules):
    why: str
    source: str
    length: dict[str, _Unit]
    area: dict[str, _Unit]
    angle: dict[str, _Unit]
    time: dict[str, _Unit]
    mass: dict[str, _Unit]
    share: dict[str, _Unit]


@dataclass(frozen=True)
class Unit:
    """A unit.

    Attributes:
        symbol: the unit's symbol, such as `m²`.
        dimension: the dimension; units of the same dimension convert.
        size: the size of the unit in base units of its dimension, such as 1000 mm for `m`.
    """

    symbol: str
    dimension: str
    size: float


@lru_cache
def units() -> Mapping[str, Unit]:
    """Every unit by its symbol (`m²`) and by each of its spellings in lower case (`square meters`)."""
    file = read_packaged(_UnitFile, __package__, "units.yaml")
    return {
        name: Unit(symbol, dimension, unit.size)
        for dimension in ("length", "area", "angle", "time", "mass", "share")
        for symbol, unit in getattr(file, dimension).items()
        for name in (symbol, *unit.written)
    }


def is_angle(unit: str | None) -> bool:
    """Return whether a unit of a question is an angle, so that its answers are compared on the circle."""
    known = units().get(unit) if unit else None
    return known is not None and known.dimension == "angle"


@lru_cache
def unit_pattern() -> str:
    """Regular expression of a written unit, the longest spelling first. The caller handles `in`."""
    written = sorted((name for name in units() if name != "in"), key=len, reverse=True)
    return "|".join(re.escape(name) for name in written)
