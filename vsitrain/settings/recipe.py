"""Recipes: YAML files of settings by name. A recipe may extend another one and state only the differences."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vsidata.errors import RulesError
from vsidata.rules.strict_yaml import read_mapping

EXTENDS = "extends"
"""The key with the path of the recipe that is extended, relative to the file that contains the key."""


@dataclass(frozen=True)
class Recipe:
    """Settings from a file and the files that it extends.

    Attributes:
        settings: value by name; a file overrides those that it extends.
        places: the file and line of each setting.
    """

    settings: dict[str, Any]
    places: dict[str, str]


def read_recipe(path: Path) -> Recipe:
    """Read a recipe and all files that it extends.

    Raises:
        RulesError: a file cannot be read, is not a mapping, contains a key twice, or extends itself through
            other files.
    """
    settings: dict[str, Any] = {}
    places: dict[str, str] = {}
    passed: list[Path] = []
    below: Path | None = path
    while below is not None:
        if below.resolve() in passed:
            fault = f"extends itself, through {below}."
            raise RulesError(path, fault, f"Remove one `{EXTENDS}` of the circle.")
        passed.append(below.resolve())
        data, lines = read_mapping(below)
        base = data.pop(EXTENDS, None)
        for name, value in data.items():
            settings.setdefault(name, value)
            places.setdefault(name, f"{below}, line {lines[(name,)]}")
        below = None if base is None else below.parent / str(base)
    return Recipe(settings, places)
