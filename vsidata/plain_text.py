r"""Text for people: counts of things, and safe printing of questions, labels, names and answers of servers.

Text from other sources may contain control characters. They can move a terminal's cursor, change its title or
overwrite a line. Text may also contain marks that reverse the order in which text is shown. Both are removed
when text is printed. They stay in stored text. JSON for programs has them as `\u` escapes.
"""

import re
from typing import Any

import typer

# Control characters except line feed and tab; line and paragraph separators; all of Unicode's Bidi_Control.
# https://www.unicode.org/Public/UCD/latest/ucd/PropList.txt
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
_BREAKS = re.compile(r"[\n\t]+")
_SURROGATES = re.compile(
    "[\ud800-\udfff]"
)  # bytes of a file's name that are not UTF-8; no output stream accepts them


def printable(text: str) -> str:
    """Return the text without control characters and order marks. Line feeds and tabs are kept."""
    return _SURROGATES.sub("\ufffd", _CONTROLS.sub("", text))


def in_a_line(text: str) -> str:
    """Return `printable` text on one line: each run of line feeds and tabs becomes a space."""
    return _BREAKS.sub(" ", printable(text))


def counted(count: int, thing: str) -> str:
    """Return a number of things in words: `1 scene`, `2,000 scenes`. The plural of `thing` must end in s."""
    return f"{count:,} {thing}{'s' * (count != 1)}"


def with_unit(answer: str, unit: str | None) -> str:
    """An answer with its unit: `1.6 m`, `57°`, `sink`."""
    return f"{answer}{unit}" if unit == "°" else " ".join(filter(None, (answer, unit)))


def echo(text: object, *, err: bool = False) -> None:
    """Print text to standard output, or to standard error if `err` is set."""
    typer.echo(printable(str(text)), err=err)  # noqa: TID251


def echo_json(data: bytes) -> None:
    """Print JSON with control characters as escapes. It parses to the same data."""
    typer.echo(_CONTROLS.sub(lambda found: f"\\u{ord(found[0]):04x}", data.decode()))  # noqa: TID251


def log_plainly() -> None:
    """Remove control characters from this process's log. Libraries log text from servers and files."""
    import logging

    make = logging.getLogRecordFactory()
    if getattr(make, "is_plain", False):
        return

    def plain(*args: Any, **kwargs: Any) -> logging.LogRecord:
        record = make(*args, **kwargs)
        record.msg, record.args = printable(record.getMessage()), ()
        return record

    plain.is_plain = True  # type: ignore[attr-defined]
    logging.setLogRecordFactory(plain)
