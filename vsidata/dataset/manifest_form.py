"""The form of a manifest: what must stand in it, and of which kind. Anybody may have written the file.

Checked is what our commands read. Unknown keys are left alone: a later release may have written them. What
builds of the first release do not have may be missing.
"""

import re
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator

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


class _Part(BaseModel):
    model_config = ConfigDict(strict=True, allow_inf_nan=False)


class _Shard(_Part):
    rows: Count
    bytes: Count
    sha256: _Digest


class _Options(_Part):
    dataset: str | None = None
    split: str
    holdout: Annotated[float, Field(ge=0, lt=1)]
    frames: Count
    visibility: bool
    seed: int


class _Constant(_Part):
    value: float
    unit: str | None = None
    why: str
    source: str


class _RoomArea(_Part):
    method: str


class _Measurement(_Part):
    box: str
    position: str
    room_area: _RoomArea


class _Visibility(_Part):
    pixels: _Constant
    surface: _Constant


class _Vocabulary(_Part):
    verbatim: bool = False


class _Kind(_Part):
    question: _Question


class _Topic(_Part):
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


class _Resolved(_Part):
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


class _Rules(_Part):
    name: str
    digest: _Digest
    extends: str | None = None
    resolved: _Resolved


class _Versions(_Part):
    vsidata: str


class _LeakGuard(_Part):
    active: bool
    refused: dict[str, Count]
    admitted: dict[str, Count]
    not_in_list: dict[str, Count] = {}


class _Selection(_Part):
    found: Count
    used: Count
    not_in_list: Count
    not_in_list_of_benchmark: Count
    refused: Count
    refused_of_benchmark: Count
    unlisted: Count
    not_asked_for: Count


class _Tally(_Part):
    questions: _BeforeAndAfter
    answers: dict[str, _BeforeAndAfter]


class _Ratio(_Part):
    median: float
    p5: float
    p95: float


class _Pruned(_Part):
    questions: _BeforeAndAfter
    before: dict[str, float]
    after: dict[str, float]


class _Debias(_Part):
    topics: dict[str, _Pruned]


_FRAME_COUNTS = {"pictures", "scenes with frames", "scenes without", "scenes asked only what is seen"}


def _all_or_none(counts: dict[str, int]) -> dict[str, int]:
    if counts and (lacking := _FRAME_COUNTS - counts.keys()):
        raise ValueError(f"it lacks {', '.join(sorted(lacking))}")
    return counts


class ManifestForm(_Part):
    """What a manifest must be; see `vsidata.dataset.merge` for what each entry says."""

    options: _Options
    rules: _Rules
    versions: _Versions
    leak_guard: _LeakGuard
    selection: _Selection | None = None
    rooms: dict[str, Count] = {}
    scenes: dict[_Split, Count]
    datasets: dict[str, Count] | None = None
    frames: Annotated[dict[str, Count], AfterValidator(_all_or_none)]
    set_aside: Count
    questions: dict[_Split, dict[str, Count]]
    drops: dict[str, dict[str, Count]]
    balance: dict[str, dict[str, _Tally]]
    room_area_ratios: dict[str, _Ratio]
    files: dict[_ShardPath, _Shard]
    inputs: dict[str, str]
    debias: _Debias | None = None

    @model_validator(mode="after")
    def _fits(self) -> "ManifestForm":
        if self.scenes.keys() != self.questions.keys():
            raise ValueError("`scenes` and `questions` count other splits")
        if self.datasets is None and self.options.dataset is None:
            raise ValueError("it names no dataset")
        return self
