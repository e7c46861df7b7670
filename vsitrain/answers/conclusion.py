r"""Choose the answer among the statements of a reply: one rule for numbers, letters and words.

The answer is the first of these that exists:

1. the last marked statement: `answer: B`, `the answer is 2.5`, `\boxed{3}`;
2. the first word, if it is an answer; fillers may come before it (`about 3.`);
3. the first statement after the last `so`, `therefore`, `=` or similar mark. If the reply has no such mark,
   the first statement of the last sentence that contains a statement.

Some statements never count: denied ones (`not A`, `A is wrong`), those that are taken back (`5 … no, 6`), and
alternatives (`A or B`). At most one statement of a reply counts.

The benchmark's own parser takes the first word. If that word is the right answer, this rule finds it too,
except in these cases. The first word is denied or taken back. Alternatives follow. The number continues
(`2 1/2`, `2 + 1 = 3`, `250 cm`, `1. … 2. …`). The first word is an article (`A chair`). Another answer is
marked later (`1, … the answer is 2`).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import isclose

from vsitrain.answers.word_lists import word_lists

Span = tuple[int, int]


@dataclass(frozen=True)
class Statement:
    """A statement in a reply.

    Attributes:
        start, end: its place in the text.
        value: its meaning; statements with equal values count as the same statement.
        weight: if several statements remain, those with the largest weight count. A statement of weight 0
            counts only if there is no other.
    """

    start: int
    end: int
    value: str | float
    weight: int = 1


_NEAR = 80  # number of characters before a statement that may contain its mark or its denial
_SENTENCE_END = re.compile(r"[.!?](?=\s)|\n")
_GOES_ON = re.compile(r" ?[+*x=/] ?[\w(.]")
_DENIED_AFTER = re.compile(
    r"[\"')\].,]{0,2} ?(?:(?:is|are|was|were|would be|can|could|does)(?:n't| ?not)\b"
    r"|(?:is|are|was|were|would be|seems|looks) (?:wrong|incorrect|false|impossible|out|ruled out|too)\b|❌)"
)


def final_statement(text: str, statements: Sequence[Statement], *, lists: bool) -> Statement | None:
    """The statement that is the answer; None if there is no answer.

    Args:
        text: the result of `plain`.
        statements: the statements, in the order of the text.
        lists: whether statements joined by commas or `and` are alternatives too, as for letters and words.
    """
    groups = [group for group in _groups(text, statements, lists) if not _denied(text, group)]
    groups = [group for group in groups if _weight(group)] or groups
    if not groups:
        return None
    start = max((it.end() for it in _taking_back().finditer(text, 0, groups[-1][0].start)), default=0)
    groups = [group for group in groups if group[0].start >= start]
    group = _marked(text, groups) or _first_word(text, start, groups[0]) or _last_firm(text, groups)
    return group[0] if all(_same(it, group[0]) for it in group) else None


Group = list[Statement]


def _groups(text: str, statements: Sequence[Statement], lists: bool) -> list[Group]:
    """Groups of statements. The statements of a group are joined as alternatives."""
    groups: list[Group] = []
    for it in statements:
        gap = text[groups[-1][-1].end : it.start] if groups else None
        comma = lists and gap is not None and re.fullmatch(r"[\"')\].]{0,2}[,;\n]\s*", gap)
        if gap is not None and (
            _joining(lists).fullmatch(gap)
            or (comma and not re.match(r"[.)]? ?\w", text[it.end : it.end + 3]))
        ):
            groups[-1].append(it)
        else:
            groups.append([it])
    return groups


def _denied(text: str, group: Group) -> bool:
    before = text[max(0, group[0].start - _NEAR) : group[0].start]
    return bool(_denying().search(before) or _DENIED_AFTER.match(text, group[-1].end))


def _marked(text: str, groups: Sequence[Group]) -> Group | None:
    for group in reversed(groups):
        if _marking().search(text[max(0, group[0].start - _NEAR) : group[0].start]):
            return group
    return None


def _first_word(text: str, start: int, group: Group) -> Group | None:
    before = re.findall(r"[\w'+]+", text[start : group[0].start])
    after = text[group[-1].end :][:4]
    begins = not before or (
        all(word in word_lists().fillers.words for word in before) and not re.match(r" ?\w", after)
    )
    return group if begins and not _GOES_ON.match(after) else None


def _last_firm(text: str, groups: Sequence[Group]) -> Group:
    last = groups[-1][0].start
    announced = max((it.end() for it in _concluding().finditer(text, 0, last)), default=None)
    if announced is None:
        heaviest = max(map(_weight, groups))
        groups = [group for group in groups if _weight(group) == heaviest]
        last = groups[-1][0].start
        announced = max((it.end() for it in _SENTENCE_END.finditer(text, 0, last)), default=0)
    groups = [group for group in groups if group[0].start >= announced]
    end = _SENTENCE_END.search(text, groups[0][0].end)
    sentence = [group for group in groups if end is None or group[0].start < end.start()]
    return max(sentence, key=_weight)


def _weight(group: Group) -> int:
    return max(it.weight for it in group)


def _same(one: Statement, other: Statement) -> bool:
    if isinstance(one.value, float) and isinstance(other.value, float):
        return isclose(one.value, other.value, rel_tol=0.02)
    return one.value == other.value


@lru_cache
def _fillers() -> str:
    return rf"(?:[\s\"'(\[:-]|\b(?:{_any(word_lists().fillers.words)})\b)*"


@lru_cache
def _joining(lists: bool) -> re.Pattern[str]:
    word = "or|and|nor" if lists else "or"
    return re.compile(rf"[\s\"')\],.]*\b(?:{word})\b{_fillers()}")


@lru_cache
def _denying() -> re.Pattern[str]:
    return re.compile(rf"(?:n't|\b(?:{_any(word_lists().denying.words)}))\b{_fillers()}$")


@lru_cache
def _marking() -> re.Pattern[str]:
    leading = "the|my|final|correct|best|right|i|think|believe|say|that|so|thus|hence|therefore|and"
    is_ = r"[\"']? ?(?:[:=]|(?:is|was|would be|should be|must be)\b)"
    return re.compile(rf"(?:^|[.,;:!?\n({{\"'>]) ?(?:(?:{leading})\b,? ?)*answer{is_}{_fillers()}$")


@lru_cache
def _taking_back() -> re.Pattern[str]:
    words = _any(word_lists().taking_back.words)
    return re.compile(rf"(?:^|[.,;:!?…(\n-]) ?(?:(?:hmm|no|but|oh|well),? )?(?:{words})(?:\b|(?<=\W))")


@lru_cache
def _concluding() -> re.Pattern[str]:
    words = "|".join(
        rf"\b{re.escape(word)}" + (r"\b" if word[-1].isalpha() else "")
        if word[0].isalpha()
        else re.escape(word)
        for word in word_lists().concluding.words
    )
    return re.compile(rf"{words}|(?:^|[.,;:\n])\s*so\b")


def _any(words: Sequence[str]) -> str:
    return "|".join(map(re.escape, sorted(words, key=len, reverse=True)))
