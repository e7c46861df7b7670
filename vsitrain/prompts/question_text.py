"""The text of a question and its right answer, from a row of the table of questions."""

import re
from collections.abc import Mapping
from typing import Any, Literal

from vsidata.metrics import is_number
from vsitrain.answers import option_words
from vsitrain.prompts.mode import Form, PromptMode

Row = Mapping[str, Any]
"""A row of the `qa` table (`vsidata.dataset.schema.QA`), with at least the columns that are read here."""


def ask(row: Row, mode: PromptMode, *, form: Form, letters: bool) -> str:
    """The text after the video: the question, its options if a letter is asked for, and the wording.

    Args:
        row: a row with `question` and `options`.
        mode: the prompt mode, which states the wording.
        form: `training` for training and for models that were trained with the mode, `evaluation` for others.
        letters: whether a letter is asked for if there are options; see `wants_letter`.

    Source: VSI-Bench's published scorer for the layout of the options; the mode's source for the wordings.
    """
    letter = wants_letter(row, letters)
    opening = [mode.opening] if mode.opening and form == "evaluation" else []
    options = ["Options:", *row["options"]] if letter else []
    return "\n".join([*opening, row["question"], *options, mode.wording(form, letter)])


def target(row: Row, letters: bool) -> str:
    """The right answer: the letter if a letter is asked for, else the open answer."""
    openly = row.get("options") and not wants_letter(row, letters)
    text: str = row["answer"] if openly else row["ground_truth"]
    return text


def wants_letter(row: Row, letters: bool) -> bool:
    """Return whether a question is asked with its options, so that its answer is a letter.

    With `letters`, this holds for every question that has options. Without `letters`, as in the paper, a
    question is asked openly if its text names every option already (relative distance, direction, a route of
    one turn). Other questions (appearance order, longer routes) cannot be answered without their options, so
    they always ask for a letter.
    """
    return bool(row.get("options")) and (letters or not _names_its_options(row))


def answer_kind(row: Row, letters: bool) -> Literal["number", "letter", "word"] | None:
    """The kind of the right answer to a question; None if the row has no answer.

    It follows from the row's own answer. So questions of all kinds may be mixed, and a new topic needs no
    change here.
    """
    text = target(row, letters)
    if not (text or "").strip():
        return None
    if wants_letter(row, letters):
        return "letter"
    return "number" if row.get("unit") or is_number(text) else "word"


def offered_words(row: Row) -> tuple[str, ...]:
    """The words that a question offers to choose from; empty if it offers none.

    They are the words of its options, else the words that it lists in parentheses, as in
    `(sink, table, lamp, bed)`, if the right one is among them.
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
