"""Choose a topic's questions from its candidates: limit their number, and refuse what frames do not show."""

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import zip_longest

from vsidata.measuring.measure import MeasuredScene
from vsidata.rules.constant import StatedConstant
from vsidata.topics.answerable import unanswerable
from vsidata.topics.question import Draft, Drop

Candidate = Callable[[], Draft | Drop | None]
"""A function that returns a question, or the reason for refusing it. None if the question already exists."""

Refusal = Callable[[MeasuredScene, Draft], str | None]
"""A function that returns why the frames cannot answer a question; None if they can, or without frames."""


def capped(
    scene: MeasuredScene,
    candidates: Iterator[Candidate],
    cap: StatedConstant | None,
    *,
    refused: Refusal = unanswerable,
) -> Iterator[Draft | Drop]:
    """Stop a topic when it has enough questions. Further candidates are counted but never measured.

    A question that the picked frames cannot answer is refused: a Drop with the reason takes its place. It
    does not count towards the cap.
    """
    made = untried = 0
    for candidate in candidates:
        if cap and made == cap.whole:
            untried += 1
            continue
        outcome = candidate()
        if outcome is None:
            continue
        reason = refused(scene, outcome) if isinstance(outcome, Draft) else None
        if reason:
            yield Drop(reason)
            continue
        made += isinstance(outcome, Draft)
        yield outcome
    if untried:
        yield Drop("not tried: the topic has its maximum of questions from one scene", untried)


def capped_number(number: int, cap: StatedConstant | None) -> int:
    """A number of questions, limited by a cap."""
    return number if cap is None else min(number, cap.whole)


def in_turn(candidates: Iterable[Callable[[], Draft | Drop]]) -> Iterator[Candidate]:
    """Measure all candidates, and put their questions into an order in which the answers alternate."""
    for outcome in alternate_answers(ask() for ask in candidates):
        yield partial(_unchanged, outcome)


def alternate_answers(outcomes: Iterable[Draft | Drop]) -> Iterator[Draft | Drop]:
    """Yield the refused candidates first, then the questions, in an order in which the answers alternate."""
    by_word: dict[str, list[Draft]] = {}
    for outcome in outcomes:
        if isinstance(outcome, Drop):
            yield outcome
        else:
            by_word.setdefault(outcome.answer, []).append(outcome)
    for turn in zip_longest(*by_word.values()):
        yield from filter(None, turn)


def _unchanged(outcome: Draft | Drop) -> Draft | Drop:
    return outcome
