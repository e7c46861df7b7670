"""The generated pages by name."""

from pathlib import Path

from scripts.docs import columns, commands, rule_keys, topics

_CHANGES = Path(__file__).resolve().parents[2] / "CHANGELOG.md"


def generated() -> dict[str, str | bytes]:
    """Name of a file of the site → its content: Markdown, or a picture."""
    return {
        "commands.md": commands.page(),
        "columns.md": columns.page(),
        "rule-keys.md": rule_keys.page(),
        "topics.md": topics.page(),
        "changelog.md": changes(_CHANGES.read_text("utf-8")),
    }


def changes(text: str) -> str:
    """The list of changes, whose links to the documentation lead to the page beside it."""
    return text.replace("](docs/", "](")
