"""Guesses at choices: a letter or a word."""

from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from vsidata.analysis.blind.blind_question import BlindQuestion
from vsidata.analysis.blind.forest import likelihoods
from vsidata.analysis.blind.word_encoder import Encoder, IntArray, Mask, codes
from vsidata.metrics import Array


@dataclass(frozen=True, eq=False)
class _OptionTable:
    """All options of all questions, one after the other (o,).

    Attributes:
        question: the number of the question of each option.
        place: the position of the option among the question's options.
        right: 1 for the right option, else 0.
        keys: features that may identify the right option, alone and with each word of its question.
        orders: the pairs of words in options that list several words: (p,) the number of the option, and (p,)
            the code of the two words in their order. None if no option lists several words.
    """

    question: IntArray
    place: IntArray
    right: Array
    keys: list[IntArray]
    orders: tuple[IntArray, IntArray] | None

    @classmethod
    def of(cls, questions: Sequence[BlindQuestion]) -> "_OptionTable":
        pairs = [(asked, option) for asked in questions for option in asked.choices]
        sizes = [len(asked.choices) for asked in questions]
        place = np.concatenate([np.arange(size) for size in sizes])
        lists = [option.split(", ") for _, option in pairs]
        orders = None
        if max(map(len, lists)) > 1:
            of = [(i, two) for i, words in enumerate(lists) for two in combinations(words, 2)]
            orders = np.array([i for i, _ in of], dtype=np.int64), codes([two for _, two in of])
        return cls(
            question=np.repeat(np.arange(len(questions)), sizes),
            place=place,
            right=np.array([option == asked.answer for asked, option in pairs], dtype=float),
            keys=[codes(keys) for keys in _keys(pairs, place.tolist(), lists)],
            orders=orders,
        )


def _keys(
    pairs: Sequence[tuple[BlindQuestion, str]], places: Sequence[int], lists: Sequence[Sequence[str]]
) -> Iterator[list[Hashable]]:
    yield list(places)
    yield [option for _, option in pairs]
    most = max(len(asked.words) for asked, _ in pairs)
    for word in range(most):
        yield [(asked.words[word : word + 1], option) for asked, option in pairs]
    for first, second in combinations(range(most), 2):
        yield [
            ((*asked.words[first : first + 1], *asked.words[second : second + 1]), o) for asked, o in pairs
        ]
    if (longest := max(map(len, lists))) > 1:
        for word in range(longest):
            yield [tuple(words[word : word + 1]) for words in lists]


def choice_guesses(
    questions: Sequence[BlindQuestion], parts: IntArray, leaf: int, seed: int, done: Callable[[], None]
) -> list[str]:
    """Guess the answers to questions of one type with choices. Guesses are learned from other rooms.

    A forest estimates how likely each option is right, from the option's place, its words and the words of
    the question. The guess is the most likely option.

    Args:
        questions: questions of one question type, all with choices.
        parts: (n,) the part of each question's room. Guesses at a part are learned from the other parts.
        leaf: the least number of questions in a leaf of the forest.
        seed: the random seed.
        done: called after each part.

    Returns:
        The text of one option for each question.
    """
    options = _OptionTable.of(questions)
    rooms = [questions[number].room for number in options.question]
    likely = np.zeros(len(options.right))
    for part in np.unique(parts).tolist():
        tested = parts[options.question] == part
        features = _features(options, ~tested, rooms, seed + part)
        shares = likelihoods(
            features[~tested],
            options.right[~tested],
            options.right[~tested].astype(np.int64),
            features[tested],
            leaf=leaf,
            seed=seed + part,
        )
        likely[tested] = shares[:, 1]
        done()
    starts = np.flatnonzero(options.place == 0)
    chosen = np.array([int(np.argmax(part)) for part in np.split(likely, starts[1:])])
    return [asked.choices[place] for asked, place in zip(questions, chosen.tolist(), strict=True)]


def _features(options: _OptionTable, training: Mask, rooms: Sequence[str], seed: int) -> Array:
    encoder = Encoder.of(options.right, training, rooms, seed)
    columns = [options.place.astype(float)]
    for key in options.keys:
        mean, _, count = encoder.statistics(key)
        columns += [mean, _against_others(mean, options), count]
    if options.orders is not None:
        option, order = options.orders
        of_orders = Encoder(options.right[option], training[option], encoder.inner[option])
        means = of_orders.statistics(order)[0]
        size = len(options.right)
        total = np.bincount(option, weights=means, minlength=size)
        mean = total / np.maximum(np.bincount(option, minlength=size), 1)
        columns += [mean, _against_others(mean, options)]
    return np.column_stack(columns)


def _against_others(values: Array, options: _OptionTable) -> Array:
    """The value of each option minus the mean of the values of its question's options."""
    means = np.bincount(options.question, weights=values) / np.bincount(options.question)
    above: Array = values - means[options.question]
    return above
