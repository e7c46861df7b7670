"""The assumptions of a plan, each with its reason, from `assumptions.yaml`."""

from functools import cache

from pydantic import BaseModel, ConfigDict, Field, RootModel

from vsidata.rules.strict_yaml import read_packaged


class Assumption(BaseModel):
    """A number with its reason.

    Attributes:
        value: the number, in `unit`.
        unit: the unit of the number.
        why: the reason for it.
        source: its source.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    value: float = Field(ge=0)
    unit: str
    why: str
    source: str


@cache
def assumptions() -> dict[str, Assumption]:
    """All assumptions, by name."""
    return read_packaged(RootModel[dict[str, Assumption]], __package__, "assumptions.yaml").root


def assumed(name: str) -> float:
    """The value of an assumption."""
    return assumptions()[name].value
