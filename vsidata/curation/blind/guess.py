"""The best that can be guessed without a look: constants, and forests on the words of the questions."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from vsidata.curation.blind.asked import Asked
from vsidata.curation.blind.choices import choice_guesses
from vsidata.curation.blind.constants import FOLDS, best_answer, folds_of
from vsidata.curation.blind.encoding import IntArray
from vsidata.curation.blind.forest import COARSE, FINE
from vsidata.curation.blind.numbers import number_guesses
from vsidata.metrics import Array, exact_match, mean_relative_accuracy


def steps(questions: Sequence[Asked]) -> int:
    """How many forests `guess` grows for questions of one type."""
    return FOLDS * len(_leaves(questions))


def _leaves(questions: Sequence[Asked]) -> tuple[int, ...]:
    """Words say much about some numbers, as lengths, and little about choices."""
    return (FINE, COARSE) if questions[0].is_number else (COARSE,)


@dataclass(frozen=True, eq=False)
class Guesses:
    """Guesses at all questions of one type.

    Attributes:
        constant: the one answer that scores best: a letter where the choices have letters.
        of_constant: (n,) its scores in [0, 1].
        of_category: (n,) scores of the best answer to the same words about other rooms.
        of_forest: (n,) scores of the forest; None where there are too few rooms to learn from.
        blind: (n,) the guesses that `of_forest` is the score of.
    """

    constant: str
    of_constant: Array
    of_category: Array | None
    of_forest: Array | None
    blind: Sequence[str] | None


def guess(questions: Sequence[Asked], seed: int = 0, done: Callable[[], None] = lambda: None) -> Guesses:
    """Guess at questions of one type, and score the guesses.

    Rooms are parted in five; what is guessed about one part is learned from the four others. The forest is
    for numbers the better of two, with few or with many questions in a leaf, and gives way to a constant that
    does better: which of these answers a part is judged by their scores on the other parts.

    Args:
        questions: of one question type, which `can_be_scored`.
        seed: of the parts and of the forests.
        done: called after each of `steps`.
    """
    number = questions[0].is_number
    constant = best_answer([asked.truth for asked in questions], number=number)
    of_constant = _scores(questions, [constant] * len(questions))
    rooms = [asked.room for asked in questions]
    if len(set(rooms)) < FOLDS:
        return Guesses(constant, of_constant, None, None, None)
    parts = folds_of(rooms, seed=seed)
    forest = number_guesses if number else choice_guesses
    by_words, by_type, by_word = _constants(questions, parts)
    tried = [by_words, by_type, by_word]
    for leaf in _leaves(questions):
        answers = forest(questions, parts, leaf, seed, done)
        tried.append(
            answers if number else [_reply(asked, it) for asked, it in zip(questions, answers, strict=True)]
        )
    scores = np.array([_scores(questions, answers) for answers in tried])
    chosen = _better(scores, parts)
    every = np.arange(len(questions))
    return Guesses(
        constant,
        of_constant,
        of_category=scores[0],
        of_forest=scores[chosen, every],
        blind=[tried[way][place] for place, way in enumerate(chosen.tolist())],
    )


def _scores(questions: Sequence[Asked], replies: Sequence[str]) -> Array:
    """In the benchmark's own metrics."""
    if questions[0].is_number:
        return mean_relative_accuracy([float(it) for it in replies], [asked.value for asked in questions])
    return exact_match(replies, [asked.truth for asked in questions])


def _reply(asked: Asked, option: str) -> str:
    """An option in the form of the truth: its letter, or itself."""
    if not asked.lettered:
        return option
    return chr(ord("A") + asked.choices.index(option)) if option in asked.choices else ""


def _better(scores: Array, parts: IntArray) -> IntArray:
    """For each question (n,) the row of `scores` (k, n) that is best on all parts but its own."""
    chosen = np.zeros(len(parts), dtype=np.int64)
    for part in np.unique(parts):
        chosen[parts == part] = np.argmax(scores[:, parts != part].mean(axis=1))
    return chosen


def _constants(questions: Sequence[Asked], parts: IntArray) -> tuple[list[str], list[str], list[str]]:
    """From other parts: the best answer to the same words, to the type, and the usual open answer to it."""
    number = questions[0].is_number
    by_words, by_type, by_word = ([""] * len(questions) for _ in range(3))
    for part in np.unique(parts).tolist():
        others = [asked for asked, own in zip(questions, parts, strict=True) if own != part]
        usual = best_answer([asked.truth for asked in others], number=number)
        word = best_answer([asked.answer for asked in others], number=number)
        known: dict[str, str] = {}
        if number:
            same = defaultdict(list)
            for asked in others:
                same[asked.text].append(asked.truth)
            known = {text: best_answer(truths, number=True) for text, truths in same.items()}
        for place in np.flatnonzero(parts == part).tolist():
            by_words[place] = known.get(questions[place].text, usual)
            by_type[place] = usual
            by_word[place] = usual if number else _reply(questions[place], word)
    return by_words, by_type, by_word
