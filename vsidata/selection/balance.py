"""Balances answers: leaves out questions with answers that are too common, and so easy to guess.

It needs the answers of all questions of a split, but not the questions. The kept questions depend only on the
questions and the seed, not on their order or on the number of workers.
"""

import hashlib
import math
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

from vsidata.rules.balance import BalanceRules
from vsidata.rules.constant import StatedConstant

_ROUNDING = 1e-9  # rounding error of a share times a total


class Answer(NamedTuple):
    """The data of a question that balancing needs.

    Attributes:
        id, question_type: the id and type of the question.
        letter: the letter of the right option; None for open questions.
        options: number of options; 0 for open questions.
        word: the open answer.
        category: the category of the first object of the question; None for questions about the room.
        value: the measured value behind the answer.
        thinned: the part of the rules that applies to its answer: `directions`, `counts` or `sizes`; None if
            no part applies.
        topic: the topic of the question.
    """

    id: str
    question_type: str
    letter: str | None
    options: int
    word: str
    category: str | None
    value: float
    thinned: str | None = None
    topic: str = ""

    @classmethod
    def of(cls, row: Mapping[str, Any], thinned: str | None) -> "Answer":
        """Make an answer from a row of the table of questions, and the part of the rules for its topic."""
        options, evidence = row["options"] or (), row["evidence"]
        if thinned == "directions" and row["unit"]:
            thinned = None  # a topic about directions may also ask for an angle
        return cls(
            id=row["id"],
            question_type=row["question_type"],
            letter=row["ground_truth"] if options else None,
            options=len(options),
            word=row["answer"],
            category=evidence["objects"][0]["category"] if evidence["objects"] else None,
            value=evidence["value"],
            thinned=thinned,
            topic=row["topic"],
        )

    @property
    def shown_answer(self) -> str | None:
        """The answer in reports about the balance: a direction, a count or a letter; None for lengths."""
        return self.word if self.thinned in ("directions", "counts") else self.letter


Part = Callable[[Answer], tuple[Hashable, Hashable] | None]
"""A function that returns a question's group and its kind of answer.

No kind may be too common in its group. None if the question is not balanced.
"""


def balance(answers: Sequence[Answer], rules: BalanceRules, seed: int) -> dict[str, str]:
    """Choose which questions to leave out, and state the reasons.

    The parts of the rules are applied one after another, each to the questions that are left. The shares of
    the topics, or else of the question types, come last, so they are exact. A later part changes the shares
    of an earlier part only by chance, because it draws at random. The part for topics keeps the shares of the
    answers.

    Args:
        answers: the answers of all questions of a split, in any order.
        rules: how common an answer may be.
        seed: random seed of the draw among questions with the same answer.

    Returns:
        The reason of each question that is left out, by id.
    """
    dropped: dict[str, str] = {}
    for reason, part, limit in _parts(rules):
        groups: dict[Hashable, dict[Hashable, list[Answer]]] = defaultdict(lambda: defaultdict(list))
        for answer in answers:
            if answer.id not in dropped and (place := part(answer)) is not None:
                group, kind = place
                groups[group][kind].append(answer)
        in_order = _by_share if part is _topic else _by_draw
        for kinds in groups.values():
            sizes = [len(asked) for asked in kinds.values()]
            if sum(sizes) < rules.smallest.value:
                continue
            most = level(sizes, limit(len(sizes)))
            for asked in kinds.values():
                surplus = in_order(asked, seed)[most:]
                dropped.update(dict.fromkeys(surplus, f"balance: {reason}"))
    return dropped


def _by_draw(answers: Iterable[Answer], seed: int) -> list[str]:
    """The ids in random order."""
    return sorted((answer.id for answer in answers), key=lambda id_: _draw(seed, id_))


def _by_share(answers: Iterable[Answer], seed: int) -> list[str]:
    """The ids in a random order that can be cut anywhere.

    In any first part of it, each question type has the same shares of its answers as in the whole list.
    """
    alike: dict[Hashable, list[Answer]] = defaultdict(list)
    for answer in answers:
        alike[answer.question_type, answer.shown_answer].append(answer)
    places: dict[str, tuple[float, bytes]] = {}
    for some in alike.values():
        ids = _by_draw(some, seed)
        start = int.from_bytes(_draw(seed, ids[0])[-8:]) / 2**64  # other bytes than those of the order
        for rank, id_ in enumerate(ids):
            places[id_] = ((rank + start) / len(ids), _draw(seed, id_))
    return sorted(places, key=lambda id_: places[id_])


