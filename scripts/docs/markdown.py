"""Pieces of Markdown."""

import re
from collections.abc import Iterable, Sequence


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table. Columns that are empty in every row are left out."""
    rows = [[cell(text) for text in row] for row in rows]
    kept = [place for place in range(len(head)) if any(row[place] for row in rows)]
    lines = [[head[place] for place in kept], ["---"] * len(kept)]
    lines += [[row[place] for place in kept] for row in rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def cell(text: str) -> str:
    """Text that fits in a cell of a table. Code with a vertical bar is written as HTML."""
    # In backticks, the escape before the bar would be visible.
    text = re.sub(r"`([^`]*\|[^`]*)`", lambda found: f"<code>{_entities(found[1])}</code>", text.strip())
    return text.replace("|", "&#124;").replace("\n", "<br>")


def _entities(text: str) -> str:
    return "".join(mark if mark.isalnum() or mark == " " else f"&#{ord(mark)};" for mark in text)


def code(text: object) -> str:
    """Text as code, with any content."""
    ticks = "``" if "`" in str(text) else "`"
    return f"{ticks}{text}{ticks}"


def prose(text: str) -> str:
    """Text with code between backticks, as in docstrings. Options are code; the rest is shown as is."""
    parts = re.split(r"(`[^`\n]+`)", text)
    return "".join(part if place % 2 else _escaped(part) for place, part in enumerate(parts))


def linked(text: str) -> str:
    """The same for text with links to other pages, which stay links."""
    parts = re.split(r"(\[[^\]]+\]\([^)\s]+\))", text)
    return "".join(part if place % 2 else prose(part) for place, part in enumerate(parts))


def _escaped(text: str) -> str:
    for mark in "\\`*_[]{}#":
        text = text.replace(mark, f"\\{mark}")
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return re.sub(r"(?<![\w-])--[a-z][a-z-]*[a-z]", r"`\g<0>`", text)


def page(*parts: str) -> str:
    """Parts of a page, with an empty line between them."""
    return "\n\n".join(part.strip("\n") for part in parts if part) + "\n"


def quote(text: str) -> str:
    """A block quote."""
    return "\n".join(f"> {line}".rstrip() + "  " for line in text.splitlines())
