"""From a row of the table of questions to the text after the video, and to what the right reply states."""

import re
from collections.abc import Mapping
from typing import Any, Literal

from vsidata.metrics import is_number
from vsitrain.answers import option_words
from vsitrain.prompts.mode import Form, PromptMode

Row = Mapping[str, Any]
"""A row of the `qa` table (`vsidata.dataset.schema.QA`), or at least the columns that are read of it."""


def ask(row: Row, mode: PromptMode, *, form: Form, letters: bool) -> str:
    """The text that goes after the video: question, options where a letter is wanted, wording.

    Args:
        row: with `question`, `options`.
        mode: whose wording.
        form: the wording to train with (and to evaluate what was trained with it), or that for other models.
        letters: whether a letter is wanted wherever there are options; see `wants_letter`.

    Source: layout of the options, VSI-Bench's published scorer; wordings, the mode's own source.
    """
    letter = wants_letter(row, letters)
    opening = [mode.opening] if mode.opening and form == "evaluation" else []
    options = ["Options:", *row["options"]] if letter else []
    return "\n".join([*opening, row["question"], *options, mode.wording(form, letter)])


def target(row: Row, letters: bool) -> str:
    """What the right reply states: the letter where one is wanted, else the open answer."""
    openly = row.get("options") and not wants_letter(row, letters)
    text: str = row["answer"] if openly else row["ground_truth"]
    return text


def wants_letter(row: Row, letters: bool) -> bool:
    """Whether a question is asked with its options, for a letter.

    With `letters`, every question that has options is. Without, as in the paper, those are asked openly whose
    text names every option already (relative distance, direction, a route of one turn); where it does not
    (appearance order, longer routes), nobody could tell what to reply, so a letter is wanted all the same.
    """
    return bool(row.get("options")) and (letters or not _names_its_options(row))


def answer_kind(row: Row, letters: bool) -> Literal["number", "letter", "word"] | None:
    """What the right reply to a question is; None where the row holds no answer.

    It follows from the row's own answer, so that questions of all kinds may be mixed and a new topic needs
    nothing here.
    """
    text = target(row, letters)
    if not (text or "").strip():
        return None
    if wants_letter(row, letters):
        return "letter"
    return "number" if row.get("unit") or is_number(text) else "word"


def offered_words(row: Row) -> tuple[str, ...]:
    """The words that a question offers to choose from; empty where it offers none.

    Those of its options, else those that it lists in parentheses, as `(sink, table, lamp, bed)`, if the
    right one is among them.
    """
    if row.get("options"):
        return option_words(row["options"])
    for listed in re.findall(r"\(([^()]*,[^()]*)\)", row.get("question") or ""):
        words = tuple(word.strip() for word in listed.split(","))
        if row["ground_truth"] in words:
            return words
    return ()


def _names_its_options(row: Row) -> bool:
    question = row["question"].casefold()
    return all(
        re.search(rf"(?<!\w){re.escape(word.casefold())}(?!\w)", question)
        for word in option_words(row["options"])
    )
