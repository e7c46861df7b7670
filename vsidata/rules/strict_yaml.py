"""Strict YAML: a repeated key, an unknown key or a wrong value is an error with its line.

PyYAML alone silently keeps the last of two equal keys, and a validator alone has no line numbers.
"""

import re
import stat
from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from importlib import resources
from pathlib import Path
from typing import Any, TypeVar, get_args

import yaml
from pydantic import BaseModel, ValidationError

from vsidata.errors import RulesError

Model = TypeVar("Model", bound=BaseModel)
Lines = dict[tuple[str | int, ...], int]

# Bytes. The longest file of this package has 8 thousand, and PyYAML reads only 40 thousand per second.
_LARGEST_FILE = 1 << 16
_DEEPEST = 32
# Counted after aliases are expanded: a few lines of aliases can stand for more than fits into memory.
_MOST_VALUES = 50_000
# No number of this project needs more than 64 bits. Python reads hexadecimal numbers of any length, but
# cannot print those of more than 4,300 digits.
_LARGEST_INTEGER = 2**64 - 1
_TEXTS = ("tag:yaml.org,2002:str", "tag:yaml.org,2002:merge")  # the latter is `<<`
_SURROGATE = re.compile("[\ud800-\udfff]")


class _Loader(yaml.SafeLoader):
    """Plain data of limited depth, with scalar keys and without tags."""

    depth = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        event: Any = self.peek_event()  # type: ignore[no-untyped-call]
        refusal = None
        if getattr(event, "tag", None) is not None:  # an alias has no tag
            refusal = "tags (!) are not supported: write plain data"
        elif isinstance(event, yaml.ScalarEvent) and _SURROGATE.search(event.value):
            refusal = "half a character, as in \\ud800, is not text"
        elif self.depth == _DEEPEST:
            refusal = f"more than {_DEEPEST} levels are not supported"
        if refusal:
            raise yaml.MarkedYAMLError(problem=refusal, problem_mark=event.start_mark)
        self.depth += 1
        try:
            node: yaml.Node | None = super().compose_node(parent, index)
        finally:
            self.depth -= 1
        # PyYAML composes a key without an index, and a value with its key as the index.
        is_key = isinstance(parent, yaml.MappingNode) and index is None
        if is_key and not isinstance(node, yaml.ScalarNode):
            raise yaml.MarkedYAMLError(
                problem="a key is a list or a mapping: write a word", problem_mark=event.start_mark
            )
        return node

    def construct_yaml_int(self, node: yaml.ScalarNode) -> int:
        number = int(super().construct_yaml_int(node))
        if abs(number) > _LARGEST_INTEGER:
            raise yaml.MarkedYAMLError(
                problem="numbers of more than 64 bits are not supported", problem_mark=node.start_mark
            )
        return number


_Loader.add_constructor("tag:yaml.org,2002:int", _Loader.construct_yaml_int)


def read_mapping(path: Path) -> tuple[dict[str, Any], Lines]:
    """Read a YAML file with a mapping at its top level.

    Returns:
        The plain data, and the line (from 1) of every key and list item by its path of keys and indices.

    Raises:
        RulesError: the file cannot be read, or `parse_mapping` refuses its text.
    """
    return parse_mapping(read_text(path), path)


def parse_mapping(text: str, path: Path) -> tuple[dict[str, Any], Lines]:
    """Read YAML with a mapping at its top level.

    Args:
        text: the YAML.
        path: the path of its file, for errors.

    Returns:
        The plain data, and the line (from 1) of every key and list item by its path of keys and indices.

    Raises:
        RulesError: the text is too long, is not a YAML mapping, contains a key twice, or uses features that
            plain data does not need: tags, keys that are not scalars, recursive or excessive aliases.
    """
    if len(text) > _LARGEST_FILE:
        fault = f"has {len(text):,} characters of YAML, but at most {_LARGEST_FILE:,} are allowed."
        raise RulesError(path, fault, "Shorten it.")
    try:
        node = yaml.compose(text, Loader=_Loader)
    except yaml.YAMLError as error:
        fault = f"cannot be read as plain YAML: {_in_a_line(error)}."
        raise RulesError(path, fault, "Correct the line named above.") from error
    if not isinstance(node, yaml.MappingNode):
        raise RulesError(path, "is not a YAML mapping at its top level.", "Write `key: value` lines.")
    lines: Lines = {}
    _collect_lines(node, (), lines, path)
    try:
        data: dict[str, Any] = _Loader("").construct_document(node)
    except (yaml.YAMLError, ValueError, OverflowError) as error:  # such as day 99 of a month
        fault = f"a value cannot be read: {_in_a_line(error)}."
        raise RulesError(path, fault, "Correct it, or put it in quotes.") from error
    return data, lines


