"""Words and phrases, compared without regard to case, plural, spaces and synonyms."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache

from vsidata.rules.vocabulary import load_vocabulary
from vsitrain.answers.conclusion import Span, Statement, final_statement
from vsitrain.answers.plain import plain
from vsitrain.answers.word_lists import word_lists

_WORD = re.compile(r"[^\W_]+(?:'[a-z]+)?")


def same_word(text: str, answer: str, rivals: Sequence[str] = ()) -> bool:
    """Return whether a reply gives this answer.

    Without rivals, the reply must contain the answer, and may contain only fillers of words.yaml besides it.
    With rivals, other words are allowed. If the reply names several rivals, `final_statement` chooses the
    one that counts. If the answer is a direction and there are no rivals, all directions are its rivals.

    Args:
        text: the reply, or the body of its answer tag.
        answer: `trash can`, `left`, `cup, door, heater`.
        rivals: the words that the question offers, including the answer.

    >>> same_word("It's the **Trashcan**.", "trash can"), same_word("sofa or sink", "sink")
    (True, False)
    >>> same_word("The sink is closest to the stove.", "sink", rivals=["sink", "bed", "lamp", "door"])
    True
    """
    directions = word_lists().directions.words
    if not rivals and answer.casefold() in directions:
        rivals = directions
    if rivals:
        return stated_phrase(text, [*rivals, answer]) == answer
    reply, names = plain(text), _names([answer])
    for (start, end), _ in _mentions(reply, names):
        beside = _tokens(reply[:start] + " " + reply[end:])
        if all(word in word_lists().fillers.words for _, word in beside):
            return True
    return False


def stated_phrase(text: str, phrases: Sequence[str]) -> str | None:
    """Return which of several phrases a reply states; None if it states no phrase."""
    reply = plain(text)
    found = [Statement(*span, phrase) for span, phrase in _mentions(reply, _names(phrases))]
    chosen = final_statement(reply, found, lists=True)
    return None if chosen is None else str(chosen.value)


def option_words(options: Iterable[str]) -> tuple[str, ...]:
    """Options without their letters: `A. sink` → `sink`."""
    return tuple(re.sub(r"^\s*[A-Z][.):]\s*", "", option) for option in options)


def _names(phrases: Sequence[str]) -> Mapping[str, str]:
    """Map the key of each phrase, and the keys of its synonyms, to the phrase.

    The own key of a phrase has priority: if `sofa` and `couch` are both offered, each of them maps to itself.
    """
    own = {_key(plain(phrase)): phrase for phrase in reversed(phrases)}
    others = {key: phrase for phrase in reversed(phrases) for key in _synonyms().get(_key(plain(phrase)), ())}
    return {key: phrase for key, phrase in (others | own).items() if key}


def _mentions(reply: str, names: Mapping[str, str]) -> Iterator[tuple[Span, str]]:
    """The longest phrase at each place of a reply, with the place. Skips articles and links."""
    dropped = {*word_lists().articles.words, *word_lists().links.words}
    tokens = [(span, word) for span, word in _tokens(reply) if word not in dropped]
    longest = max(map(len, names), default=0)
    at = 0
    while at < len(tokens):
        key, best = "", None
        for to in range(at, len(tokens)):
            key += _singular(tokens[to][1])
            if len(key) > longest:
                break
            best = (to, names[key]) if key in names else best
        if best is None:
            at += 1
            continue
        to, phrase = best
        yield (tokens[at][0][0], tokens[to][0][1]), phrase
        at = to + 1


def _tokens(text: str) -> list[tuple[Span, str]]:
    return [(match.span(), match[0]) for match in _WORD.finditer(text)]


def _key(text: str) -> str:
    """A phrase as one word, in the singular: `Trash cans` → `trashcan`."""
    dropped = {*word_lists().articles.words, *word_lists().links.words}
    return "".join(_singular(word) for _, word in _tokens(text) if word not in dropped)


def _singular(word: str) -> str:
    """A common form of singular and plural. It is not always a correct word."""
    word = word.removesuffix("'s")
    for ending, instead in (
        ("ves", "f"),
        ("ies", "y"),
        ("sses", "ss"),
        ("shes", "sh"),
        ("ches", "ch"),
        ("xes", "x"),
    ):
        if word.endswith(ending):
            return word.removesuffix(ending) + instead
    return word if word.endswith("ss") else word.removesuffix("s")


@lru_cache
def _synonyms() -> Mapping[str, frozenset[str]]:
    """Map each key to the keys of all its synonyms, by the vocabulary of raw labels."""
    groups = [(word, *entry.labels) for word, entry in load_vocabulary("raw").words.items()]
    keys = [frozenset(map(_key, group)) for group in groups]
    return {key: group for group in keys for key in group}
