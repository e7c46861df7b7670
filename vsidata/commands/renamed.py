"""Old names of options. They still work in this version, with a warning."""

from collections.abc import Callable, Mapping
from typing import Any

from typer.core import TyperCommand

from vsidata.plain_text import echo


def _warn(text: str) -> None:
    echo(f"Warning: {text}", err=True)


def with_old_names(renamed: Mapping[str, str], warn: Callable[[str], None] = _warn) -> type[TyperCommand]:
    """The class of a command that also accepts old names of its options; help and completion omit them.

    Args:
        renamed: new name by old name, both with their hyphens.
        warn: called with the text of the warning.
    """

    class Renaming(TyperCommand):
        def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
            end = args.index("--") if "--" in args else len(args)
            return super().parse_args(ctx, [*map(_by_new_name, args[:end]), *args[end:]])

    def _by_new_name(word: str) -> str:
        name, equals, value = word.partition("=")
        if name not in renamed:
            return word
        warn(f"{name} is now {renamed[name]}. The old name works in this version only.")
        return f"{renamed[name]}{equals}{value}"

    return Renaming
