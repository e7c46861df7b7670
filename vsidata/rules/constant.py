"""A constant with a meaning: its value, its unit, its reason and its source."""

import math
import re
from collections.abc import Mapping
from string import ascii_uppercase
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

Unit = Literal["m", "m²", "deg", "share", "per metre", "s", "per second", "count", "times", "MiB"]


class Rules(BaseModel):
    """A part of a rule set. It cannot be changed, and it has no unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class StatedConstant(Rules):
    """A number with its reason.

    Attributes:
        value: the number, in `unit`.
        unit: the unit of `value`, as in the YAML file. For an angle it is degrees; use `radians` in code.
        why: the reason for the value.
        source: the source of the value.
    """

    value: float = Field(ge=0)
    unit: Unit | None = None
    why: str = ""
    source: str = ""

    @property
    def radians(self) -> float:
        """The value of an angle in radians. A rule set states it in degrees."""
        return math.radians(self.value)

    @property
    def whole(self) -> int:
        """The value of a count."""
        return int(self.value)


def _from_number(given: Any) -> Any:
    """Turn a bare number, such as `min_gap: 0.2` in a user's rules, into a constant."""
    if isinstance(given, int | float) and not isinstance(given, bool):
        return {"value": given}
    if not isinstance(given, Mapping | StatedConstant):
        raise ValueError("write a number, or {value: …, unit: …, why: …, source: …}")
    return given


def _in_unit(unit: Unit) -> AfterValidator:
    """Check that a constant is stated in this unit. A bare number gets the unit."""

    def check(stated: StatedConstant) -> StatedConstant:
        if stated.unit not in (None, unit):
            raise ValueError(f"write it in the unit `{unit}`, not `{stated.unit}`")
        return stated.model_copy(update={"unit": unit})

    return AfterValidator(check)


def _at_most_all(stated: StatedConstant) -> StatedConstant:
    if stated.value > 1:
        raise ValueError("write a share from 0 to 1")
    return stated


def _whole_number(least: int = 0, most: int | None = None) -> AfterValidator:
    """Check that a constant is a count within sensible bounds."""

    def check(stated: StatedConstant) -> StatedConstant:
        if not stated.value.is_integer():
            raise ValueError("write a whole number")
        if stated.value < least or (most is not None and stated.value > most):
            raise ValueError(f"write a whole number from {least} {'up' if most is None else f'to {most}'}")
        return stated

    return AfterValidator(check)


def places_for(*words: str) -> AfterValidator:
    """Check that a text has a place, such as `{category}`, for each of these words, and no other braces."""
    wanted = ", ".join(f"{{{word}}}" for word in words)

    def check(text: str) -> str:
        parts = re.split(r"\{(\w+)\}", text)
        if {*parts[1::2]} != {*words} or {*"{}"} & {*"".join(parts[::2])}:
            raise ValueError(f"write {wanted} in it, and no other braces")
        return text

    return AfterValidator(check)


Constant = Annotated[StatedConstant, BeforeValidator(_from_number)]
Length = Annotated[Constant, _in_unit("m")]
Angle = Annotated[Constant, _in_unit("deg")]
Duration = Annotated[Constant, _in_unit("s")]
PerMetre = Annotated[Constant, _in_unit("per metre")]
Rate = Annotated[Constant, _in_unit("per second")]
Multiple = Annotated[Constant, _in_unit("times")]
Share = Annotated[Constant, _in_unit("share"), AfterValidator(_at_most_all)]
Count = Annotated[Constant, _in_unit("count"), _whole_number()]
Choices = Annotated[Count, _whole_number(2, len(ascii_uppercase))]


def _without_nulls(given: Any) -> Any:
    return (
        {key: value for key, value in given.items() if value is not None}
        if isinstance(given, dict)
        else given
    )


WithoutNulls = BeforeValidator(_without_nulls)
"""Drops entries that are null: so a rule set leaves out an entry of the rule set that it extends."""


class Labels(Rules):
    """A list of labels with the reason why they are listed."""

    labels: tuple[str, ...]
    why: str = ""
    source: str = ""
