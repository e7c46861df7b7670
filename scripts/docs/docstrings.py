"""An extension of Griffe, which reads docstrings for the page of the Python interface."""

import re
from typing import Any

from griffe import Extension, Object

_SEVERAL = re.compile(r"^( +)(\w+(?:, \w+)+): (.+(?:\n\1 +.+)*)", re.MULTILINE)


def separated(docstring: str) -> str:
    """A docstring in which `width, height: pixels.` is one line for each name, as Griffe expects."""
    return _SEVERAL.sub(_one_by_one, docstring)


def _one_by_one(entry: re.Match[str]) -> str:
    indent, names, text = entry.groups()
    return "\n".join(f"{indent}{name}: {text}" for name in names.split(", "))


class SeparateNames(Extension):
    """Applies `separated` to every docstring."""

    def on_object(self, *, obj: Object, **_: Any) -> None:
        """Called for each module, class, function and attribute that is read."""
        if obj.docstring:
            obj.docstring.value = separated(obj.docstring.value)
