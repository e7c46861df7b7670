"""The text that `vsidata report` prints at its end."""

from typing import Any

from vsidata.pages.site import Report
from vsidata.plain_text import counted


def closing_lines(report: Report) -> list[str]:
    """Lines that state what was written and how to open it."""
    size = f"{report.bytes / 1e6:.1f} MB"
    what = f"{counted(report.questions, 'question')} about {counted(report.scenes, 'scene')}"
    return [
        f"Written: pages on {what}, {size}.",
        *_pictures(report),
        f"Next: open {report.index} in a browser.",
    ]


def _pictures(report: Report) -> list[str]:
    """A line with the owner of the pictures; no line if the pictures have no owner."""
    if report.pictures_of is None:
        return []
    owner = report.pictures_of
    return [f"The pages show pictures of {owner}. Share them only with people who may see these pictures."]


def as_json(report: Report) -> dict[str, Any]:
    """The report's figures as data for a program."""
    return {
        "index": str(report.index),
        "scenes": report.scenes,
        "questions": report.questions,
        "bytes": report.bytes,
    }
