"""The generated pages by name."""

import re
from pathlib import Path

from scripts.docs import columns, commands, json_files, recipe_keys, rule_keys, topics

_TOP = Path(__file__).resolve().parents[2]
_FROM_THE_TOP = {"CHANGELOG.md": "changelog.md", "CONTRIBUTING.md": "contributing.md"}


def generated() -> dict[str, str | bytes]:
    """Name of a file of the site → its content: Markdown, or a picture."""
    return {
        "commands.md": commands.page(),
        "columns.md": columns.page(),
        "json-files.md": json_files.page(),
        "recipe-keys.md": recipe_keys.page(),
        "rule-keys.md": rule_keys.page(),
        "topics.md": topics.page(),
    } | {page: moved((_TOP / file).read_text("utf-8")) for file, page in _FROM_THE_TOP.items()}


def moved(text: str) -> str:
    """A page from the top of the project as a page of the site.

    Links to other pages of the site stay links. Links to other files of the project become their text.
    """
    return re.sub(r"\[([^\]]+)\]\(([^)\s]+)\)", lambda link: _link(link[1], link[2]), text)


def _link(text: str, target: str) -> str:
    if target.startswith("docs/"):
        return f"[{text}]({target.removeprefix('docs/')})"
    if target in _FROM_THE_TOP:
        return f"[{text}]({_FROM_THE_TOP[target]})"
    return f"[{text}]({target})" if target.startswith(("https://", "http://", "#")) else text
