"""The letter of the option that a reply chooses."""

import re
from collections.abc import Iterator, Sequence
from string import ascii_lowercase, ascii_uppercase

from vsitrain.answers.conclusion import Statement, final_statement
from vsitrain.answers.phrases import option_words, stated_phrase
from vsitrain.answers.plain import plain

_LETTERS_OF_VSIBENCH = "abcd"
# An article comes before a noun, so before none of these.
_NO_NOUN = "is|was|as|and|or|because|since|for|has|the|with|but|seems|appears"
_ARTICLE = re.compile(rf"(?<!option )(?<!choice )(?<!letter )a(?= (?!(?:{_NO_NOUN})\b)[a-z])")


def read_letter(text: str, options: Sequence[str] | None) -> str | None:
    """The letter that a reply states, in capitals; else the letter of the option whose words it states.

    Read are `B`, `b`, `(b)`, `B.`, `B) sofa`, `option C`, `The answer is B.`, and `sofa`. The `a` of
    `a chair` is an article. `believed` says which of several counts.

    Args:
        text: the reply, or the body of its answer's tag.
        options: `("A. sofa", …)`; None where they are not known: then the letters are A to D, as in
            VSI-Bench.

    Returns:
        A letter of the options, None where none is chosen.

    >>> read_letter("**b)** sofa", None), read_letter("A chair.", ["A. sofa", "B. chair"])
    ('B', 'B')
    """
    letters = ascii_lowercase[: len(options)] if options else _LETTERS_OF_VSIBENCH
    reply = plain(text)
    words = option_words(options or ())
    found = [it for it in _single_letters(reply, words) if str(it.value) in letters]
    if found:
        chosen = final_statement(reply, found, lists=True)
        return None if chosen is None else str(chosen.value).upper()
    said = stated_phrase(text, words)
    return None if said is None else ascii_uppercase[words.index(said)]


def _single_letters(reply: str, words: Sequence[str]) -> Iterator[Statement]:
    """Where a letter stands alone: not in `it's`, `e.g.` or `u-shaped`, and no article.

    The words of its option belong to it: `A. sink`.
    """
    for match in re.finditer(r"(?<![\w./&-])(?<!\w')[a-z](?!\w|'\w|-|\.\w)", reply):
        if _ARTICLE.match(reply, match.start()):
            continue
        end, place = match.end(), ascii_lowercase.index(match[0])
        own = plain(words[place]) if place < len(words) else ""
        if own and (gap := re.compile(r"[).:\]]* ?").match(reply, end)) and reply.startswith(own, gap.end()):
            end = gap.end() + len(own)
        yield Statement(match.start(), end, match[0])
