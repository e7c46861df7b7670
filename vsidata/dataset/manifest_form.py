"""The manifest of a build as a typed object: its entries and their types.

Any other user may have written the file, so all entries that commands read are checked. Unknown keys are
kept, because a later release may have written them. Entries that builds of the first release lack may be
missing.
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

from vsidata.plain_text import counted

FORMAT_VERSION = 2
"""Version of the manifests and tables that this release writes. It reads this version and earlier ones."""

SHARD = re.compile(r"(qa|scenes|frames|embedded)/(\w+)-[0-9]{5}-of-[0-9]{5}\.parquet")
"""The path of a shard below a build's folder: its table and its split."""

_SPLIT = re.compile(r"\w{1,80}")  # it becomes a part of file names

_MOST_PLACES = 8  # {places} in the text of a question; ours have at most three, and each slows matching down
_DEEPEST = 32  # levels of nested rules; our rule sets have six
_PLACE = re.compile(r"\{([^{}]*)\}")


def _is_shard(path: str) -> str:
    if SHARD.fullmatch(path) is None:
        raise ValueError("it is not a shard of a known table")
    return path


def _is_split(name: str) -> str:
    if _SPLIT.fullmatch(name) is None:
        raise ValueError("it is not a name of a split")
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
    """Annotates plain data that is checked and then kept as plain data."""

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
    """The manifest's entry of a shard.

    Attributes:
        rows: number of rows.
        bytes: the file's size.
        sha256: checksum of the file.
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
    named_frames: bool = False


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
    """Check, at any depth, that an entry with `value` is a constant and that `labels` are texts."""
    if depth > _DEEPEST:
        raise ValueError(f"more than {_DEEPEST} levels are not read")
    if isinstance(given, dict):
        if "value" in given:
            _Constant.model_validate(given)
        labels = given.get("labels", [])
        if not isinstance(labels, list) or not all(isinstance(label, str) for label in labels):
            raise ValueError("`labels` is not a list of texts")
    for part in given.values() if isinstance(given, dict) else given if isinstance(given, list) else ():
        _check_constants(part, depth + 1)


class RulesEntry(_ManifestPart):
    """The rule set of a build.

    Attributes:
        name: the name of the rule set, or of its file.
        digest: SHA-256 of its content.
        extends: the rule set that it extends, if any.
        resolved: its content as plain data.
    """

    name: str
    digest: _Digest
    extends: str | None = None
    resolved: Annotated[dict[str, Any], _KeptAsGiven(_Resolved)]

    @property
    def label(self) -> str:
        """Name and short digest: `wide@79b382d1`."""
        return f"{self.name}@{self.digest[:8]}"


class _Versions(_ManifestPart):
    vsidata: str


class LeakGuardEntry(_ManifestPart):
    """Numbers of scenes of rooms reserved for evaluation: refused, admitted, or not in the requested list."""

    active: bool
    refused: dict[str, Count]
    admitted: dict[str, Count]
    not_in_list: dict[str, Count] = {}


class _SelectionCounts(_ManifestPart):
    """Numbers of scans found, used, and left out by reason."""

    found: Count
    used: Count
    not_in_list: Count
    not_in_list_of_benchmark: Count
    refused: Count
    refused_of_benchmark: Count
    unlisted: Count
    not_asked_for: Count


class TallyEntry(_ManifestPart):
    """Numbers of questions of a type and of each answer, before and after balancing."""

    questions: _BeforeAndAfter
    answers: dict[str, _BeforeAndAfter]


class _Ratio(_ManifestPart):
    median: float
    p5: float
    p95: float


class PrunedEntry(_ManifestPart):
    """The number of a topic's questions before and after debiasing, and the scores of guesses."""

    questions: _BeforeAndAfter
    before: dict[str, float]
    after: dict[str, float]


class DebiasEntry(_ManifestPart):
    """The questions that `vsidata debias` left out, by topic."""

    topics: dict[str, PrunedEntry]


_FRAME_COUNTS = {"pictures", "scenes with frames", "scenes without", "scenes asked only what is seen"}


def _all_or_none(counts: dict[str, int]) -> dict[str, int]:
    if counts and (lacking := _FRAME_COUNTS - counts.keys()):
        raise ValueError(f"it lacks {', '.join(sorted(lacking))}")
    return counts


class Manifest(_ManifestPart):
    """The description of a build. Keys that are not listed here are kept unchanged.

    Attributes:
        format_version: version of manifest and tables. Builds of the first release have none and are
            version 1.
        options: the options of `vsidata build` that determine the output.
        rules: the rule set.
        versions: versions of this package and of the libraries that compute the figures.
        leak_guard: numbers of scenes of forbidden rooms that were left out or used, by list.
        selection: numbers of scans that were found, used and left out, by reason.
        rooms: number of rooms by split.
        scenes: number of scenes by split.
        datasets: number of scenes by dataset; see `vsidata.dataset.origin`.
        frames: numbers of pictures and of scenes with and without frames; empty if no frames were requested.
        set_aside: number of skipped scans.
        questions: split → topic → number of questions.
        drops: topic → reason → number of candidates that were left out.
        balance: split → question type → numbers of questions before and after balancing.
        room_area_ratios: the room areas by other methods, as multiples of the area in questions.
        topics: topic → its description for readers; None in builds of the first release.
        files: path of each shard → its rows, bytes and checksum.
        inputs: scene → digest of its scan's files.
        debias: the questions that `vsidata debias` left out, if it was run.
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
            raise ValueError("`scenes` and `questions` have different splits")
        if self.datasets is None and self.options.dataset is None:
            raise ValueError("it has no dataset")
        return self

    @property
    def label(self) -> str:
        """A description in one line: `377 questions about 3 scenes by wide@79b382d1`."""
        questions, scenes = self.total_questions, self.total_scenes
        about = f"{counted(questions, 'question')} about {counted(scenes, 'scene')}"
        return f"{about} by {self.rules.label}"

    @property
    def splits(self) -> tuple[str, ...]:
        """The names of the splits."""
        return tuple(self.scenes)

    @property
    def total_scenes(self) -> int:
        """Number of scenes of all splits."""
        return sum(self.scenes.values())

    @property
    def questions_by_split(self) -> dict[str, int]:
        """Number of questions of all topics, by split."""
        return {split: sum(topics.values()) for split, topics in self.questions.items()}

    @property
    def total_questions(self) -> int:
        """Number of questions of all splits and topics."""
        return sum(self.questions_by_split.values())

    @property
    def tables(self) -> frozenset[str]:
        """The names of the tables with shards."""
        return frozenset(path.partition("/")[0] for path in self.files)

    def shards(self, table: str, split: str | None = None) -> dict[str, ShardEntry]:
        """The shards of a table, in the manifest's order, for one split or all."""
        begin = f"{table}/" if split is None else f"{table}/{split}-"
        return {path: shard for path, shard in self.files.items() if path.startswith(begin)}

    def plain(self) -> dict[str, Any]:
        """The content of the file as plain data."""
        return self.model_dump(exclude_unset=True)

    def changed(self, changes: Mapping[str, Any]) -> "Manifest":
        """A copy with these entries replaced or added, as plain data."""
        return type(self).model_validate({**self.plain(), **changes})
