"""Recipes: YAML files of settings by name, which may stand on another recipe and say only what differs."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vsidata.errors import RulesError
from vsidata.rules.strict_yaml import read_mapping

EXTENDS = "extends"
"""The key that names the recipe below, relative to the file that names it."""


@dataclass(frozen=True)
class Recipe:
    """Settings from one file and those that it stands on.

    Attributes:
        settings: value by name; the nearest file's wins.
        places: the file and line that each of them comes from.
    """

    settings: dict[str, Any]
    places: dict[str, str]


def read_recipe(path: Path) -> Recipe:
    """Read a recipe and all that it stands on.

    Raises:
        RulesError: a file cannot be read, is no mapping, holds a key twice, or the files name each other in a
            circle.
    """
    settings: dict[str, Any] = {}
    places: dict[str, str] = {}
    passed: list[Path] = []
    below: Path | None = path
    while below is not None:
        if below.resolve() in passed:
            fault = f"stands on itself, by way of {below}."
            raise RulesError(path, fault, f"Break the circle of `{EXTENDS}`.")
        passed.append(below.resolve())
        data, lines = read_mapping(below)
        base = data.pop(EXTENDS, None)
        for name, value in data.items():
            settings.setdefault(name, value)
            places.setdefault(name, f"{below}, line {lines[(name,)]}")
        below = None if base is None else below.parent / str(base)
    return Recipe(settings, places)
