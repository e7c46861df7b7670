"""A constant with a meaning: its value, its unit, the reason for it and where it comes from."""

import math
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field


class Rules(BaseModel):
    """A part of a rule set: frozen, and closed to unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class StatedConstant(Rules):
    """A number with its reason.

    Attributes:
        value: the number, in `unit`.
        unit: metres and degrees as a person writes them; code asks for `value` or `radians`.
        why: the reason for the value.
        source: where it comes from.
    """

    value: float = Field(ge=0)
    unit: Literal["m", "m²", "deg", "share", "per metre", "s", "per second", "count", "times"] | None = None
    why: str = ""
    source: str = ""

    @property
    def radians(self) -> float:
        """The value of an angle, which a rule set states in degrees, in radians."""
        return math.radians(self.value)

    @property
    def whole(self) -> int:
        """The value of a count."""
        return int(self.value)


def _from_number(given: Any) -> Any:
    """A user's own rules may state a bare number: `min_gap: 0.2`."""
    number = isinstance(given, int | float) and not isinstance(given, bool)
    return {"value": given} if number else given


Constant = Annotated[StatedConstant, BeforeValidator(_from_number)]


def constant(value: float, why: str) -> StatedConstant:
    """A constant made in code, for options on the command line."""
    return StatedConstant(value=value, why=why)


class Labels(Rules):
    """A list of labels with the reason why they are listed."""

    labels: tuple[str, ...]
    why: str = ""
    source: str = ""
