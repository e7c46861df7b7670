"""The kinds of wrong answers by name, and the choice of a wrong answer to a question."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.random import Generator

from vsidata.dataset.first_release import in_current_shape
from vsidata.errors import OptionError
from vsitrain.answers import option_words, read_number, same_word
from vsitrain.preferences.answer_words import wrong_words
from vsitrain.preferences.figures import truth_of
from vsitrain.preferences.mirrored import mirrored
from vsitrain.preferences.near_miss import near_miss
from vsitrain.preferences.random_answer import random_answer
from vsitrain.preferences.second_nearest import second_nearest
from vsitrain.prompts import wants_letter
from vsitrain.prompts.question_text import Row

KINDS: Mapping[str, Callable[[Row, Generator], str | None]] = {
    "random": random_answer,
    "near_miss": near_miss,
    "mirrored": mirrored,
    "second_nearest": second_nearest,
}
"""Name of a kind → its function.

The function returns a wrong open answer to a row of the `qa` table, or None if the kind does not apply.

A new kind needs a file and a line here.
"""


def wrong_answer(row: Row, kinds: Sequence[str], *, letters: bool, seed: int) -> str:
    """A wrong answer to a question, in the form of the right one.

    Args:
        row: a row of the `qa` table.
        kinds: names from KINDS; the first kind that applies to the question is used.
        letters: whether the answer is a letter if there are options; see `vsitrain.prompts.target`.
        seed: the random seed. The draw depends only on it, the question's id and the kind.

    Returns:
        A number, word or letter that is not read as the right one.

    Raises:
        OptionError: a kind is unknown, or no kind applies to the question.
    """
    if unknown := [kind for kind in kinds if kind not in KINDS]:
        fault = f"{unknown[0]} is not a kind of wrong answer."
        raise OptionError("wrong_answers", fault, f"Choose from: {', '.join(KINDS)}.")
    row = in_current_shape({**row})
    for kind in kinds:
        answer = KINDS[kind](row, np.random.default_rng([seed, *f"{row['id']} {kind}".encode()]))
        if answer is None or _reads_as_right(row, answer):
            continue
        if not wants_letter(row, letters):
            return answer
        words = option_words(row["options"])
        if answer in words:
            return str(row["options"][words.index(answer)]).partition(".")[0]
    fault = f"no kind applies to question {row['id']} ({row['question_type']}): {', '.join(kinds)}."
    remedy = "Add random as the last kind, or leave such questions out (topics)."
    raise OptionError("wrong_answers", fault, remedy)


def _reads_as_right(row: Row, answer: str) -> bool:
    if truth_of(row) is not None:
        return read_number(answer, row["unit"]) == read_number(row["answer"], row["unit"])
    return same_word(answer, row["answer"], [row["answer"], *wrong_words(row)])
