"""The letter of the option that a reply chooses."""

import re
from collections.abc import Sequence
from string import ascii_lowercase, ascii_uppercase

from vsitrain.answers.conclusion import Span, concluding
from vsitrain.answers.plain import plain
from vsitrain.answers.words import option_words, stated

_LETTERS_OF_VSIBENCH = "abcd"
# An article comes before a noun, so before none of these.
_NO_NOUN = "is|was|as|and|or|because|since|for|has|the|with|but|seems|appears"
_ARTICLE = re.compile(rf"(?<!option )(?<!choice )(?<!letter )a(?= (?!(?:{_NO_NOUN})\b)[a-z])")


def read_letter(text: str, options: Sequence[str] | None) -> str | None:
    """The letter that a reply states, in capitals; else the letter of the option whose words it states.

    Read are `B`, `b`, `(b)`, `B.`, `B) sofa`, `option C`, `The answer is B.`, and `sofa`. The `a` of
    `a chair` is an article. Of several letters `concluding` says which counts.

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
    found = [span for span in _single_letters(reply) if reply[span[0]] in letters]
    if found:
        start, _ = found[concluding(reply, found)]
        return reply[start].upper()
    words = option_words(options or ())
    chosen = stated(text, words)
    return None if chosen is None else ascii_uppercase[words.index(chosen)]


def _single_letters(reply: str) -> list[Span]:
    """Where a letter stands alone: not in `it's`, `e.g.` or `u-shaped`, and no article."""
    alone = re.finditer(r"(?<![\w.'/&-])[a-z](?![\w'-]|\.\w)", reply)
    return [match.span() for match in alone if not _ARTICLE.match(reply, match.start())]
