"""README and the pages under docs/ as data: their code blocks, their commands, their tables."""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import typer

ROOT = Path(__file__).parents[2]
PAGES = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    ROOT / "recipes/README.md",
    *sorted((ROOT / "docs").glob("*.md")),
]

_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_COMMAND_OF_REPEAT = re.compile(r"`([^`]+)`")
_PROGRAMS = ("vsidata", "vsitrain", "make", "pip", "pytest", "accelerate", "python", "vllm", "hf")


@dataclass(frozen=True)
class Block:
    """A fenced block of a page.

    Attributes:
        language: the word after the fence, such as `bash`.
        text: the lines between the fences.
        headings: the headings above it, the page's own first.
    """

    language: str
    text: str
    headings: tuple[str, ...]

    @property
    def commands(self) -> list[list[str]]:
        """The command lines, as a shell splits them: lines of `bash`, and lines after `$` of `console`."""
        lines = self.text.replace("\\\n", " ").splitlines()
        if self.language == "console":
            lines = [line.removeprefix("$ ") for line in lines if line.startswith("$ ")]
        elif self.language != "bash":
            lines = []
        return [words for line in lines if (words := shlex.split(line, comments=True))]


def blocks(page: Path) -> list[Block]:
    """The fenced blocks of a page, in order."""
    text = page.read_text("utf-8")
    found = []
    for match in _FENCE.finditer(text):
        above = _FENCE.sub("", text[: match.start()])
        found.append(Block(match[1], match[2], tuple(re.findall(r"^#+ (.+)$", above, re.MULTILINE))))
    return found


def commands(page: Path, *headings: str) -> list[list[str]]:
    """The commands of a page, or of its sections with these headings."""
    return [
        words
        for block in blocks(page)
        if not headings or block.headings[-1] in headings
        for words in block.commands
    ]


@dataclass(frozen=True)
class Section:
    """The part of a page between two headings.

    Attributes:
        heading: the heading above.
        text: the lines without fenced blocks.
    """

    heading: str
    text: str

    @property
    def tables(self) -> list[list[list[str]]]:
        """The cells of the rows of each table, without the line below its head."""
        tables = re.findall(r"(?:^\|.*\n?)+", self.text, re.MULTILINE)
        return [
            [[cell.strip() for cell in line.strip("| ").split("|")] for line in table.splitlines()]
            for table in tables
        ]

    @property
    def repeats(self) -> list[list[str]]:
        """The commands of its paragraphs that begin with `Repeat:`."""
        paragraphs = re.findall(r"^Repeat: (.+?)(?:\n\n|\Z)", self.text, re.MULTILINE | re.DOTALL)
        return [
            words
            for paragraph in paragraphs
            for code in _COMMAND_OF_REPEAT.findall(" ".join(paragraph.split()))
            if (words := shlex.split(code)) and words[0] in _PROGRAMS
        ]


def sections(page: Path) -> Iterator[Section]:
    """The sections of a page. The part above its first heading has an empty heading."""
    text = _FENCE.sub("", page.read_text("utf-8"))
    parts = re.split(r"^#+ (.+)$", text, flags=re.MULTILINE)
    for heading, part in zip(["", *parts[1::2]], parts[::2], strict=True):
        yield Section(heading, part)


def understood(app: typer.Typer, name: str, words: list[str]) -> typer.Context:
    """Read the options of a command without running it. An unknown option raises `UsageError`."""
    command = typer.main.get_command(app).commands[name]
    return command.make_context(name, list(words))
