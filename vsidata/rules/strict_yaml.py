"""YAML that forgives nothing: a double key, an unknown key or a wrong value is an error with its line.

PyYAML alone keeps the last of two equal keys without a word, and a validator alone does not know lines.
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

# Bytes. The longest file of this package has 8 thousand, and PyYAML reads as few as 40 thousand in a second.
_LARGEST_FILE = 1 << 16
_DEEPEST = 32
# With aliases written out: a few lines of them can stand for more than any memory holds.
_MOST_VALUES = 50_000
# No number of ours needs more than 64 bits. Python reads hexadecimal ones of any length, and then fails to
# print those of more than 4,300 digits.
_LARGEST_INTEGER = 2**64 - 1
_TEXTS = ("tag:yaml.org,2002:str", "tag:yaml.org,2002:merge")  # the latter is `<<`
_SURROGATE = re.compile("[\ud800-\udfff]")


class _Loader(yaml.SafeLoader):
    """Plain data of limited depth, with scalar keys and without tags."""

    depth = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        event: Any = self.peek_event()  # type: ignore[no-untyped-call]
        refusal = None
        if getattr(event, "tag", None) is not None:  # an alias has none
            refusal = "a tag, !, is not read: write plain data"
        elif isinstance(event, yaml.ScalarEvent) and _SURROGATE.search(event.value):
            refusal = "half a character, as in \\ud800, is not text"
        elif self.depth == _DEEPEST:
            refusal = f"more than {_DEEPEST} levels are not read"
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
                problem="a number of more than 64 bits is not read", problem_mark=node.start_mark
            )
        return number


_Loader.add_constructor("tag:yaml.org,2002:int", _Loader.construct_yaml_int)


def read_mapping(path: Path) -> tuple[dict[str, Any], Lines]:
    """Read a YAML file whose top level is a mapping.

    Returns:
        The plain data, and the line (from 1) of every key and list item by its path of keys and indices.

    Raises:
        RulesError: the file cannot be read, or `parse_mapping` refuses its text.
    """
    return parse_mapping(read_text(path), path)


def parse_mapping(text: str, path: Path) -> tuple[dict[str, Any], Lines]:
    """Read YAML whose top level is a mapping.

    Args:
        text: the YAML.
        path: of the file that it comes from, for errors.

    Returns:
        The plain data, and the line (from 1) of every key and list item by its path of keys and indices.

    Raises:
        RulesError: the text is too long, is no YAML mapping, holds a key twice, or uses what plain data does
            not need: tags, keys that are no scalars, aliases of endless content.
    """
    if len(text) > _LARGEST_FILE:
        fault = f"has {len(text):,} characters of YAML; more than {_LARGEST_FILE:,} are not read."
        raise RulesError(path, fault, "Shorten it.")
    try:
        node = yaml.compose(text, Loader=_Loader)
    except yaml.YAMLError as error:
        fault = f"cannot be read as plain YAML: {_in_a_line(error)}."
        raise RulesError(path, fault, "Correct the line named above.") from error
    if not isinstance(node, yaml.MappingNode):
        raise RulesError(path, "is no YAML mapping at its top level.", "Write `key: value` lines.")
    lines: Lines = {}
    _collect_lines(node, (), lines, path)
    try:
        data: dict[str, Any] = _Loader("").construct_document(node)
    except (yaml.YAMLError, ValueError, OverflowError) as error:  # the 99th of a month
        fault = f"a value cannot be read: {_in_a_line(error)}."
        raise RulesError(path, fault, "Correct it, or put it in quotes.") from error
    return data, lines


def read_packaged(model: type[Model], package: str | None, name: str) -> Model:
    """A data file of a package of ours, as a validated object.

    Args:
        model: what it holds.
        package: `__package__` of the module beside it.
        name: of the file.

    Raises:
        RulesError: it is not what the model wants; the fault names the line.
    """
    path = Path(str(resources.files(str(package)) / name))
    return validate(model, *read_mapping(path), path)


def _in_a_line(error: Exception) -> str:
    """What PyYAML says, which names the text `<unicode string>` and spans several lines."""
    return " ".join(str(error).split()).replace('in "<unicode string>", ', "at ")


def is_file(path: Path) -> bool:
    """Whether there is a file of that name; false also for a name that no file can have."""
    try:
        return path.is_file()
    except OSError:
        return False


def read_text(path: Path, largest: int = _LARGEST_FILE) -> str:
    """The text of a small regular file.

    Args:
        path: of the file.
        largest: size that is still read, bytes.

    Raises:
        RulesError: it is larger, is no regular file or no text, or cannot be read.
    """
    remedy = "Name a readable YAML file."
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise RulesError(path, "is not a regular file.", remedy)
        if status.st_size > largest:
            fault = f"has {status.st_size:,} bytes; more than {largest:,} are not read."
            raise RulesError(path, fault, remedy)
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise RulesError(path, f"cannot be read: {error.strerror}.", remedy) from error
    except UnicodeDecodeError as error:
        raise RulesError(path, f"is no text: {error}.", remedy) from error
    except ValueError as error:  # a name with a zero byte in it
        raise RulesError(path, f"cannot be a file's name: {error}.", remedy) from error


def _collect_lines(node: yaml.Node, at: tuple[str | int, ...], lines: Lines, path: Path) -> None:
    if len(at) > _DEEPEST or len(lines) > _MOST_VALUES:
        fault = f"line {node.start_mark.line + 1}: its aliases stand for themselves, or for too much."
        raise RulesError(path, fault, "Write out what is meant.")
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.tag not in _TEXTS:
                fault = f"line {key.start_mark.line + 1}: the key `{key.value:.80}` is no text."
                raise RulesError(path, fault, "Put it in quotes.")
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
            near = _nearest(str(first["loc"][-1]), _keys_at(model, first["loc"][:-1]))
            remedy = f"Did you mean `{near}`?" if near else "Remove it, or correct its spelling."
            raise RulesError(path, f"{prefix}unknown key `{key}`.", remedy) from error
        if first["type"] == "missing":
            raise RulesError(path, f"{prefix}the key `{key}` is missing.", "Add it.") from error
        # Pydantic writes that before our own words, and may repeat all of a value after its own.
        said = first["msg"].removeprefix("Value error, ")[:200]
        # What a whole mapping holds says less than where it stands.
        named = f"`{key}`" if isinstance(first["input"], dict) else f"`{key}` is {first['input']!r:.80}"
        fault = f"{prefix}{named}: {said}." if key else f"{said}."
        raise RulesError(path, fault, "Correct the value.") from error


def _nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that a misspelt one most likely stands for; None where none is near."""
    return next(iter(get_close_matches(word, known, n=1)), None)


def _keys_at(model: type[BaseModel], where: Sequence[str | int]) -> list[str]:
    """The keys that a mapping may have, as they are written, at a path of keys and indices below a model."""
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
