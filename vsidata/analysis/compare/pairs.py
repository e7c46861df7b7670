"""The same questions in two builds: by their text, or by their subject if the wording changed."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass

from vsidata.analysis.blind.blind_question import BlindQuestion

Pair = tuple[BlindQuestion, BlindQuestion]


@dataclass(frozen=True)
class Paired:
    """The matched questions of two sides, in the order of their builds.

    Attributes:
        both: the questions that both sides have, as pairs of a question of the first side and its match.
        lost: the questions that only the first side has.
        new: the questions that only the second side has.
    """

    both: list[Pair]
    lost: list[BlindQuestion]
    new: list[BlindQuestion]


def paired(first: Sequence[BlindQuestion], second: Sequence[BlindQuestion]) -> Paired:
    """Find each question of one side on the other.

    Questions are matched by scene, question type and text. The remaining questions are matched by scene,
    question type and categories. The two categories of a distance may be in any order, and so may the options
    of a choice.
    """
    both: list[Pair] = []
    left: Sequence[BlindQuestion] = first
    right: Sequence[BlindQuestion] = second
    for key in (_by_text, _subject_of):
        found, left, right = _matched(left, right, key)
        both += found
    order = {id(asked): place for place, asked in enumerate(first)}
    return Paired(sorted(both, key=lambda pair: order[id(pair[0])]), list(left), list(right))


def _matched(
    first: Sequence[BlindQuestion], second: Sequence[BlindQuestion], key: Callable[[BlindQuestion], Hashable]
) -> tuple[list[Pair], list[BlindQuestion], list[BlindQuestion]]:
    waiting: dict[Hashable, list[BlindQuestion]] = defaultdict(list)
    for asked in reversed(second):
        waiting[key(asked)].append(asked)
    both, lost = [], []
    for asked in first:
        others = waiting.get(key(asked))
        if others:
            both.append((asked, others.pop()))
        else:
            lost.append(asked)
    remaining = {id(asked) for others in waiting.values() for asked in others}
    return both, lost, [asked for asked in second if id(asked) in remaining]


def _by_text(asked: BlindQuestion) -> Hashable:
    return asked.scene, asked.kind, asked.text


def _subject_of(asked: BlindQuestion) -> Hashable:
    words = tuple(sorted(asked.words)) if asked.is_number else asked.words
    return asked.scene, asked.kind, words, tuple(sorted(asked.choices))
