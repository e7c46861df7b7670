"""Make options of a command from the fields of a model, so that each is defined only once.

The same fields define the keys in YAML and the arguments in Python.
"""

import inspect
from collections.abc import Callable, Iterator
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

import typer
from pydantic import BaseModel
from pydantic.fields import FieldInfo

Command = TypeVar("Command", bound=Callable[..., None])


def options_of(model: type[BaseModel]) -> Callable[[Command], Command]:
    """Give a command one option per field of a model that has a description.

    The description is the help text. The command gets the options as `**given`, by the names of the fields.
    An option that was not given is None, so that a file can set it. `json_schema_extra={"metavar": …}` of a
    field is the name of its value in the help.
    """

    def decorate(command: Command) -> Command:
        signature = inspect.signature(command)
        own = [each for each in signature.parameters.values() if each.kind is not each.VAR_KEYWORD]
        parameters = [
            inspect.Parameter(
                name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=_option(name, field)
            )
            for name, field in model.model_fields.items()
            if field.description
        ]
        command.__signature__ = signature.replace(  # type: ignore[attr-defined]
            parameters=[each.replace(kind=each.KEYWORD_ONLY) for each in (*parameters, *own)]
        )
        return command

    return decorate


def about(field: FieldInfo, *, with_default: bool = False) -> dict[str, Any]:
    """The keywords that describe a field to typer: help, name of the value, bounds of a whole number.

    Args:
        field: a field of a model, with a description.
        with_default: whether the help states the default, because the parameter's own default is None.
    """
    text, default = str(field.description), _default(field) if with_default else ""
    found: dict[str, Any] = {"help": f"{text.removesuffix('.')}{default}." if default else text}
    extra = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
    kinds = set(_kinds(field.annotation))
    if bool not in kinds:
        found["metavar"] = extra.get("metavar", "PATH" if Path in kinds else "N" if int in kinds else "TEXT")
    if kinds == {int}:
        for bound in _bounds(field.annotation, field.metadata):  # annotated_types.Ge and Le
            found |= {"min": bound.ge} if hasattr(bound, "ge") else {}
            found |= {"max": bound.le} if hasattr(bound, "le") else {}
    return found


def _option(name: str, field: FieldInfo) -> Any:
    flag = f"--{name.replace('_', '-')}"
    kinds = set(_kinds(field.annotation))
    if bool in kinds:
        kind: Any = bool
        flag = f"{flag}/--no-{name.replace('_', '-')}" if field.default else flag
    else:
        kind = list[str] if kinds & {tuple, dict} else int if kinds == {int} else str
    return Annotated[kind | None, typer.Option(flag, **about(field, with_default=True))]


def _bounds(annotation: Any, metadata: list[Any]) -> Iterator[Any]:
    """The bounds of a value, also inside `Annotated[int, Field(ge=1)] | None`."""
    for each in metadata:
        yield from each.metadata if isinstance(each, FieldInfo) else [each]
    inner = get_args(annotation)
    if get_origin(annotation) is Annotated:
        yield from _bounds(inner[0], list(inner[1:]))
    elif get_origin(annotation) in (Union, UnionType):
        for each in inner:
            yield from _bounds(each, [])


def _kinds(annotation: Any) -> Iterator[type]:
    """The types of a value, without None. For a list or a mapping, only its own type."""
    origin = get_origin(annotation)
    if origin in (tuple, dict):
        yield origin
    elif origin is Annotated:
        yield from _kinds(get_args(annotation)[0])
    elif origin is None:
        if isinstance(annotation, type) and annotation is not type(None):
            yield annotation
    else:
        for inner in get_args(annotation):
            yield from _kinds(inner)


def _default(field: FieldInfo) -> str:
    """The end of a help text: ` (default: 16)`, ` (required)`, or empty if the default explains nothing."""
    if field.is_required():
        return " (required)"
    match field.default:
        case str(text) if text:
            return f" (default: {text})"
        case int(number) | float(number) if not isinstance(number, bool):
            return f" (default: {number:g})"
        case _:
            return ""
