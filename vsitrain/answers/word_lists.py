"""Words with a part of their own in a reply, from words.yaml."""

from functools import lru_cache

from vsidata.rules.constant import Rules
from vsidata.rules.strict_yaml import read_packaged


class WordList(Rules):
    """Words, why they are listed, and where they come from."""

    why: str
    source: str = ""
    words: tuple[str, ...]


class WordLists(Rules):
    """The lists of words.yaml.

    Attributes:
        articles: no part of a name.
        fillers: what a reply may say beside its answer and still state nothing else.
        links: between the items of an order.
        announcing: what a conclusion follows.
        denying: what is denied follows.
        taking_back: what stood before is taken back.
        directions: the answers of direction questions.
    """

    articles: WordList
    fillers: WordList
    links: WordList
    announcing: WordList
    denying: WordList
    taking_back: WordList
    directions: WordList


@lru_cache
def word_lists() -> WordLists:
    """The lists, read once."""
    return read_packaged(WordLists, __package__, "words.yaml")
