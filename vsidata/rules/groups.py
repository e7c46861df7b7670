"""Labels that name a group of things annotated as one object: `chairs`, `pile of books`."""

import re
from functools import cache, cached_property

from vsidata.rules.constant import Labels, Rules
from vsidata.rules.strict_yaml import read_packaged


class GroupRules(Rules):
    """The signs by which a label names a group, from `groups.yaml`.

    Attributes:
        why, source: the definition of a group, and measurements of groups.
        plurals: ending of a plural → ending of the single word. The first ending that fits is used.
        irregular: plurals without such an ending → the single word.
        collections: words for a group as a whole: `pile`.
        prepositions: the word before a preposition names the thing: a `box of tissues` is a box.
        single_endings: endings in s that are not plurals.
        single: labels, or last words of labels, that look like a group but name one thing.
    """

    why: str
    source: str
    plurals: dict[str, str]
    irregular: dict[str, str]
    collections: tuple[str, ...]
    prepositions: tuple[str, ...]
    single_endings: tuple[Labels, ...]
    single: tuple[Labels, ...]

    @cached_property
    def _single(self) -> frozenset[str]:
        return frozenset(label for entry in self.single for label in entry.labels)

    @cached_property
    def _preposition(self) -> re.Pattern[str]:
        return re.compile(rf" (?:{'|'.join(self.prepositions)}) ")

    def member(self, label: str) -> str | None:
        """The word for a member of a group: `chair` for `chairs` and `stack of chairs`.

        Args:
            label: the label, in lower case, with one space between words.

        Returns:
            None if the label does not name a group.
        """
        thing, *rest = self._preposition.split(label, maxsplit=1)
        *before, last = thing.split(" ")
        if {label, thing, last} & self._single:
            return None
        if (self._one_of(last) or last) in self.collections:
            things = rest[0] if rest else " ".join(before)
            return (self.member(things) or things) if things else None
        one = self._one_of(last)
        return " ".join([*before, one]) + label[len(thing) :] if one else None

    def _one_of(self, word: str) -> str | None:
        """The single form of a word; None if it is not a plural."""
        if word in self.irregular:
            return self.irregular[word]
        if any(word.endswith(entry.labels) for entry in self.single_endings):
            return None
        for ending, instead in self.plurals.items():
            if word.endswith(ending) and len(word) > len(ending) + 1:
                return word.removesuffix(ending) + instead
        return None


@cache
def group_rules() -> GroupRules:
    """The rules of this package, from `groups.yaml`."""
    return read_packaged(GroupRules, __package__, "groups.yaml")
