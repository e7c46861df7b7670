"""The letter of the option that a reply chooses."""

import re
from collections.abc import Iterator, Sequence
from string import ascii_lowercase, ascii_uppercase

from vsitrain.answers.conclusion import Statement, final_statement
from vsitrain.answers.phrases import option_words, stated_phrase
from vsitrain.answers.plain import plain

_LETTERS_OF_VSIBENCH = "abcd"
# An article comes before a noun. So `a` before one of these words is a letter.
_NO_NOUN = "is|was|as|and|or|because|since|for|has|the|with|but|seems|appears"
_LETTER = re.compile(r"(?<![\w./&-])(?<!\w')[a-z](?!\w|'\w|-|\.\w)")
_BEFORE_WORDS = re.compile(r"[).:\]]* ?")
_ARTICLE = re.compile(rf"(?<!option )(?<!choice )(?<!letter )a(?= (?!(?:{_NO_NOUN})\b)[a-z])")


def read_letter(text: str, options: Sequence[str] | None) -> str | None:
    """Return the letter of the option that a reply states, by its letter or in words.

    The function reads `B`, `b`, `(b)`, `B.`, `B) sofa`, `option C`, `The answer is B.`, and `sofa`. The `a`
    of `a chair` is an article. If the reply states several letters, `final_statement` chooses one.

    Args:
        text: the reply, or the body of its answer tag.
        options: `("A. sofa", …)`; None if they are not known. Then the letters are A to D, as in VSI-Bench.

    Returns:
        The letter of an option; None if the reply does not choose an option.

    >>> read_letter("**b)** sofa", None), read_letter("A chair.", ["A. sofa", "B. chair"])
    ('B', 'B')
    """
    letters = ascii_lowercase[: len(options)] if options else _LETTERS_OF_VSIBENCH
    reply = plain(text)
    found = [it for it in _single_letters(reply, options or ()) if str(it.value) in letters]
    if found:
        chosen = final_statement(reply, found, lists=True)
        return None if chosen is None else str(chosen.value).upper()
    words = option_words(options or ())
    said = stated_phrase(text, words)
    return None if said is None else ascii_uppercase[words.index(said)]


def _single_letters(reply: str, options: Sequence[str]) -> Iterator[Statement]:
    """The single letters in a reply, without those in `it's`, `e.g.` or `u-shaped` and without articles.

    If the words of the option follow its letter (`A. sink`), they belong to the same statement.
    """
    for match in _LETTER.finditer(reply):
        if _ARTICLE.match(reply, match.start()):
            continue
        end, place = match.end(), ascii_lowercase.index(match[0])
        if end < len(reply) and place < len(options) and (gap := _BEFORE_WORDS.match(reply, end)):
            (words,) = option_words([options[place]])
            own = plain(words)
            if own and reply.startswith(own, gap.end()):
                end = gap.end() + len(own)
        yield Statement(match.start(), end, match[0])
