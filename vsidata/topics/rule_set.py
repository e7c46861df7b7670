"""Rule sets: the questions to ask, and every constant behind them. The files are in rules/*.yaml."""

import hashlib
import pickle
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property, lru_cache
from importlib import resources
from pathlib import Path
from typing import Any

import orjson
from pydantic import create_model

from vsidata.errors import OptionError, RulesError
from vsidata.measuring.measure import MeasurementRules
from vsidata.measuring.sight import VisibilityRules
from vsidata.rules.balance import BalanceRules
from vsidata.rules.constant import Count, Rules, StatedConstant
from vsidata.rules.groups import group_rules
from vsidata.rules.strict_yaml import Lines, is_file, read_mapping, validate
from vsidata.rules.vocabulary import Vocabulary, load_vocabulary
from vsidata.topics.outside import digest_of
from vsidata.topics.registry import TopicFiles, topics_with
from vsidata.topics.topic import Topic

RULE_SETS = ("wide", "vsibench", "vsi100k", "posed", "vsti")
"""The rule sets of this package; the first is the default."""

_USUAL_FRAMES = 16  # the paper's number of training frames

# Largest number of files that extend one another. Three are enough for the rules of an organisation, a
# project and an experiment. Each file is read by a nested call, and Python allows about a thousand nested
# calls.
_LONGEST_CHAIN = 16


class _RuleFile(Rules):
    name: str
    why: str
    source: str = ""
    measurement: MeasurementRules
    visibility: VisibilityRules
    balance: BalanceRules | None = None
    frames: Count | None = None
    more_topics: str | None = None
    topics: Any


@lru_cache(maxsize=8)
def _form(topics: tuple[tuple[str, type[Rules]], ...]) -> type[_RuleFile]:
    """One optional field per known topic, so that rules for an unknown topic are an unknown key."""
    fields: dict[str, Any] = {name: (rules | None, None) for name, rules in topics}
    return create_model(
        "_RuleFile", __base__=_RuleFile, topics=(create_model("_TopicRules", __base__=Rules, **fields), ...)
    )


