"""Questions as chat messages for a processor."""

from typing import Any

from vsitrain.prompts.mode import Form, PromptMode
from vsitrain.prompts.question_text import Row, ask


def conversation(row: Row, mode: PromptMode, *, form: Form, letters: bool) -> list[dict[str, Any]]:
    """A conversation with one user message: a place for the video, then the question in a mode's wording.

    Args:
        row: a row of the `qa` table.
        mode, form, letters: as for `vsitrain.prompts.ask`.
    """
    text = ask(row, mode, form=form, letters=letters)
    return [{"role": "user", "content": [{"type": "video"}, {"type": "text", "text": text}]}]


def question_name(row: Row) -> str:
    """The name of a question in an error: its id and its scene, if it has them."""
    if row.get("id") is None:
        return f"about {row['scene_name']}" if row.get("scene_name") else "of a question without an id"
    return f"of question {row['id']} about {row.get('scene_name')}"
