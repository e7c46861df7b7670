"""The distribution of the answers over letters and words."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from string import ascii_uppercase
from typing import Any

from vsidata.analysis.blind.blind_question import BlindQuestion

_MOST_WORDS = 8  # largest number of different answers; directions have fewer, objects more


def letter_shares(questions: Sequence[BlindQuestion]) -> dict[str, Any]:
    """The number of times that each letter is right, by question type and number of options.

    Returns:
        A dictionary for each group, such as `object_rel_distance, 4 options`. `questions` is the number of
        questions. `answers` has `count`, `share`, `low` and `high` (95 % interval) for each letter. `p` is
        the probability of counts that are at least this uneven if all letters are equally likely.
    """
    groups: dict[tuple[str, int], list[str]] = defaultdict(list)
    for asked in questions:
        if asked.lettered:
            groups[asked.kind, len(asked.choices)].append(asked.truth)
    return {
        f"{kind}, {options} options": _spread(letters, ascii_uppercase[:options])
        for (kind, options), letters in sorted(groups.items())
        if options > 1
    }


def word_shares(questions: Sequence[BlindQuestion]) -> dict[str, Any]:
    """The number of times that each word is right, in question types with few different choices.

    Directions are an example. The result has the form of `letter_shares`, by question type.
    """
    groups: dict[str, list[BlindQuestion]] = defaultdict(list)
    for asked in questions:
        if asked.choices:
            groups[asked.kind].append(asked)
    found = {}
    for kind, group in sorted(groups.items()):
        words = sorted({word for asked in group for word in asked.choices})
        if 1 < len(words) <= _MOST_WORDS:
            found[kind] = _spread([asked.answer for asked in group], words)
    return found


def _spread(answers: Sequence[str], possible: Iterable[str]) -> Mapping[str, Any]:
    from scipy.stats import binomtest, chisquare

    counts = Counter(answers)
    shares = {}
    for answer in possible:
        low, high = binomtest(counts[answer], len(answers)).proportion_ci(method="wilson")
        share = counts[answer] / len(answers)
        shares[answer] = {"count": counts[answer], "share": share, "low": float(low), "high": float(high)}
    p = chisquare([entry["count"] for entry in shares.values()]).pvalue
    return {"questions": len(answers), "answers": shares, "p": float(p)}
