"""Totals that somebody states of a data set, to compare a plan with. The files are in expectations/*.yaml."""

from importlib import resources
from pathlib import Path
from typing import Literal

from vsidata.errors import OptionError
from vsidata.rules.constant import Rules
from vsidata.rules.strict_yaml import read_mapping, validate


class ExpectedTotal(Rules):
    """How many questions a topic should have.

    Attributes:
        total: the number.
        within: share of it by which a projection may be off and still agree.
        why: where the number comes from.
    """

    total: int
    within: float = 0.0
    why: str = ""

    def agrees(self, projected: int) -> bool:
        """Whether a projection is as near to the total as it should be."""
        return abs(projected - self.total) <= self.within * self.total


class Expectation(Rules):
    """Totals that somebody states, and what they are the totals of.

    Attributes:
        name, why, source: whose they are.
        rules: name of the rule set.
        split: official list of the scenes.
        scenes: how many scenes.
        questions: topic → total.
    """

    name: str
    why: str
    source: str
    rules: str
    split: Literal["train", "val", "test", "all"]
    scenes: int
    questions: dict[str, ExpectedTotal]


def load_expectation(name: str) -> Expectation:
    """Stated totals of this package by name: `paper`.

    Raises:
        OptionError: there are none of that name.
    """
    folder = Path(str(resources.files("vsidata.analysis") / "expectations"))
    known = sorted(path.stem for path in folder.glob("*.yaml"))
    if name not in known:
        raise OptionError(
            f"--expect {name}", "is not a known set of totals.", f"Choose from: {', '.join(known)}."
        )
    path = folder / f"{name}.yaml"
    return validate(Expectation, *read_mapping(path), path)
