"""The manifest of a build as a typed object: what must stand in it, and of which kind.

Anybody may have written the file. Checked is what our commands read. Unknown keys are kept: a later release
may have written them. What builds of the first release do not have may be missing.
"""

import re
from collections.abc import Callable, Mapping
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    StringConstraints,
    model_validator,
)
from pydantic_core import CoreSchema, core_schema

FORMAT_VERSION = 2
"""Of the manifests and tables that this release writes. It reads this version and those before."""

SHARD = re.compile(r"(qa|scenes|frames|embedded)/(\w+)-[0-9]{5}-of-[0-9]{5}\.parquet")
"""The path of a shard below a build's folder: its table and its split."""

_SPLIT = re.compile(r"\w{1,80}")  # it becomes a part of file names

_MOST_PLACES = 8  # {words} of a question; ours have three at most, and each makes matching a text slower
_DEEPEST = 32  # levels of rules; ours have six
_PLACE = re.compile(r"\{([^{}]*)\}")


def _is_shard(path: str) -> str:
    if SHARD.fullmatch(path) is None:
        raise ValueError("it is no shard of a table known here")
    return path


def _is_split(name: str) -> str:
    if _SPLIT.fullmatch(name) is None:
        raise ValueError("it is no name of a split")
    return name


def _with_places(text: str) -> str:
    places = _PLACE.findall(text)
    if len(places) > _MOST_PLACES or not all(place.isidentifier() and place.isascii() for place in places):
        raise ValueError(f"a question has at most {_MOST_PLACES} places, such as {{category}}")
    return text


Count = Annotated[int, Field(ge=0, le=2**53)]
_Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
_BeforeAndAfter = Annotated[list[Count], Field(min_length=2, max_length=2)]
_ShardPath = Annotated[str, AfterValidator(_is_shard)]
_Split = Annotated[str, AfterValidator(_is_split)]
_Question = Annotated[str, AfterValidator(_with_places)]


class _ManifestPart(BaseModel):
    model_config = ConfigDict(strict=True, allow_inf_nan=False, extra="allow", frozen=True)


class _KeptAsGiven:
    """Annotates plain data that must be of a form, and stays plain data."""

    def __init__(self, form: type[BaseModel]) -> None:
        self.form = form

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        def checked(given: Any, check: Callable[[Any], object]) -> Any:
            check(given)
            return given

        return core_schema.no_info_wrap_validator_function(
            checked,
            handler.generate_schema(self.form),
            serialization=core_schema.plain_serializer_function_ser_schema(lambda given: given),
        )


class ShardEntry(_ManifestPart):
    """What the manifest states of a shard.

    Attributes:
        rows: how many.
        bytes: the file's size.
        sha256: of the file.
    """

    rows: Count
    bytes: Count
    sha256: _Digest


class _BuildOptionsEntry(_ManifestPart):
    dataset: str | None = None
    split: str
    holdout: Annotated[float, Field(ge=0, lt=1)]
    frames: Count
    visibility: bool
    seed: int


class _Constant(_ManifestPart):
    value: float
    unit: str | None = None
    why: str
    source: str


class _RoomArea(_ManifestPart):
    method: str


class _Measurement(_ManifestPart):
    box: str
    position: str
    room_area: _RoomArea


class _Visibility(_ManifestPart):
    pixels: _Constant
    surface: _Constant


class _Vocabulary(_ManifestPart):
    verbatim: bool = False


class _Kind(_ManifestPart):
    question: _Question


class _Topic(_ManifestPart):
    question: _Question | None = None
    kinds: dict[str, _Kind] | None = None
    between: str | None = None
    min_gap: _Constant | None = None
    margin: _Constant | None = None
    tolerance: _Constant | None = None

    @model_validator(mode="after")
    def _asks(self) -> "_Topic":
        if self.question is None and not self.kinds:
            raise ValueError("it has no question")
        return self


class _Resolved(_ManifestPart):
    why: str
    measurement: _Measurement
    visibility: _Visibility
    vocabulary: _Vocabulary
    topics: dict[str, _Topic]

    @model_validator(mode="before")
    @classmethod
    def _of_constants(cls, given: Any) -> Any:
        _check_constants(given, 0)
        return given


def _check_constants(given: Any, depth: int) -> None:
    """What states a value is a constant, and what lists labels lists texts, however deep it stands."""
    if depth > _DEEPEST:
        raise ValueError(f"more than {_DEEPEST} levels are not read")
    if isinstance(given, dict):
        if "value" in given:
            _Constant.model_validate(given)
        labels = given.get("labels", [])
        if not isinstance(labels, list) or not all(isinstance(label, str) for label in labels):
            raise ValueError("`labels` is no list of texts")
    for part in given.values() if isinstance(given, dict) else given if isinstance(given, list) else ():
        _check_constants(part, depth + 1)


class RulesEntry(_ManifestPart):
    """The rule set that a build was made by.

    Attributes:
        name: of the rule set, or of its file.
        digest: SHA-256 of what it says.
        extends: the rule set that it changes, if it does.
        resolved: all that it says, as plain data.
    """

    name: str
    digest: _Digest
    extends: str | None = None
    resolved: Annotated[dict[str, Any], _KeptAsGiven(_Resolved)]

    @property
    def label(self) -> str:
        """Name and digest in short: `wide@79b382d1`."""
        return f"{self.name}@{self.digest[:8]}"


class _Versions(_ManifestPart):
    vsidata: str