@dataclass(frozen=True)
class RuleSet:
    """A rule set with its vocabulary.

    Attributes:
        name: its name in records and cards.
        why, source: its purpose, and the source of its definitions.
        measurement: the rules that define an object.
        vocabulary: the words of the questions.
        visibility: the limits from which the frames of a video show enough to answer.
        balance: the limits on common answers among all questions of a build; None for no limits.
        topics: topic → its rules, in the order of the registry; a topic without rules is not asked.
        frames: the number of frames that its questions are made for; None if any number will do.
        more_topics: another rule set of this package. A user may add its topics by name.
        registry: the topics that its file may use, by name, including those from outside.
        extends: the rule set of this package that a user's rule set extends. None for a rule set of this
            package, and for a rule set that does not extend one.
        topic_files: the files of topics from outside.
    """

    name: str
    why: str
    source: str
    measurement: MeasurementRules
    vocabulary: Vocabulary
    visibility: VisibilityRules
    balance: BalanceRules | None
    topics: Mapping[str, Any]
    registry: Mapping[str, Topic]
    frames: int | None = None
    more_topics: str | None = None
    extends: str | None = None
    topic_files: TopicFiles = ()

    def __reduce__(self) -> tuple[Any, ...]:
        """Run the topic files before the state is read, because a worker process has not run them."""
        state = {field.name: getattr(self, field.name) for field in fields(self) if field.name != "registry"}
        return _unpickled, (self.topic_files, pickle.dumps(state))

    @property
    def default_topics(self) -> tuple[str, ...]:
        """The topics that are asked if the user does not choose topics."""
        return tuple(name for name, rules in self.topics.items() if getattr(rules, "by_default", True))

    def frames_to_show(self, given: int | None) -> int:
        """The number of frames per scan: the given one, else that of the rule set, else the usual one."""
        return given if given is not None else self.frames or _USUAL_FRAMES

    def with_more_topics(self, names: Collection[str] | None) -> "RuleSet":
        """The same rules, and those of the named topics that only its `more_topics` has."""
        if names is None or self.more_topics is None or not (lacking := set(names) - set(self.topics)):
            return self
        more = load_rules(self.more_topics).topics
        topics = dict(self.topics) | {name: more[name] for name in more if name in lacking}
        return replace(self, topics={name: topics[name] for name in self.registry if name in topics})

    def chosen_topics(self, names: Collection[str] | None) -> tuple[str, ...]:
        """The topics that a user chooses, in the order of the registry; without a choice, the default topics.

        Raises:
            OptionError: the rule set has no such topic.
        """
        if names is None:
            return self.default_topics
        if unknown := set(names) - set(self.topics):
            raise OptionError(
                "--topics",
                f"the rule set {self.name} has no topic `{min(unknown)}`.",
                f"Choose from: {', '.join(self.topics)}.",
            )
        return tuple(topic for topic in self.topics if topic in names)

    def look_rate(self, topics: Iterable[str]) -> float | None:
        """The highest `look_rate` of these topics, frames per second; None if none of them needs a video."""
        looks = ((self.registry[name].look_rate, self.topics[name]) for name in topics)
        return max((look(rules) for look, rules in looks if look is not None), default=None)

    def needs_cameras(self, topics: Iterable[str]) -> bool:
        """Return whether one of these topics asks about single frames and their cameras."""
        return any(self.registry[name].needs_cameras for name in topics)

    @cached_property
    def described(self) -> dict[str, Any]:
        """The description of each topic for readers of a build, as plain data for the manifest."""
        rules, measurement = self.resolved["topics"], self.resolved["measurement"]
        return {name: self.registry[name].described(rules[name], measurement) for name in self.topics}

    @cached_property
    def resolved(self) -> dict[str, Any]:
        """The complete rules as plain data, as a manifest stores them."""
        return {
            "name": self.name,
            "why": self.why,
            "source": self.source,
            "measurement": self.measurement.model_dump(mode="json"),
            "vocabulary": self.vocabulary.model_dump(mode="json"),
            "groups": None if self.vocabulary.verbatim else group_rules().model_dump(mode="json"),
            "visibility": self.visibility.model_dump(mode="json"),
            "balance": self.balance.model_dump(mode="json") if self.balance else None,
            "topics": {name: rules.model_dump(mode="json") for name, rules in self.topics.items()},
            **({} if self.frames is None else {"frames": self.frames}),
        }

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the effective rules. Reasons and sources are not part of it."""
        return hashlib.sha256(
            orjson.dumps(_without_reasons(self.resolved), option=orjson.OPT_SORT_KEYS)
        ).hexdigest()

    @property
    def label(self) -> str:
        """Name and the first characters of the digest: the value of the column `rules`."""
        return f"{self.name}@{self.digest[:8]}"

    def with_caps(self, per_scene: Mapping[str, int]) -> "RuleSet":
        """The same rules with other caps on the questions per scene.

        Raises:
            OptionError: the rule set has no such topic, or a number is negative.
        """
        topics = dict(self.topics)
        for name, cap in per_scene.items():
            if name not in topics:
                raise OptionError(
                    f"--per-scene {name}={cap}",
                    f"the rule set {self.name} has no topic `{name}`.",
                    f"Choose from: {', '.join(topics)}.",
                )
            if cap < 0:
                raise OptionError(
                    f"--per-scene {name}={cap}", "is negative.", "Pass a whole number from 0 up."
                )
            stated = StatedConstant(value=cap, unit="count", why="given by the user")
            topics[name] = topics[name].model_copy(update={"per_scene": stated})
        return replace(self, topics=topics)


def _unpickled(topic_files: TopicFiles, state: bytes) -> RuleSet:
    """A rule set that was sent to another process."""
    registry = topics_with(topic_files)
    return RuleSet(registry=registry, **pickle.loads(state))  # noqa: S301 - pickled by this project


def load_rules(name_or_path: str | Path, topic_files: Sequence[Path] = ()) -> RuleSet:
    """A rule set of this package by name, or a user's own by the path of its YAML file.

    A user's file may contain `extends: wide` and only the differences. Then mappings are merged, and all
    other values are replaced. If a file does not contain a name, the name of the file is used.

    Args:
        name_or_path: the rule set.
        topic_files: Python files with one topic each, which the rule set may use. They are run.

    Raises:
        RulesError: the rule set does not exist, or has an unknown key or a wrong value; the fault states the
            line.
        VsiError: a topic from outside cannot be used.
    """
    files = tuple((file.absolute(), digest_of(file)) for file in topic_files)
    registry = topics_with(files)
    path = _path_of(str(name_or_path))
    data, lines = _extended(path, ())
    form = _form(tuple((name, topic.rules) for name, topic in registry.items()))
    parsed = validate(form, data, lines, path)
    vocabulary = _vocabulary(parsed.measurement.vocabulary, path)
    return RuleSet(
        name=parsed.name,
        why=parsed.why,
        source=parsed.source,
        measurement=parsed.measurement,
        vocabulary=vocabulary,
        visibility=parsed.visibility,
        balance=parsed.balance,
        topics={name: rules for name in registry if (rules := getattr(parsed.topics, name)) is not None},
        registry=registry,
        frames=parsed.frames.whole if parsed.frames else None,
        more_topics=parsed.more_topics,
        topic_files=files,
        extends=None if str(name_or_path) in RULE_SETS else _packaged_base(path),
    )


def _packaged_base(path: Path) -> str | None:
    """The rule set of this package that a user's file extends, directly or through other files."""
    while base := read_mapping(path)[0].get("extends"):
        beside = path.parent / str(base)
        if not is_file(beside):
            return str(base)
        path = beside
    return None


