"""Published scores of other authors. They are not computed here, and every table marks them."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import PurePath
from typing import Any

import yaml

from vsidata.errors import OptionError


@dataclass(frozen=True)
class Published:
    """A row of a published table, in per cent.

    Attributes:
        name: the name of the model, with the prompt mode.
        average: the macro average, as published.
        figures: the score of each task.
        run: the model, training and mode of the evaluation that the row is compared with; empty if there is
            no such evaluation.
    """

    name: str
    average: float
    figures: Mapping[str, float]
    run: Mapping[str, str]


@cache
def published_rows() -> Mapping[str, Published]:
    """The published rows by name. Source: published.yaml."""
    stored = _stored()
    return {
        row["name"]: Published(
            row["name"],
            row["average"],
            dict(zip(stored["columns"], row["figures"], strict=True)),
            row.get("run", {}),
        )
        for row in stored["rows"]
    }


def published_questions() -> int:
    """The number of questions of the published rows: all of VSI-Bench."""
    return int(_stored()["questions"])


def published_row(name: str) -> Published:
    """A published row.

    Raises:
        OptionError: there is no row of that name.
    """
    rows = published_rows()
    if name not in rows:
        raise OptionError(name, "is not a published row.", f"Choose from: {', '.join(rows)}.")
    return rows[name]


def published_beside(record: Mapping[str, Any]) -> Published | None:
    """The published row of the same model, trained by the same method and asked in the same mode.

    Args:
        record: the record of an evaluation, as `vsitrain evaluate` writes it. Only names are compared: the
            paper's data and settings may differ from those of the model's training.
    """
    trained = record.get("trained") or {}
    ours = {
        "model": PurePath(trained.get("start") or record.get("model") or "").name,
        "asked": (record.get("prompt") or {}).get("name"),
        **({"method": trained["method"], "trained": trained["prompt"]} if trained else {}),
    }
    return next((row for row in published_rows().values() if row.run and row.run == ours), None)


@cache
def _stored() -> Any:
    return yaml.safe_load(resources.files(__package__).joinpath("published.yaml").read_text("utf-8"))
