"""The page of rule keys, from the models of rules and the rule sets of the package."""

import inspect
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from scripts.docs.markdown import code, prose, table
from scripts.docs.markdown import page as joined
from vsidata.rules.constant import Labels, Rules, StatedConstant
from vsidata.rules.groups import GroupRules, group_rules
from vsidata.rules.vocabulary import Vocabulary
from vsidata.topics.registry import TOPICS
from vsidata.topics.rule_set import RULE_SETS, RuleSet, load_rules


@dataclass(frozen=True)
class Stated:
    """The statement of a rule set about a key: the value in Markdown, its reason and source as text."""

    value: str
    why: str = ""
    source: str = ""


@dataclass(frozen=True)
class Key:
    """A key of a rule set.

    Attributes:
        path: the names that lead to it: `("topics", "object_counting", "least")`.
        meaning: the meaning of the key, from the docstring of its model.
        default: a sentence about files that extend no other file and do not contain the key.
        stated: rule set → its statement. Rule sets that lack this part are missing.
    """

    path: tuple[str, ...]
    meaning: str
    default: str
    stated: Mapping[str, Stated]

    @property
    def anchor(self) -> str:
        """The anchor of the key on the page."""
        return "-".join(self.path)

    @property
    def name(self) -> str:
        """The name of the key below its part: `kinds.object_rel_direction_easy.sectors`."""
        return ".".join(self.path[2:] if self.path[0] == "topics" else self.path[1:])


PARTS = {
    "measurement": "These keys decide what an object is, and how a room is measured.",
    "visibility": "These keys decide when the frames of a video show enough to answer. Scans without a "
    "video do not need them.",
    "balance": "These keys decide how common an answer may be among all questions of a build.",
}


def page() -> str:
    """Every key of every rule set."""
    rule_sets = all_rule_sets()
    return joined(
        "# Rule keys",
        "A rule set is a YAML file. It states every constant with a value, a unit, a reason (`why`) and a "
        "source. Your own file can extend one of these sets and state only what differs. "
        "`vsidata rules NAME` prints a set in full.",
        table(
            ("rule set", "purpose", "topics asked by default"),
            (
                (code(rules.label), prose(rules.why), ", ".join(code(name) for name in rules.default_topics))
                for rules in rule_sets.values()
            ),
        ),
        "The hexadecimal digits after the name are a digest of the values. Every question carries them.",
        *(part for name, about in PARTS.items() for part in _part(name, about, keys(name, rule_sets))),
        "## vocabulary { #vocabulary }",
        "A vocabulary states which labels of the annotation become which words. `measurement.vocabulary` "
        "names a vocabulary of the package, or a YAML file with these keys.",
        _vocabularies(rule_sets),
        "## groups { #groups }",
        "These lists state how a label shows that it means several things (`books`). They are the same for "
        "every rule set.",
        _groups(),
        *(
            part
            for name, topic in TOPICS.items()
            for part in _part(
                f"topics.{name}", f"See the topic [{topic.title}](topics.md#{name}).", topic_keys(name)
            )
        ),
    )


@cache
def all_rule_sets() -> Mapping[str, RuleSet]:
    """The rule sets of the package by name."""
    return {name: load_rules(name) for name in RULE_SETS}


def keys(part: str, rule_sets: Mapping[str, RuleSet]) -> list[Key]:
    """The keys of a part of the rule sets: `measurement`, `visibility`, `balance`."""
    found = {name: getattr(rules, part) for name, rules in rule_sets.items()}
    return list(_walk((part,), {name: one for name, one in found.items() if one is not None}))


def rule_set_of(topic: str) -> str:
    """The first rule set that states a topic: the page of topics shows its rules."""
    return next(name for name, rules in all_rule_sets().items() if topic in rules.topics)


def topic_keys(topic: str) -> list[Key]:
    """The keys of a topic."""
    found = {name: rules.topics.get(topic) for name, rules in all_rule_sets().items()}
    return list(_walk(("topics", topic), {name: one for name, one in found.items() if one is not None}))


def described(model: type[BaseModel]) -> dict[str, str]:
    """Field → meaning, from the `Attributes` of a model's docstring; `low, high: …` describes two."""
    section = inspect.cleandoc(model.__doc__ or "").partition("Attributes:\n")[2]
    found = {}
    for entry in re.findall(r"^ {4}(\w.*(?:\n {8}.*)*)", section, re.MULTILINE):
        names, _, meaning = entry.partition(":")
        for name in names.split(","):
            found[name.strip()] = _in_yaml(" ".join(meaning.split()))
    return found


def _in_yaml(text: str) -> str:
    """Replace Python's values in a docstring by those of YAML: `None` by `null`."""
    for python, yaml in (("None", "null"), ("True", "true"), ("False", "false")):
        text = re.sub(rf"\b{python}\b", f"`{yaml}`", text)
    return text


