"""The words that a question may use for an annotated object.

An object has its own name (`office chair`) and may also have broader ones (`chair`). A question about the
number of chairs includes the office chairs, and "the chair" is one object only if the room has no other kind
of chair.
"""

import re
from collections.abc import Iterable, Mapping
from functools import cached_property
from importlib import resources
from pathlib import Path

from pydantic import Field, field_validator, model_validator

from vsidata.errors import RulesError
from vsidata.rules.constant import Labels, Rules
from vsidata.rules.groups import group_rules
from vsidata.rules.strict_yaml import is_file, read_mapping, validate


class OwnWords(Rules):
    """The words for the labels of one dataset. They replace the general words of a vocabulary.

    Attributes:
        why, source: why they differ, and where the list comes from.
        words: word → its labels.
    """

    why: str
    source: str
    words: dict[str, Labels]


class Vocabulary(Rules):
    """A map from raw annotation labels to the words of questions.

    It applies to every dataset. Labels that differ only in case, spaces or underscores are the same label.

    Attributes:
        name, why, source: its name, its purpose, and where its lists come from.
        verbatim: whether every label is used as a word without changes. If it is true, the lists are empty.
        closed: whether labels that are not listed are never asked about. Otherwise such a label is a word.
        readable: regular expression that a word must match in full.
        words: word → its labels. A label may occur only once.
        datasets: dataset → its own words, in place of `words`.
        kinds: broader word → the narrower words that it includes.
        never: labels that are never asked about.
        never_ending: last words of labels that are never asked about, such as `wall` for `closet wall`. A
            label that is listed under a word is an exception.
        many: labels of objects that may stand for several things, so they cannot be counted. The groups
            that `vsidata.rules.groups` finds by their form (`books`) are treated in the same way.
    """

    name: str
    why: str
    source: str
    verbatim: bool = False
    closed: bool
    readable: str = ".+"
    words: dict[str, Labels] = Field(default_factory=dict)
    datasets: dict[str, OwnWords] = Field(default_factory=dict)
    kinds: dict[str, Labels] = Field(default_factory=dict)
    never: tuple[Labels, ...] = ()
    never_ending: tuple[Labels, ...] = ()
    many: tuple[Labels, ...] = ()

    @model_validator(mode="after")
    def _no_lists_if_verbatim(self) -> "Vocabulary":
        lists = ("words", "datasets", "kinds", "never", "never_ending", "many")
        if self.verbatim and (given := [key for key in lists if getattr(self, key)]):
            raise ValueError(f"`verbatim` uses labels unchanged, so `{given[0]}` would have no effect")
        return self

    @model_validator(mode="after")
    def _no_label_twice(self) -> "Vocabulary":
        for words in (self.words, *(own.words for own in self.datasets.values())):
            places = [(word, label) for word, entry in words.items() for label in entry.labels]
            places += [("never", label) for entry in self.never for label in entry.labels]
            seen: dict[str, str] = {}
            for place, label in ((place, _normal(label)) for place, label in places):
                if label in seen:
                    raise ValueError(
                        f"the label `{label}` is listed under `{seen[label]}` and under `{place}`"
                    )
                seen[label] = place
            for word in words:
                if seen.get(_normal(word), word) != word:
                    raise ValueError(f"`{word}` is a word and also a label of `{seen[_normal(word)]}`")
        return self

    @field_validator("readable")
    @classmethod
    def _regular_expression(cls, text: str) -> str:
        try:
            re.compile(text)
        except re.error as error:
            raise ValueError(f"is not a regular expression: {error}") from None
        return text

    @cached_property
    def _word_of(self) -> Mapping[str, str]:
        return _word_of(self.words)

    @cached_property
    def _own_word_of(self) -> Mapping[str, Mapping[str, str]]:
        return {dataset: _word_of(own.words) for dataset, own in self.datasets.items()}

    @cached_property
    def _unasked(self) -> frozenset[str]:
        return _labels(self.never)

    @cached_property
    def _unasked_endings(self) -> frozenset[str]:
        return _labels(self.never_ending)

    @cached_property
    def _broader(self) -> Mapping[str, tuple[str, ...]]:
        narrower = {word for entry in self.kinds.values() for word in entry.labels}
        return {
            word: tuple(broad for broad, entry in self.kinds.items() if word in entry.labels)
            for word in sorted(narrower)
        }

    @cached_property
    def _hiding(self) -> frozenset[str]:
        return _labels(self.many)

    def is_group(self, label: str) -> bool:
        """Return whether one annotated object of this label is a group of things: `chairs`."""
        return not self.verbatim and group_rules().member(_normal(label)) is not None

    def hides_several(self, label: str) -> bool:
        """Return whether one annotated object of this label may be several things: a group, or `clothes`."""
        return self.is_group(label) or _normal(label) in self._hiding

    def names(self, label: str, dataset: str) -> tuple[str, ...]:
        """The words for a label: first the narrowest, then broader words.

        A group has the words of its members: a question about chairs includes a row of `chairs`. The result
        is empty if questions are never asked about the label.
        """
        if self.verbatim:
            return (" ".join(label.split()),)
        text, word_of = _normal(label), self._own_word_of.get(dataset, self._word_of)
        if text not in word_of and text not in self._unasked:
            text = group_rules().member(text) or text
        if text in self._unasked:
            return ()
        if text not in word_of and (self.closed or text.rpartition(" ")[2] in self._unasked_endings):
            return ()
        word = word_of.get(text, text)
        if not re.fullmatch(self.readable, word):
            return ()
        return (word, *self._broader.get(word, ()))


def _normal(label: str) -> str:
    """A label in lower case with single spaces between words: `TV_monitor ` is `tv monitor`."""
    return " ".join(label.replace("_", " ").lower().split())


def _word_of(words: Mapping[str, Labels]) -> dict[str, str]:
    return {_normal(label): word for word, entry in words.items() for label in (word, *entry.labels)}


def _labels(entries: Iterable[Labels]) -> frozenset[str]:
    return frozenset(_normal(label) for entry in entries for label in entry.labels)


def load_vocabulary(name: str) -> Vocabulary:
    """A vocabulary of this package by name (`vsibench`), or a user's own by the path of its YAML file.

    Raises:
        RulesError: the vocabulary does not exist, or has an unknown key or a label in two places.
    """
    path = Path(name)
    if path.suffix not in (".yaml", ".yml"):
        folder = Path(str(resources.files("vsidata.rules") / "vocabularies"))
        path = folder / f"{name}.yaml"
        if not is_file(path):
            known = ", ".join(sorted(file.stem for file in folder.glob("*.yaml")))
            remedy = f"Choose from {known}, or pass the path of a .yaml file."
            raise RulesError(name[:80], "is not a vocabulary.", remedy)
    data, lines = read_mapping(path)
    return validate(Vocabulary, data, lines, path)
