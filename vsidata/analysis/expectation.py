"""Published totals of a dataset, to compare a plan with. The files are in expectations/*.yaml."""

from importlib import resources
from pathlib import Path
from typing import Literal

from vsidata.errors import OptionError
from vsidata.rules.constant import Rules
from vsidata.rules.strict_yaml import read_mapping, validate


class ExpectedTotal(Rules):
    """The expected number of questions of a topic.

    Attributes:
        total: the number.
        within: the share of the total by which a projection may differ and still agree.
        why: the origin of the number.
    """

    total: int
    within: float = 0.0
    why: str = ""

    def agrees(self, projected: int) -> bool:
        """Return whether a projection is near enough to the total."""
        return abs(projected - self.total) <= self.within * self.total


class Expectation(Rules):
    """Published totals, and the rule set and the scenes that they are about.

    Attributes:
        name, why, source: the name, reason and source of the totals.
        rules: the name of the rule set.
        split: the official list of the scenes.
        scenes: the number of scenes.
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
    """Published totals in this package, by name: `paper`.

    Raises:
        OptionError: the name is unknown.
    """
    folder = Path(str(resources.files("vsidata.analysis") / "expectations"))
    known = sorted(path.stem for path in folder.glob("*.yaml"))
    if name not in known:
        raise OptionError(
            f"--expect {name}", "is not a known set of totals.", f"Choose from: {', '.join(known)}."
        )
    path = folder / f"{name}.yaml"
    return validate(Expectation, *read_mapping(path), path)
