"""What `vsidata report` says at its end."""

from typing import Any

from vsidata.pages.site import Report


def closing_lines(report: Report) -> list[str]:
    """What was written, and how to look at it."""
    size = f"{report.bytes / 1e6:.1f} MB"
    what = f"{report.questions:,} questions about {report.scenes:,} scene{'s' * (report.scenes != 1)}"
    return [
        f"Written: pages on {what}, {size}.",
        *_pictures(report),
        f"Next: open {report.index} in a browser.",
    ]


def _pictures(report: Report) -> list[str]:
    """Whose pictures are in it, where they are somebody's."""
    if report.pictures_of is None:
        return []
    return [f"They show small pictures of {report.pictures_of}: keep them where those may be seen."]


def as_json(report: Report) -> dict[str, Any]:
    """The same for a program."""
    return {
        "index": str(report.index),
        "scenes": report.scenes,
        "questions": report.questions,
        "bytes": report.bytes,
    }