def _parts(rules: BalanceRules) -> Iterable[tuple[str, Part, Callable[[int], float]]]:
    """Yield the active parts of the rules.

    Yields:
        The reason of the part, the function that sorts an answer into a group and a kind, and a function of k
            that returns the largest allowed share of one of k kinds.
    """
    if (words := rules.directions) is not None:
        yield (
            "its direction is too common",
            partial(_word, "directions"),
            lambda kinds: _times_even(words, kinds),
        )
    if (counts := rules.counts) is not None:
        yield "its number is too common", partial(_word, "counts"), lambda kinds: max(counts.value, 1 / kinds)
    if (sizes := rules.sizes) is not None and (step := rules.size_step) is not None:
        ratio = math.log1p(step.value)
        yield (
            "its size is too common for the category",
            lambda answer: _size(answer, ratio),
            lambda kinds: max(sizes.value, 1 / kinds),
        )
    if (letters := rules.letters) is not None:
        yield "its letter is too common", _letter, lambda kinds: _times_even(letters, kinds)
    if (types := rules.types) is not None:
        yield "its question type is too common", _type, lambda kinds: _times_even(types, kinds)
    if (topics := rules.topics) is not None:
        yield "its topic is too common", _topic, lambda kinds: max(topics.value, 1 / kinds)


def _times_even(times: StatedConstant, kinds: int) -> float:
    return min(1.0, max(1.0, times.value) / kinds)


def _word(thinned: str, answer: Answer) -> tuple[Hashable, Hashable] | None:
    return (answer.question_type, answer.word) if answer.thinned == thinned else None


def _size(answer: Answer, ratio: float) -> tuple[Hashable, Hashable] | None:
    if answer.thinned != "sizes" or answer.value <= 0:
        return None
    return answer.category, math.floor(math.log(answer.value) / ratio)


def _letter(answer: Answer) -> tuple[Hashable, Hashable] | None:
    return ((answer.question_type, answer.options), answer.letter) if answer.letter else None


def _type(answer: Answer) -> tuple[Hashable, Hashable] | None:
    return "all", answer.question_type


def _topic(answer: Answer) -> tuple[Hashable, Hashable] | None:
    return "all", answer.topic


def level(sizes: Sequence[int], share: float) -> int:
    """Return the largest number per kind with which no kind exceeds a share of the remaining questions.

    Args:
        sizes: the number of each kind.
        share: at least 1 / len(sizes), otherwise nothing could remain.

    Returns:
        The number to which larger kinds are reduced; the largest size if no kind is too large.
    """
    # Bisection works: if one limit is small enough, all smaller limits are, because the number of remaining
    # questions grows more and more slowly with the limit.
    low, high = 0, max(sizes)
    while low < high:
        middle = (low + high + 1) // 2
        if middle <= share * sum(min(size, middle) for size in sizes) + _ROUNDING:
            low = middle
        else:
            high = middle - 1
    return low


def _draw(seed: int, question_id: str) -> bytes:
    return hashlib.sha256(f"{seed}\nbalance\n{question_id}".encode()).digest()


def tallies(
    answers: Iterable[Answer], dropped: Mapping[str, str], rules: BalanceRules
) -> dict[str, dict[str, Any]]:
    """Count the questions of each type, and with each answer, before and after balancing.

    Returns:
        For each question type, `questions` is [before, after]. `answers` has [before, after] for each letter,
        direction or count. For types about sizes, `sizes` has for each category that the rules balance:
        `questions`, and `commonest` for the questions with the most frequent size. Both are [before, after].
    """
    kinds: dict[str, list[Answer]] = defaultdict(list)
    for answer in answers:
        kinds[answer.question_type].append(answer)
    found: dict[str, dict[str, Any]] = {}
    for kind, asked in sorted(kinds.items()):
        before, after = _before_and_after(asked, dropped, lambda answer: answer.shown_answer)
        found[kind] = {
            "questions": [before.total(), after.total()],
            "answers": {
                answer: [before[answer], after[answer]]
                for answer in sorted(filter(None, before), key=lambda word: (len(word), word))
            },
        }
        if sizes := _size_tallies(asked, dropped, rules):
            found[kind]["sizes"] = sizes
    return found


def _size_tallies(
    answers: Iterable[Answer], dropped: Mapping[str, str], rules: BalanceRules
) -> dict[str, dict[str, list[int]]]:
    if rules.sizes is None or rules.size_step is None:
        return {}
    ratio = math.log1p(rules.size_step.value)
    of_category: dict[str, list[Answer]] = defaultdict(list)
    for answer in answers:
        if answer.category and _size(answer, ratio):
            of_category[answer.category].append(answer)
    found = {}
    for category, asked in sorted(of_category.items()):
        if len(asked) >= rules.smallest.value:
            counters = _before_and_after(asked, dropped, lambda answer: _size(answer, ratio))
            found[category] = {
                "questions": [sizes.total() for sizes in counters],
                "commonest": [max(sizes.values(), default=0) for sizes in counters],
            }
    return found


def _before_and_after(
    answers: Sequence[Answer], dropped: Mapping[str, str], kind: Callable[[Answer], Any]
) -> tuple[Counter[Any], Counter[Any]]:
    """Count each kind before and after balancing."""
    return (
        Counter(kind(answer) for answer in answers),
        Counter(kind(answer) for answer in answers if answer.id not in dropped),
    )
