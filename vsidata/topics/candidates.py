"""How a topic's candidates become its questions: refused, capped, and asked only what the frames show."""

from collections.abc import Callable, Iterator

from vsidata.measuring.measure import MeasuredScene
from vsidata.rules.constant import StatedConstant
from vsidata.topics.answerable import unanswerable
from vsidata.topics.question import Draft, Drop

Candidate = Callable[[], Draft | Drop | None]
"""Makes one question, or says why not; None where the same question is there already."""

Refusal = Callable[[MeasuredScene, Draft], str | None]
"""Why the picked frames cannot answer a question; None where they can, or where none were looked at."""


def capped(
    scene: MeasuredScene,
    candidates: Iterator[Candidate],
    cap: StatedConstant | None,
    *,
    refused: Refusal = unanswerable,
) -> Iterator[Draft | Drop]:
    """Stop a topic once it has made enough questions: what is not needed is never measured, but is counted.

    Questions that the picked frames cannot answer become drops, and do not count towards the cap.
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
        yield Drop("not tried: the topic has its most questions from one scene", untried)


def capped_number(number: int, cap: StatedConstant | None) -> int:
    """A number of questions under a cap."""
    return number if cap is None else min(number, cap.whole)