def read_packaged(model: type[Model], package: str | None, name: str) -> Model:
    """A data file of this package, as a validated object.

    Args:
        model: the model of its content.
        package: `__package__` of the module beside it.
        name: the name of the file.

    Raises:
        RulesError: it does not match the model; the fault states the line.
    """
    path = Path(str(resources.files(str(package)) / name))
    return validate(model, *read_mapping(path), path)


def _in_a_line(error: Exception) -> str:
    """PyYAML's message in one line, without its placeholder `<unicode string>` for the text."""
    return " ".join(str(error).split()).replace('in "<unicode string>", ', "at ")


def is_file(path: Path) -> bool:
    """Return whether a file of that name exists; False also for a name that a file cannot have."""
    try:
        return path.is_file()
    except OSError:
        return False


def read_text(path: Path, largest: int = _LARGEST_FILE) -> str:
    """The text of a small regular file.

    Args:
        path: the path of the file.
        largest: the largest allowed size, bytes.

    Raises:
        RulesError: the file is larger, is not a regular file, is not text, or cannot be read.
    """
    remedy = "Pass a readable YAML file."
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise RulesError(path, "is not a regular file.", remedy)
        if status.st_size > largest:
            fault = f"has {status.st_size:,} bytes, but at most {largest:,} are allowed."
            raise RulesError(path, fault, remedy)
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise RulesError(path, f"cannot be read: {error.strerror}.", remedy) from error
    except UnicodeDecodeError as error:
        raise RulesError(path, f"is not text: {error}.", remedy) from error
    except ValueError as error:  # a name with a zero byte in it
        raise RulesError(path, f"cannot be a file name: {error}.", remedy) from error


def _collect_lines(node: yaml.Node, at: tuple[str | int, ...], lines: Lines, path: Path) -> None:
    if len(at) > _DEEPEST or len(lines) > _MOST_VALUES:
        fault = f"line {node.start_mark.line + 1}: its aliases are recursive or expand to too much data."
        raise RulesError(path, fault, "Write the data without aliases.")
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.tag not in _TEXTS:
                fault = f"line {key.start_mark.line + 1}: the key `{key.value:.80}` is not text."
                raise RulesError(path, fault, "Put it in quotes.")
            here = (*at, str(key.value))
            line = key.start_mark.line + 1
            if here in lines:
                fault = f"line {line}: the key `{key.value}` already occurs in line {lines[here]}."
                raise RulesError(path, fault, "Remove one of the two.")
            lines[here] = line
            _collect_lines(value, here, lines, path)
    elif isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            lines[(*at, index)] = item.start_mark.line + 1
            _collect_lines(item, (*at, index), lines, path)


def validate(model: type[Model], data: Mapping[str, Any], lines: Lines, path: Path) -> Model:
    """Turn plain data into a model. The first fault becomes a RulesError that states its line.

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
            near = _nearest(str(first["loc"][-1]), _keys_at(model, first["loc"][:-1]))
            remedy = f"Did you mean `{near}`?" if near else "Remove it, or correct its spelling."
            raise RulesError(path, f"{prefix}unknown key `{key}`.", remedy) from error
        if first["type"] == "missing":
            raise RulesError(path, f"{prefix}the key `{key}` is missing.", "Add it.") from error
        # Pydantic adds the prefix to our own messages, and may repeat the complete value after its own.
        said = first["msg"].removeprefix("Value error, ")[:200]
        # For a mapping, the key is clearer than the content.
        named = f"`{key}`" if isinstance(first["input"], dict) else f"`{key}` is {first['input']!r:.80}"
        fault = f"{prefix}{named}: {said}." if key else f"{said}."
        raise RulesError(path, fault, "Correct the value.") from error


def _nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that is most similar to a misspelt word; None if no word is similar."""
    return next(iter(get_close_matches(word, known, n=1)), None)


def _keys_at(model: type[BaseModel], where: Sequence[str | int]) -> list[str]:
    """The allowed keys, as in YAML, of the mapping at a path of keys and indices below a model."""
    models = [model]
    for part in where:
        fields = [
            field
            for each in models
            for name, field in each.model_fields.items()
            if part in (name, field.alias)
        ]
        if fields:
            models = [inner for field in fields for inner in _models_in(field.annotation)]
    return [field.alias or name for each in models for name, field in each.model_fields.items()]


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from _models_in(inner)
