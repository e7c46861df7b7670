"""The text that is printed at the end of an export."""

from typing import Any

from vsidata.dataset.build import Build
from vsidata.plain_text import counted
from vsidata.publish.export.export import Exported
from vsidata.publish.export.registry import FORMS
from vsidata.publish.export.terms import terms


def closing_lines(exported: Exported, build: Build) -> list[str]:
    """The lines about the questions written and left out, the next command, and the terms of use."""
    questions = exported.questions
    by_split = ", ".join(f"{split} {count:,}" for split, count in questions.items())
    frames = "a video" if exported.media == "mp4" else "JPEGs"
    lines = [
        f"Written: {counted(sum(questions.values()), 'question')} ({by_split}) about "
        f"{counted(exported.scenes, 'scene')} in {exported.out}, with the frames of each scene as {frames}."
    ]
    if exported.left_out:
        lines.append(f"Left out: {counted(exported.left_out, 'question')} about scenes without frames.")
    lines.append(f"Next: {FORMS[exported.to].use.format(out=exported.out)}")
    return [*lines, f"Terms: {terms(build.manifest)}"]


def as_json(exported: Exported) -> dict[str, Any]:
    """The export as plain data for JSON."""
    return {
        "out": str(exported.out),
        "to": exported.to,
        "media": exported.media,
        "questions": exported.questions,
        "scenes": exported.scenes,
        "left_out": exported.left_out,
    }
