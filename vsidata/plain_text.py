r"""Text of others, made fit to print: questions, labels, names of files, what a server answers.

Such text may hold control characters, which move a terminal's cursor, change its title or overwrite a line,
and marks that reverse the order in which text is shown. They are removed wherever text is printed. What is
stored keeps them, and JSON for programs holds them as `\u` escapes.
"""

import re
from typing import Any

import typer

# Control characters but for line feed and tab, line and paragraph separators, and all of Unicode's
# Bidi_Control. https://www.unicode.org/Public/UCD/latest/ucd/PropList.txt
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
_BREAKS = re.compile(r"[\n\t]+")
_SURROGATES = re.compile("[\ud800-\udfff]")  # bytes of a file's name that are no UTF-8: no stream takes them


def printable(text: str) -> str:
    """The text without control characters, in the order in which it is written. Lines and tabs stay."""
    return _SURROGATES.sub("\ufffd", _CONTROLS.sub("", text))


def in_a_line(text: str) -> str:
    """The same with a space in place of line ends and tabs, so that no text can pass for a line of ours."""
    return _BREAKS.sub(" ", printable(text))


def echo(text: object, *, err: bool = False) -> None:
    """Print text, on standard error if asked to."""
    typer.echo(printable(str(text)), err=err)  # noqa: TID251


def echo_json(data: bytes) -> None:
    """Print JSON. A program reads the same from it; a terminal shows no control character of it."""
    typer.echo(_CONTROLS.sub(lambda found: f"\\u{ord(found[0]):04x}", data.decode()))  # noqa: TID251


def log_plainly() -> None:
    """Remove control characters from what this process logs: libraries log what servers and files say."""
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
