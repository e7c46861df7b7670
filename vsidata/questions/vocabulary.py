"""Which words a question may use for an annotated object.

An object has a name of its own (`office chair`) and may also answer to broader ones (`chair`): who asks for
the number of chairs means the office chairs too, and "the chair" is one object only if no other kind of chair
is in the room.
"""

import re
from collections.abc import Mapping
from functools import cached_property
from importlib import resources
from pathlib import Path

from pydantic import Field, field_validator, model_validator

from vsidata.constant import Labels, Rules
from vsidata.errors import RulesError
from vsidata.strict_yaml import read_mapping, validate


class Vocabulary(Rules):
    """Raw annotation labels to the words of questions.

    Attributes:
        name, why, source: what it is, and where its lists come from.
        closed: True where a label that is listed nowhere is never asked about; False where it is a word.
        datasets: the datasets whose labels need translation; labels of others are words already.
        readable: regular expression that a word must match in full.
        words: word → the labels it stands for. A label can stand in one place only.
        kinds: broader word → narrower words that it covers too.
        never: labels that are never asked about.
        many: labels that hide several objects in one annotation (`books`), so that they cannot be counted.
    """

    name: str
    why: str
    source: str
    closed: bool
    datasets: tuple[str, ...]
    readable: str = ".+"
    words: dict[str, Labels] = Field(default_factory=dict)
    kinds: dict[str, Labels] = Field(default_factory=dict)
    never: tuple[Labels, ...] = ()
    many: tuple[Labels, ...] = ()

    @model_validator(mode="after")
    def _no_label_twice(self) -> "Vocabulary":
        places = [(word, label) for word, entry in self.words.items() for label in entry.labels]
        places += [("never", label) for entry in self.never for label in entry.labels]
        seen: dict[str, str] = {}
        for place, label in places:
            if label in seen:
                raise ValueError(f"the label `{label}` stands under `{seen[label]}` and under `{place}`")
            seen[label] = place
        for word in self.words:
            if seen.get(word, word) != word:
                raise ValueError(f"`{word}` is a word and also a label of `{seen[word]}`")
        return self

    @field_validator("readable")
    @classmethod
    def _regular_expression(cls, text: str) -> str:
        try:
            re.compile(text)
        except re.error as error:
            raise ValueError(f"no regular expression: {error}") from None
        return text

    @cached_property
    def _word_of(self) -> Mapping[str, str]:
        return {label: word for word, entry in self.words.items() for label in (word, *entry.labels)}

    @cached_property
    def _unasked(self) -> frozenset[str]:
        return frozenset(label for entry in self.never for label in entry.labels)

    @cached_property
    def _broader(self) -> Mapping[str, tuple[str, ...]]:
        narrower = {word for entry in self.kinds.values() for word in entry.labels}
        return {
            word: tuple(broad for broad, entry in self.kinds.items() if word in entry.labels)
            for word in sorted(narrower)
        }

    @cached_property
    def _hiding(self) -> frozenset[str]:
        return frozenset(label for entry in self.many for label in entry.labels)

    def hides_several(self, label: str) -> bool:
        """Whether one annotated object of this label stands for several things."""
        return " ".join(label.split()) in self._hiding

    def names(self, label: str, dataset: str) -> tuple[str, ...]:
        """The words for a label, its own first, then broader ones; empty where it is never asked about."""
        text = " ".join(label.split())
        if dataset not in self.datasets:
            return (text,)
        if text in self._unasked or (self.closed and text not in self._word_of):
            return ()
        word = self._word_of.get(text, text)
        if not re.fullmatch(self.readable, word):
            return ()
        return (word, *self._broader.get(word, ()))


def load_vocabulary(name: str) -> Vocabulary:
    """A vocabulary of this package by name (`vsibench`), or a user's own by the path of its YAML file.

    Raises:
        RulesError: no such vocabulary, an unknown key, or a label that stands in two places.
    """
    path = Path(name)
    if path.suffix not in (".yaml", ".yml"):
        folder = Path(str(resources.files("vsidata.questions") / "vocabularies"))
        path = folder / f"{name}.yaml"
        if not path.is_file():
            known = ", ".join(sorted(file.stem for file in folder.glob("*.yaml")))
            raise RulesError(
                name, "is no vocabulary.", f"Choose from {known}, or give the path of a .yaml file."
            )
    data, lines = read_mapping(path)
    return validate(Vocabulary, data, lines, path)