def _path_of(name: str) -> Path:
    if name in RULE_SETS:
        return Path(str(resources.files("vsidata.rules") / "sets" / f"{name}.yaml"))
    if not name.endswith((".yaml", ".yml")):
        remedy = f"Choose from {', '.join(RULE_SETS)}, or pass the path of a .yaml file."
        raise RulesError(name[:80], "is not a rule set.", remedy)
    return Path(name)


def _extended(path: Path, below: tuple[Path, ...]) -> tuple[dict[str, Any], Lines]:
    data, lines = read_mapping(path)
    data = {"name": path.stem} | data
    base = data.pop("extends", None)
    if base is None:
        return data, lines
    if path.resolve() in below:
        raise RulesError(path, f"line {lines['extends',]}: extends itself.", "Remove the circular `extends`.")
    if len(below) == _LONGEST_CHAIN:
        fault = f"line {lines['extends',]}: more than {_LONGEST_CHAIN} files extend one another."
        raise RulesError(path, fault, "Merge some of them into one file.")
    beside = path.parent / str(base)
    base_path = beside if is_file(beside) else _path_of(str(base))
    base_data, _ = _extended(base_path, (*below, path.resolve()))
    return _merged(base_data, data), lines


def _merged(base: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    result = dict(base)
    for key, value in over.items():
        both = isinstance(value, dict) and isinstance(result.get(key), dict)
        result[key] = _merged(result[key], value) if both else value
    return result


def _vocabulary(name: str, rules_path: Path) -> Vocabulary:
    beside = rules_path.parent / name
    return load_vocabulary(str(beside) if beside.is_file() else name)


def _without_reasons(data: Any) -> Any:
    if isinstance(data, dict):
        return {key: _without_reasons(value) for key, value in data.items() if key not in ("why", "source")}
    if isinstance(data, list):
        return [_without_reasons(item) for item in data]
    return data
