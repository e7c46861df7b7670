"""The page of commands, from the functions behind them."""

import inspect
import re
import types
from collections.abc import Callable, Iterator
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import typer
from typer.models import ArgumentInfo, OptionInfo, ParameterInfo

from scripts.docs.markdown import code, prose, table
from scripts.docs.markdown import page as joined
from vsidata.commands.app import app as vsidata
from vsitrain.commands.app import app as vsitrain

PROGRAMS = {"vsidata": vsidata, "vsitrain": vsitrain}
_WORDS: dict[Any, str] = {str: "text", int: "whole number", float: "number", Path: "path", Any: "text"}
_STATED = re.compile(r"\s*\((?:default(?:: ((?:[^()]|\([^()]*\))*))?|(required))\)")


def page() -> str:
    """All commands with all of their arguments and options."""
    return joined(
        "# Commands",
        "`vsidata` builds, checks and publishes data. `vsitrain` trains and evaluates models on it. "
        "`PROGRAM COMMAND --help` prints what this page says, `PROGRAM --version` the version, and "
        "`PROGRAM --install-completion` sets up completion for your shell.",
        *(part for name, app in PROGRAMS.items() for part in _program(name, app)),
    )


def commands(app: typer.Typer) -> dict[str, Callable[..., None]]:
    """The functions behind a program's commands by name, in its own order."""
    return {
        about.name or about.callback.__name__.replace("_", "-"): about.callback
        for about in app.registered_commands
        if about.callback
    }


def parameters(command: Callable[..., None]) -> Iterator[tuple[str, Any, ParameterInfo, Any]]:
    """Each argument and option of a command: name, type, typer's description, and default."""
    for parameter in inspect.signature(command, eval_str=True).parameters.values():
        if get_origin(parameter.annotation) is Annotated:
            kind, *notes = get_args(parameter.annotation)
            about = next(note for note in notes if isinstance(note, ParameterInfo))
            if not about.hidden:
                yield parameter.name, kind, about, parameter.default


def names(name: str, kind: Any, about: ParameterInfo) -> list[str]:
    """The words on the command line: the word of an argument, or the names of an option."""
    if isinstance(about, ArgumentInfo):
        return [about.metavar or name.upper()]
    option = f"--{name.replace('_', '-')}"
    # Until typer reads the function, it stores the first name in an annotation as `default`.
    stated = [one for one in (about.default, *(about.param_decls or ())) if isinstance(one, str)]
    stated = stated or ([option, f"--no-{option[2:]}"] if kind is bool else [option])
    return [each for one in stated for each in one.split("/")]


def _program(name: str, app: typer.Typer) -> Iterator[str]:
    functions = commands(app)
    yield f"## {name}"
    yield prose(str(app.info.help))
    links = ((f"[{code(command)}](#{name}-{command})", _summary(functions[command])) for command in functions)
    yield table(("command", "what it does"), links)
    for command, function in functions.items():
        yield from _command(f"{name} {command}", function)


def _summary(function: Callable[..., None]) -> str:
    """The first paragraph of the help of a command."""
    return prose(inspect.cleandoc(function.__doc__ or "").partition("\n\n")[0].replace("\n", " "))


def _command(name: str, function: Callable[..., None]) -> Iterator[str]:
    found = list(parameters(function))
    arguments = [names(*one[:3])[0] for one in found if isinstance(one[2], ArgumentInfo)]
    yield f"### {name} {{ #{name.replace(' ', '-')} }}"
    yield f"```text\n{' '.join([name, *arguments, '[OPTIONS]'])}\n```"
    yield prose(inspect.cleandoc(function.__doc__ or ""))
    rows = [_row(*one) for one in found]
    yield table(("option", "meaning", "value", "default"), rows)


def _row(name: str, kind: Any, about: ParameterInfo, default: Any) -> tuple[str, str, str, str]:
    said = about.help or ""
    written = [code(one) for one in names(name, kind, about)]
    if stated := _STATED.search(said):
        # A help text that contains only `(default)` means the first of two names.
        shown = stated[2] or prose(stated[1] or "") or written[0]
    else:
        shown = _default(name, kind, about, default)
    return "<br>".join(written), prose(_STATED.sub("", said)), _values(kind, about), shown


def _values(kind: Any, about: ParameterInfo) -> str:
    kinds = [one for one in _parts(kind) if one is not type(None)]
    if kinds == [bool]:
        return ""
    said = " or ".join(dict.fromkeys(_words(one) for one in kinds))
    if isinstance(about, OptionInfo) and about.metavar:
        said = code(about.metavar)
    match about.min, about.max:
        case None, None:
            pass
        case least, None:
            said += f", at least {least:,}"
        case None, most:
            said += f", at most {most:,}"
        case least, most:
            said += f", from {least:,} to {most:,}"
    return said + (". Can be repeated" if any(get_origin(one) in (list, tuple) for one in kinds) else "")


def _parts(kind: Any) -> tuple[Any, ...]:
    return get_args(kind) if get_origin(kind) in (Union, types.UnionType) else (kind,)


def _words(kind: Any) -> str:
    if get_origin(kind) is Literal:
        return ", ".join(code(one) for one in get_args(kind))
    if isinstance(kind, type) and issubclass(kind, Enum):
        return ", ".join(code(one.value) for one in kind)
    if get_origin(kind) in (list, tuple):
        return _words(get_args(kind)[0])
    return _WORDS[kind]


def _default(name: str, kind: Any, about: ParameterInfo, default: Any) -> str:
    if default in (inspect.Parameter.empty, ...):
        return "required"
    if default in (None, (), []):
        return ""
    if isinstance(default, bool):
        written = names(name, kind, about)
        return code(written[0 if default else 1]) if len(written) > 1 else ("on" if default else "off")
    return code(getattr(default, "value", default))
