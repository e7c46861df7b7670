"""Words with a special role in a reply, from words.yaml."""

from functools import lru_cache

from vsidata.rules.constant import Rules
from vsidata.rules.strict_yaml import read_packaged


class WordList(Rules):
    """Words, with the reason for the list and its source."""

    why: str
    source: str = ""
    words: tuple[str, ...]


class WordLists(Rules):
    """The lists of words.yaml.

    Attributes:
        articles: words that are not part of a name.
        fillers: words that a reply may contain besides its answer, because they state nothing else.
        links: words between the items of an order.
        concluding: words before a conclusion.
        denying: words before a denied statement.
        taking_back: words that take back the text before them.
        directions: the answers of direction questions.
    """

    articles: WordList
    fillers: WordList
    links: WordList
    concluding: WordList
    denying: WordList
    taking_back: WordList
    directions: WordList


@lru_cache
def word_lists() -> WordLists:
    """The lists, read once."""
    return read_packaged(WordLists, __package__, "words.yaml")
