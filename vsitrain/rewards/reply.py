"""Turn the completions and columns that TRL passes to a reward into single replies and rows."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from vsidata.errors import OptionError
from vsitrain.answers import after_thought, final_answer, tagged_answer

_COLUMNS = ("question", "options", "ground_truth", "answer", "unit")

Completion = str | Sequence[Mapping[str, Any]]
"""A text, or messages with the model's reply last: `[{"role": "assistant", "content": …}]`."""


@dataclass(frozen=True)
class Setting:
    """The settings of a run that rewards need.

    Attributes:
        tags: the tags of the prompt mode; if there are any, the answer is in the answer tag or after the
            thought.
        letters: whether options were shown for every question that has them; see
            `vsitrain.prompts.wants_letter`.
        lengths: minimum and maximum number of words of a reply.
    """

    tags: tuple[str, ...] = ()
    letters: bool = True
    lengths: tuple[int, int] | None = None


UNTAGGED = Setting()
"""The default for a reward that is called on its own."""


class Reward(Protocol):
    """A reward as TRL calls it.

    It returns one number per completion, or None if it does not apply to the row.
    """

    def __call__(
        self, completions: Sequence[Completion], *, setting: Setting = ..., **columns: Any
    ) -> list[float | None]:
        """Score completions, given the dataset's columns with one value per completion."""
        ...


def text_of(completion: Completion) -> str:
    """The text that the model wrote."""
    if isinstance(completion, str):
        return completion
    content = completion[-1].get("content") if completion else None
    if isinstance(content, Sequence) and not isinstance(content, str):
        content = "".join(part.get("text") or "" for part in content)
    return content or ""


def answer_of(completion: Completion, setting: Setting) -> str:
    """The part of a reply that is its answer.

    In a mode with tags, that is the body of the answer tag. If a reply has no answer tag, the text after its
    thought is the answer, as in `<think>5</think>3`: the answer is rewarded, the format is not.
    """
    text = text_of(completion)
    if not setting.tags:
        return final_answer(text)
    body = tagged_answer(text)
    if body is None and not re.search(r"<[\s/]*answer\b", text, re.IGNORECASE):
        body = after_thought(text)
    return body or ""


def rows(columns: Mapping[str, Any], setting: Setting) -> Iterator[dict[str, Any]]:
    """Turn columns into rows of the table of questions.

    Raises:
        OptionError: a column is missing. `ground_truth` is always needed. `question` and `answer` are needed
            if options are not always shown.
    """
    there = [name for name in _COLUMNS if columns.get(name) is not None]
    needed = {"ground_truth"} if setting.letters else {"ground_truth", "question", "answer"}
    if missing := needed.difference(there):
        remedy = "Train on the columns of a build's `qa` table, with remove_unused_columns off."
        names = ", ".join(sorted(missing))
        raise OptionError("rewards", f"cannot be computed: the data has no column {names}.", remedy)
    for values in zip(*(columns[name] for name in there), strict=True):
        yield dict(zip(there, values, strict=True))
