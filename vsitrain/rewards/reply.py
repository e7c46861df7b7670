"""Completions and columns, as TRL hands them to a reward, to one reply and one row after another."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from vsidata.errors import OptionError
from vsitrain.answers import after_thought, final_answer, tagged_answer

_COLUMNS = ("question", "options", "ground_truth", "answer", "unit")

Completion = str | Sequence[Mapping[str, Any]]
"""A text, or messages of which the last is the model's: `[{"role": "assistant", "content": …}]`."""


@dataclass(frozen=True)
class Setting:
    """What a reward must know of a run.

    Attributes:
        tags: of the prompt mode; with any, an answer stands in the answer's tag or after the thought.
        letters: whether options were shown wherever there are any; see `vsitrain.prompts.wants_letter`.
        lengths: least and most words of a reply.
    """

    tags: tuple[str, ...] = ()
    letters: bool = True
    lengths: tuple[int, int] | None = None


UNTAGGED = Setting()
"""For a reward that is called by itself."""


class Reward(Protocol):
    """A reward as TRL calls it: a number for each completion, None where it does not apply to the row."""

    def __call__(
        self, completions: Sequence[Completion], *, setting: Setting = ..., **columns: Any
    ) -> list[float | None]:
        """Args: the completions; the dataset's columns, each with a value for every completion."""
        ...


def text_of(completion: Completion) -> str:
    """What the model wrote."""
    if isinstance(completion, str):
        return completion
    content = completion[-1].get("content") if completion else None
    if isinstance(content, Sequence) and not isinstance(content, str):
        content = "".join(part.get("text") or "" for part in content)
    return content or ""


def answer_of(completion: Completion, setting: Setting) -> str:
    """The part of a reply that is its answer.

    In a mode with tags that is the body of the answer's tag. A reply without any such tag still answers after
    its thought, `<think>5</think>3`: it earns what the answer is worth, but nothing for its format.
    """
    text = text_of(completion)
    if not setting.tags:
        return final_answer(text)
    body = tagged_answer(text)
    if body is None and not re.search(r"<[\s/]*answer\b", text, re.IGNORECASE):
        body = after_thought(text)
    return body or ""


def rows(columns: Mapping[str, Any], setting: Setting) -> Iterator[dict[str, Any]]:
    """The rows of the table of questions, from those of its columns that are there.

    Raises:
        OptionError: there is no column `ground_truth`; or, where options are not always shown, no `question`
            or `answer`: there is no telling what was asked openly, and what the open answer is.
    """
    there = [name for name in _COLUMNS if columns.get(name) is not None]
    needed = {"ground_truth"} if setting.letters else {"ground_truth", "question", "answer"}
    if missing := needed.difference(there):
        remedy = "Train on the columns of a build's `qa` table, with remove_unused_columns off."
        fault = f"the data has no column {', '.join(sorted(missing))} to score with."
        raise OptionError("rewards", fault, remedy)
    for values in zip(*(columns[name] for name in there), strict=True):
        yield dict(zip(there, values, strict=True))
