"""YAML that forgives nothing: a double key, an unknown key or a wrong value is an error with its line.

PyYAML alone keeps the last of two equal keys without a word, and a validator alone does not know lines.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from vsidata.errors import RulesError

Model = TypeVar("Model", bound=BaseModel)
Lines = dict[tuple[str | int, ...], int]


def read_mapping(path: Path) -> tuple[dict[str, Any], Lines]:
    """Read a YAML file whose top level is a mapping.

    Returns:
        The plain data, and the line (from 1) of every key and list item by its path of keys and indices.

    Raises:
        RulesError: the file cannot be read, is no YAML mapping, or holds a key twice.
    """
    try:
        node = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    except OSError as error:
        raise RulesError(path, f"cannot be read: {error.strerror}.", "Name a readable YAML file.") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        fault = f"is no YAML: {' '.join(str(error).split())}."
        raise RulesError(path, fault, "Mend the line named above.") from error
    if not isinstance(node, yaml.MappingNode):
        raise RulesError(path, "is no YAML mapping at its top level.", "Write `key: value` lines.")
    lines: Lines = {}
    _collect_lines(node, (), lines, path)
    data: dict[str, Any] = yaml.SafeLoader("").construct_document(node)
    return data, lines


def _collect_lines(node: yaml.Node, at: tuple[str | int, ...], lines: Lines, path: Path) -> None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            here = (*at, str(key.value))
            line = key.start_mark.line + 1
            if here in lines:
                fault = f"line {line}: the key `{key.value}` already stands in line {lines[here]}."
                raise RulesError(path, fault, "Keep one of the two.")
            lines[here] = line
            _collect_lines(value, here, lines, path)
    elif isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            lines[(*at, index)] = item.start_mark.line + 1
            _collect_lines(item, (*at, index), lines, path)


def validate(model: type[Model], data: Mapping[str, Any], lines: Lines, path: Path) -> Model:
    """Turn plain data into a model; the first fault becomes a RulesError that names its line.

    Raises:
        RulesError: an unknown key, a missing key or a wrong value.
    """
    try:
        return model.model_validate(data)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = tuple(first["loc"])
        while where and where not in lines:
            where = where[:-1]
        prefix = f"line {lines[where]}: " if where else ""
        key = ".".join(str(part) for part in first["loc"])
        if first["type"] == "extra_forbidden":
            raise RulesError(
                path, f"{prefix}unknown key `{key}`.", "Remove it, or mend its spelling."
            ) from error
        if first["type"] == "missing":
            raise RulesError(path, f"{prefix}the key `{key}` is missing.", "Add it.") from error
        said = first["msg"].removeprefix("Value error, ")  # which pydantic writes before our own words
        # What a whole mapping holds says less than where it stands.
        named = f"`{key}`" if isinstance(first["input"], dict) else f"`{key}` is {first['input']!r:.80}"
        fault = f"{prefix}{named}: {said}." if key else f"{said}."
        raise RulesError(path, fault, "Mend the value.") from error