def _walk(path: tuple[str, ...], models: Mapping[str, Rules]) -> Iterator[Key]:
    """The keys below a path. The given rule sets have the same model there."""
    kind = type(next(iter(models.values())))
    meanings = described(kind)
    for name, field in kind.model_fields.items():
        if name in ("why", "source"):
            continue  # these belong to the mapping itself, and are shown beside its values
        values = {rule_set: getattr(model, name) for rule_set, model in models.items()}
        nested = {one: value for one, value in values.items() if _has_keys(value)}
        mappings = {one: value for one, value in values.items() if _maps_to_keys(value)}
        if mappings:
            for inner in dict.fromkeys(inner for value in mappings.values() for inner in value):
                below = {one: value[inner] for one, value in mappings.items() if inner in value}
                yield from _walk((*path, name, inner), below)
        elif nested:
            if lacking := values.keys() - nested.keys():
                said = {one: Stated(code("null")) for one in values if one in lacking}
                said |= {one: Stated("see the keys below it") for one in nested}
                yield Key((*path, name), meanings.get(name, ""), _default(field), said)
            yield from _walk((*path, name), nested)
        else:
            reasons = {
                one: (getattr(model, "why", ""), getattr(model, "source", ""))
                for one, model in models.items()
            }
            own = name == "method"  # the reason for the area of a room is the reason for its method
            stated = {one: _stated(value, *(reasons[one] if own else ())) for one, value in values.items()}
            yield Key((*path, name), meanings.get(name, ""), _default(field), stated)


def _has_keys(value: Any) -> bool:
    return isinstance(value, Rules) and not isinstance(value, StatedConstant | Labels)


def _maps_to_keys(value: Any) -> bool:
    return isinstance(value, dict) and any(_has_keys(one) for one in value.values())


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "Required."
    return f"Default: {_stated(field.get_default(call_default_factory=True)).value}."


def _stated(value: Any, why: str = "", source: str = "") -> Stated:
    match value:
        case StatedConstant():
            unit = "" if value.unit in (None, "count") else f"&nbsp;{value.unit}"
            return Stated(f"{code(f'{value.value:g}')}{unit}", value.why, value.source)
        case bool():
            return Stated(code(str(value).lower()))
        case None:
            return Stated(code("null"))
        case str():
            return Stated(code(value).replace("\n", " "), why, source)
        case ():
            return Stated("none")
        case tuple() if all(isinstance(one, Labels) for one in value):
            lists = [", ".join(code(label) for label in one.labels) for one in value]
            joined_reasons = "; ".join(dict.fromkeys(one.why for one in value if one.why))
            sources = "; ".join(dict.fromkeys(one.source for one in value if one.source))
            return Stated(", ".join(lists), joined_reasons, sources)
        case dict():
            return Stated(", ".join(f"{code(word)}: {_brief(one)}" for word, one in value.items()))
        case _:
            return Stated(code(_brief(value)))


def _brief(value: Any) -> str:
    if isinstance(value, list | tuple):
        return " to ".join(_brief(one) for one in value)
    return f"{value:g}" if isinstance(value, int | float) else str(value)


def _part(name: str, about: str, found: list[Key]) -> Iterator[str]:
    yield f"## {name} {{ #{name.replace('.', '-')} }}"
    yield about
    for key in found:
        yield f"#### {code('.'.join(key.path))} {{ #{key.anchor} }}"
        meaning = prose(key.meaning)
        yield f"{meaning[:1].upper()}{meaning[1:]} {key.default}"
        alike: dict[Stated, list[str]] = {}
        for rule_set, stated in key.stated.items():
            alike.setdefault(stated, []).append(code(rule_set))
        rows = [
            (", ".join(names), stated.value, prose(stated.why), prose(stated.source))
            for stated, names in alike.items()
        ]
        yield table(("rule sets", "value", "reason", "source"), rows)


def _vocabularies(rule_sets: Mapping[str, RuleSet]) -> str:
    meanings = described(Vocabulary)
    names = [name for name in Vocabulary.model_fields if name not in ("name", "why", "source")]
    rows = [
        (
            code(name),
            prose(meanings[name]),
            *(_size(getattr(rules.vocabulary, name)) for rules in rule_sets.values()),
        )
        for name in names
    ]
    return table(("key", "meaning", *(code(rules.vocabulary.name) for rules in rule_sets.values())), rows)


def _size(value: Any) -> str:
    """A value, or the length of a list."""
    match value:
        case bool() | str():
            return _stated(value).value
        case dict():
            return f"{len(value):,} entries" if value else "none"
        case _:
            return f"{sum(len(one.labels) for one in value):,} labels" if value else "none"


def _groups() -> str:
    meanings, rules = described(GroupRules), group_rules()
    rows = [
        (code(name), prose(meanings[name]), _words(getattr(rules, name)))
        for name in GroupRules.model_fields
        if name not in ("why", "source")
    ]
    return table(("key", "meaning", "value"), rows)


def _words(value: Any) -> str:
    match value:
        case dict():
            return ", ".join(f"{code(one)} → {code(other)}" for one, other in value.items())
        case _:
            words = [word for one in value for word in (one.labels if isinstance(one, Labels) else [one])]
            return ", ".join(code(word) for word in words)
