"""The best blind guesses: constants, and forests on the words of the questions."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from vsidata.analysis.blind.blind_question import BlindQuestion
from vsidata.analysis.blind.choice_guesses import choice_guesses
from vsidata.analysis.blind.constants import FOLDS, best_answer, folds_of
from vsidata.analysis.blind.forest import COARSE, FINE
from vsidata.analysis.blind.metric import number_metric
from vsidata.analysis.blind.number_guesses import number_guesses
from vsidata.analysis.blind.word_encoder import IntArray
from vsidata.errors import OptionError
from vsidata.metrics import Array, exact_match
from vsidata.plain_text import counted

_ENOUGH = 4_000  # questions; with fewer, the scores depend on the partition of the rooms, by several points
_MOST_PARTITIONS = 4


def forest_count(questions: Sequence[BlindQuestion]) -> int:
    """The number of forests that `guess` grows for questions of one type; 0 if there are too few rooms."""
    if not can_learn(questions):
        return 0
    return partition_count(questions) * FOLDS * len(_leaf_size(questions))


def can_learn(questions: Sequence[BlindQuestion]) -> bool:
    """Return whether the questions are about at least as many rooms as there are parts."""
    return len({asked.room for asked in questions}) >= FOLDS


def need_rooms(questions: Sequence[BlindQuestion]) -> None:
    """Check that questions are about enough rooms.

    Raises:
        OptionError: there are fewer rooms than parts.
    """
    if not can_learn(questions):
        rooms = len({asked.room for asked in questions})
        fault = f"are about {counted(rooms, 'room')}."
        remedy = (
            f"Use questions about at least {FOLDS} rooms: guesses about a room are learned from other rooms."
        )
        raise OptionError("The questions", fault, remedy)


def partition_count(questions: Sequence[BlindQuestion]) -> int:
    """The number of times that the rooms are split."""
    return min(max(_ENOUGH // len(questions), 1), _MOST_PARTITIONS)


def _leaf_size(questions: Sequence[BlindQuestion]) -> tuple[int, ...]:
    """The leaf sizes to try. Words say much about some numbers, such as lengths, and little about choices."""
    return (FINE, COARSE) if questions[0].is_number else (COARSE,)


@dataclass(frozen=True, eq=False)
class Guesses:
    """Guesses at all questions of one type.

    Attributes:
        best: the one answer that scores best on these questions; a letter if the choices have letters.
        of_best: (n,) the scores of `best`, in [0, 1]. They cannot be compared with those of guesses, because
            `best` is chosen on these questions.
        of_constant: (n,) mean scores of the one answer that scores best in other rooms. This and the
            following are None if there are too few rooms to learn from.
        of_category: (n,) mean scores of the best answer to the same words about other rooms.
        of_forest: (n,) mean scores of the forest, which learns in other rooms.
    """

    best: str
    of_best: Array
    of_constant: Array | None
    of_category: Array | None
    of_forest: Array | None


def guess(
    questions: Sequence[BlindQuestion], seed: int = 0, done: Callable[[], None] = lambda: None
) -> Guesses:
    """Guess at questions of one type, and score the guesses.

    Rooms are split into five parts. Guesses about one part are learned from the four others. For numbers, the
    better of two forests is used: with few or with many questions in a leaf. A constant replaces the forest
    if it scores better. The scores on the other parts decide which of these is used for a part. If there are
    few questions, the rooms are split several times, and the scores are means.

    If words carry no information, the forest gains nothing over `of_constant`: 0.4 points, with a standard
    error of 0.4, over 32 sets of 10 rooms (three question types, 60 questions each, 5 trees). Compared with
    `of_best`, the same forest seems to lose 3.9 points. Source: `tests/analysis/test_blind_statistics.py`.

    Args:
        questions: questions of one question type for which `can_be_scored` is true.
        seed: the random seed of the parts and of the forests.
        done: called after each of the `forest_count` forests.
    """
    first = questions[0]
    truths = [asked.truth for asked in questions]
    best = best_answer(truths, number=first.is_number, angle=first.is_angle)
    of_best = _scores(questions, [best] * len(questions))
    if not can_learn(questions):
        return Guesses(best, of_best, None, None, None)
    more = np.random.SeedSequence(seed).generate_state(partition_count(questions) - 1).tolist()
    tries = [_guessed(questions, one, done) for one in (seed, *more)]
    of_constant, of_category, of_forest = np.mean(tries, axis=0)
    return Guesses(best, of_best, of_constant, of_category, of_forest)


def _guessed(questions: Sequence[BlindQuestion], seed: int, done: Callable[[], None]) -> Array:
    """Scores (3, n) of the constant, of the words and of the forest, for one split of the rooms."""
    number = questions[0].is_number
    forest = number_guesses if number else choice_guesses
    parts = folds_of([asked.room for asked in questions], seed=seed)
    tried = list(_constants(questions, parts))
    for leaf in _leaf_size(questions):
        answers = forest(questions, parts, leaf, seed, done)
        tried.append(answers if number else list(map(_reply, questions, answers)))
    scores = np.array([_scores(questions, answers) for answers in tried])
    by_words, by_type = scores[:2]
    return np.array(
        [by_type, by_words, scores[_best_on_other_parts(scores, parts), np.arange(len(questions))]]
    )


def _scores(questions: Sequence[BlindQuestion], replies: Sequence[str]) -> Array:
    """Scores by the metric of the questions' type."""
    if questions[0].is_number:
        score = number_metric(questions[0])
        return score([float(it) for it in replies], [asked.value for asked in questions])
    return exact_match(replies, [asked.truth for asked in questions])


def _reply(asked: BlindQuestion, option: str) -> str:
    """An option in the form of the true answer: its letter, or its text."""
    if not asked.lettered:
        return option
    return chr(ord("A") + asked.choices.index(option)) if option in asked.choices else ""


def _best_on_other_parts(scores: Array, parts: IntArray) -> IntArray:
    """For each question (n,) the row of `scores` (k, n) that is best on all parts except its own."""
    chosen = np.zeros(len(parts), dtype=np.int64)
    for part in np.unique(parts):
        chosen[parts == part] = np.argmax(scores[:, parts != part].mean(axis=1))
    return chosen


def _constants(questions: Sequence[BlindQuestion], parts: IntArray) -> tuple[list[str], list[str], list[str]]:
    """Three answers to each question, each the best in the other parts.

    They are the best answer to the same words, to the question type, and the best open answer to the type.
    """
    number, angle = questions[0].is_number, questions[0].is_angle
    by_words, by_type, by_word = ([""] * len(questions) for _ in range(3))
    for part in np.unique(parts).tolist():
        others = [asked for asked, own in zip(questions, parts, strict=True) if own != part]
        usual = best_answer([asked.truth for asked in others], number=number, angle=angle)
        word = best_answer([asked.answer for asked in others], number=number, angle=angle)
        known: dict[str, str] = {}
        if number:
            same = defaultdict(list)
            for asked in others:
                same[asked.text].append(asked.truth)
            known = {text: best_answer(truths, number=True, angle=angle) for text, truths in same.items()}
        for place in np.flatnonzero(parts == part).tolist():
            by_words[place] = known.get(questions[place].text, usual)
            by_type[place] = usual
            by_word[place] = usual if number else _reply(questions[place], word)
    return by_words, by_type, by_word