class LeakGuardEntry(_ManifestPart):
    """How many scenes of rooms kept for evaluation were refused, admitted, or not in the list asked for."""

    active: bool
    refused: dict[str, Count]
    admitted: dict[str, Count]
    not_in_list: dict[str, Count] = {}


class _SelectionCounts(_ManifestPart):
    """How many scans were found, used, and left out for which reason."""

    found: Count
    used: Count
    not_in_list: Count
    not_in_list_of_benchmark: Count
    refused: Count
    refused_of_benchmark: Count
    unlisted: Count
    not_asked_for: Count


class TallyEntry(_ManifestPart):
    """Questions of a type, and how often each answer occurs; each before and after the balance."""

    questions: _BeforeAndAfter
    answers: dict[str, _BeforeAndAfter]


class _Ratio(_ManifestPart):
    median: float
    p5: float
    p95: float


class PrunedEntry(_ManifestPart):
    """A topic's questions before and after, and what guesses scored then."""

    questions: _BeforeAndAfter
    before: dict[str, float]
    after: dict[str, float]


class DebiasEntry(_ManifestPart):
    """What `vsidata debias` left out, by topic."""

    topics: dict[str, PrunedEntry]


_FRAME_COUNTS = {"pictures", "scenes with frames", "scenes without", "scenes asked only what is seen"}


def _all_or_none(counts: dict[str, int]) -> dict[str, int]:
    if counts and (lacking := _FRAME_COUNTS - counts.keys()):
        raise ValueError(f"it lacks {', '.join(sorted(lacking))}")
    return counts


class Manifest(_ManifestPart):
    """What a build says of itself; keys that are not listed here are kept as they are.

    Attributes:
        format_version: of manifest and tables. Builds of the first release state none: they are version 1.
        options: of `vsidata build`, as far as they decide what is written.
        rules: the rule set.
        versions: of this package, and of those that the figures come from.
        leak_guard: scenes refused or admitted, by list of forbidden rooms.
        selection: scans found, and how many were left out for which reason.
        rooms: how many, by split.
        scenes: how many, by split.
        datasets: how many scenes each gave; see `vsidata.dataset.origin`.
        frames: counts of pictures and of scenes with and without; empty where none were asked for.
        set_aside: scans that could not be used.
        questions: split → topic → how many.
        drops: topic → reason → how many candidates were refused.
        balance: split → question type → what was thinned out.
        room_area_ratios: the room areas by other methods, as multiples of the one that is asked about.
        topics: topic → what readers need to know of it; see `vsidata.topics.topic.Topic.described`. None in
            builds of the first release.
        files: path of each shard → its rows, bytes and checksum.
        inputs: scene → digest of its scan's files.
        debias: what `vsidata debias` left out, where it did.
    """

    format_version: Annotated[int, Field(ge=1, le=FORMAT_VERSION)] = 1
    options: _BuildOptionsEntry
    rules: RulesEntry
    versions: _Versions
    leak_guard: LeakGuardEntry
    selection: _SelectionCounts | None = None
    rooms: dict[str, Count] = {}
    scenes: dict[_Split, Count]
    datasets: dict[str, Count] | None = None
    frames: Annotated[dict[str, Count], AfterValidator(_all_or_none)]
    set_aside: Count
    questions: dict[_Split, dict[str, Count]]
    drops: dict[str, dict[str, Count]]
    balance: dict[str, dict[str, TallyEntry]]
    room_area_ratios: dict[str, _Ratio]
    topics: dict[str, dict[str, Any]] | None = None
    files: dict[_ShardPath, ShardEntry]
    inputs: dict[str, str]
    debias: DebiasEntry | None = None

    @model_validator(mode="after")
    def _fits(self) -> "Manifest":
        if self.scenes.keys() != self.questions.keys():
            raise ValueError("`scenes` and `questions` count other splits")
        if self.datasets is None and self.options.dataset is None:
            raise ValueError("it names no dataset")
        return self

    @property
    def label(self) -> str:
        """What the build is, in a line: `377 questions about 3 scenes by wide@79b382d1`."""
        questions, scenes = self.total_questions, self.total_scenes
        about = f"{questions:,} question{'s' * (questions != 1)} about {scenes:,} scene{'s' * (scenes != 1)}"
        return f"{about} by {self.rules.label}"

    @property
    def splits(self) -> tuple[str, ...]:
        """The names of the splits."""
        return tuple(self.scenes)

    @property
    def total_scenes(self) -> int:
        """Scenes of all splits."""
        return sum(self.scenes.values())

    @property
    def questions_by_split(self) -> dict[str, int]:
        """How many, of all topics."""
        return {split: sum(topics.values()) for split, topics in self.questions.items()}

    @property
    def total_questions(self) -> int:
        """Questions of all splits and topics."""
        return sum(self.questions_by_split.values())

    @property
    def tables(self) -> frozenset[str]:
        """The names of the tables that have a shard."""
        return frozenset(path.partition("/")[0] for path in self.files)

    def shards(self, table: str, split: str | None = None) -> dict[str, ShardEntry]:
        """The shards of a table, in the manifest's order; of one split or of all."""
        begin = f"{table}/" if split is None else f"{table}/{split}-"
        return {path: shard for path, shard in self.files.items() if path.startswith(begin)}

    def plain(self) -> dict[str, Any]:
        """All that the file holds, as plain data."""
        return self.model_dump(exclude_unset=True)

    def changed(self, changes: Mapping[str, Any]) -> "Manifest":
        """Another manifest, with these entries in place of its own or beside them, as plain data."""
        return type(self).model_validate({**self.plain(), **changes})
