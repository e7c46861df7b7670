"""Which of the things that a reply states is its answer.

A reply that begins with its answer, as it is asked to, may add anything; one that argues first comes to its
answer at the end. One rule for numbers, letters and words: whatever a reply lists, one thing of it counts, so
that listing more than one earns nothing.
"""

import re
from collections.abc import Sequence
from functools import lru_cache

from vsitrain.answers.word_lists import word_lists

Span = tuple[int, int]

_WORD = re.compile(r" ?\w")
_SENTENCE_END = re.compile(r"[.!?](?=\s)|\n")


def concluding(text: str, spans: Sequence[Span]) -> int:
    """Index of the span that counts.

    In this order: the first after the last announcement (`answer`, `therefore`, `=` …) that any span follows;
    the first of all if the reply begins with it (nothing but fillers before it, no word after it: `about 3.`,
    `the sink, …`); the first in the last sentence that has one.

    Args:
        text: from `plain`.
        spans: where in it something is stated: start and end, rising; at least one.
    """
    last = spans[-1][0]
    announced = max((mark.end() for mark in _announcing().finditer(text, 0, last)), default=None)
    if announced is not None:
        conclusion = announced
    elif _begins_with(text, spans[0]):
        conclusion = 0
    else:
        conclusion = max((end.end() for end in _SENTENCE_END.finditer(text, 0, last)), default=0)
    return next(index for index, (start, _) in enumerate(spans) if start >= conclusion)


def _begins_with(text: str, span: Span) -> bool:
    before = re.findall(r"[\w'+]+", text[: span[0]])
    return all(word in word_lists().fillers.words for word in before) and not _WORD.match(text, span[1])


@lru_cache
def _announcing() -> re.Pattern[str]:
    words = "|".join(
        rf"\b{re.escape(word)}" + (r"\b" if word[-1].isalpha() else "")
        if word[0].isalpha()
        else re.escape(word)
        for word in word_lists().announcing.words
    )
    return re.compile(rf"{words}|(?:^|[.,;:\n])\s*so\b")
