"""The numbers that a plan takes for granted, each with its reason: `assumptions.yaml`."""

from functools import cache
from importlib import resources
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from vsidata.rules.strict_yaml import read_mapping, validate


class Assumption(BaseModel):
    """A number with its reason.

    Attributes:
        value: the number, in `unit`.
        unit: what it counts.
        why: the reason for it.
        source: where it comes from.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    value: float = Field(ge=0)
    unit: str
    why: str
    source: str


@cache
def assumptions() -> dict[str, Assumption]:
    """All of them, by name."""
    path = Path(str(resources.files(__package__) / "assumptions.yaml"))
    data, lines = read_mapping(path)
    return {
        name: validate(
            Assumption,
            entry,
            {at[1:]: line for at, line in lines.items() if at[0] == name and len(at) > 1},
            path,
        )
        for name, entry in data.items()
    }


def assumed(name: str) -> float:
    """The value of one of them."""
    return assumptions()[name].value
