"""What a build is asked to do: from the command line, a YAML file, or a notebook."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from vsidata.elsewhere.address import checked, is_address, work_folder
from vsidata.errors import OptionError, RulesError
from vsidata.seeds import LARGEST_SEED
from vsidata.strict_yaml import read_mapping, validate


def _share(given: Any) -> Any:
    """`5%` and `0.05` are the same share."""
    if isinstance(given, str) and given.endswith("%"):
        return float(given[:-1]) / 100
    return given


def _words(given: Any) -> Any:
    """`a,b` and `[a, b]` are the same words."""
    if given is None:
        return None
    texts = [given] if isinstance(given, str) else given
    if not isinstance(texts, list | tuple) or not all(isinstance(text, str) for text in texts):
        raise ValueError("write one name, several with commas between them, or a list of names")
    return [word.strip() for text in texts for word in text.split(",")]


def _scenes(given: Any) -> Any:
    """Names or patterns as words, or a number: the first so many."""
    if isinstance(given, int) and not isinstance(given, bool):
        return [str(given)]
    return _words(given)


def _paths(given: Any) -> Any:
    """One path is a list of one."""
    return [given] if isinstance(given, str | Path) else given


def _caps(given: Any) -> Any:
    """`topic=N` for each topic, or a mapping."""
    if given is None or isinstance(given, Mapping):
        return given
    try:
        pairs = [word.partition("=") for word in _words(given)]
    except ValueError:
        pairs = [(str(given), "", "")]
    if not all(separator for _, separator, _ in pairs):
        raise ValueError("write topic=N, or {topic: N}")
    return {topic.strip(): number for topic, _, number in pairs}


def _size(given: Any) -> Any:
    """`640x480` is a width and a height, `640` the longer side."""
    if given is None:
        return None
    sides = str(given).split("x") if isinstance(given, str | int) else given
    try:
        pixels = [int(side) for side in sides]
    except (TypeError, ValueError):
        pixels = []
    if len(pixels) not in (1, 2) or not all(_SMALLEST_SIDE <= side <= _LARGEST_SIDE for side in pixels):
        raise ValueError(
            "write width and height, 640x480, or the longer side, 640, "
            f"of {_SMALLEST_SIDE} to {_LARGEST_SIDE:,} pixels"
        )
    return tuple(pixels) if len(pixels) == 2 else pixels[0]


def _settings(given: Any) -> Any:
    """`name=value` of each option of sbatch, or a bare `name` of one without a value; or a mapping."""
    if isinstance(given, Mapping):
        if wrong := [key for key, value in given.items() if not isinstance(value, str)]:
            raise ValueError(f"write the value of `{wrong[0]}` in quotes: YAML reads 2:00:00 as a number")
        settings = dict(given)
    else:
        texts = [given] if isinstance(given, str) else given or ()
        if not isinstance(texts, list | tuple) or not all(isinstance(text, str) for text in texts):
            raise ValueError("write name=value, or {name: value}")
        settings = {name.strip(): value for name, _, value in (text.partition("=") for text in texts)}
    for name, value in settings.items():
        if not _SBATCH_NAME.fullmatch(str(name)):
            raise ValueError(
                f"`{name!s:.80}` is no option of sbatch: write its long name, without hyphens before it"
            )
        if not _SBATCH_VALUE.fullmatch(value):
            raise ValueError(f"the value of `{name}` has a control character, a quote or a backslash in it")
    return settings


# Names and values become lines of a batch script, `#SBATCH --name=value`. A line feed would begin a line of
# its own; within one, sbatch gives quotes and backslashes a meaning, and a space ends a value without quotes.
_SBATCH_NAME = re.compile(r"[a-z][a-z0-9-]{0,40}")
_SBATCH_VALUE = re.compile(r"""[^\x00-\x1f\x7f-\x9f\u2028\u2029"'\\]{0,1000}""")
_SMALLEST_SIDE, _LARGEST_SIDE = 16, 8192  # pixels: from a thumbnail to a frame of 8K video


class BuildOptions(BaseModel):
    """The options of `vsidata build`, by the same names.

    Attributes:
        out: folder to write to. An address in its place is taken for `address`; the folder is then `work`, or
            one below `vsidata-work/` named after the address.
        address: where the command line publishes the build to when it is whole: `s3://BUCKET/PATH`,
            `gs://BUCKET/PATH`, or `hf://datasets/NAME/SET`.
        scannet_root: folder of ScanNet scans; or
        meta_info: files of released VSI-Bench scene meta information (boxes only); or
        source: `scenezoo:NAME`, a dataset that scenezoo reads, and
        root: the folder that it was downloaded to.
        split: official list of ScanNet to take scans from.
        holdout: share of the rooms, with all their scans, that go to a `validation` split.
        rules: name of a rule set of this package, or path of a user's own.
        topics: those to ask about; None for all of the rule set's.
        per_scene: most questions of a topic from one scene, in place of the rule set's own cap.
        frames: most frames of a scan to put into the dataset; 0 for none.
        frame_size: width and height of the frames (`640x480`); or their longer side, to which larger ones are
            shrunk; None as they are stored.
        frame_quality: 1 to 100, of JPEGs that are made anew because their size changes.
        visibility: ask only what the frames show, where there are any.
        embed: also write every question with its frames inside, for streaming.
        scenes: names or patterns (`scene00*`) of the scans to take, or a number: the first so many.
        seed: of every draw.
        engine: where scans run: `local`, `ray` or `slurm`; changes nothing in what is written.
        workers: number of processes, on whichever machines; None for one a processor; nor does this.
        slurm: options of sbatch by their names, `{"partition": "cpu", "time": "2:00:00"}`, for that engine.
        allow_benchmark_scenes: also use rooms that a benchmark shows.
        forbid: further lists of scenes for the leak guard, CSV files with the columns `dataset,scene_name`.
        strict: count the build as failed if a single scan was set aside.
    """

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        alias_generator=lambda name: name.replace("_", "-"),
        populate_by_name=True,
    )

    out: Path
    address: Annotated[str | None, AfterValidator(lambda given: given and checked(given))] = None
    scannet_root: Path | None = None
    meta_info: Annotated[tuple[Path, ...], BeforeValidator(_paths)] = ()
    source: str | None = None
    root: Path | None = None
    split: Literal["train", "val", "test", "all"] = "train"
    holdout: Annotated[float, BeforeValidator(_share), Field(ge=0, lt=1)] = 0.0
    rules: str | Path = "wide"
    topics: Annotated[tuple[str, ...] | None, BeforeValidator(_words)] = None
    per_scene: Annotated[dict[str, Annotated[int, Field(ge=0)]] | None, BeforeValidator(_caps)] = None
    frames: Annotated[int, Field(ge=0)] = 16
    frame_size: Annotated[int | tuple[int, int] | None, BeforeValidator(_size)] = None
    frame_quality: Annotated[int, Field(ge=1, le=100)] = 90
    visibility: bool = True
    embed: bool = False
    scenes: Annotated[tuple[str, ...] | None, BeforeValidator(_scenes)] = None
    seed: Annotated[int, Field(ge=0, le=LARGEST_SEED)] = 0
    engine: str = "local"
    workers: Annotated[int, Field(ge=1)] | None = None
    slurm: Annotated[dict[str, str], BeforeValidator(_settings)] = Field(default_factory=dict)
    allow_benchmark_scenes: bool = False
    forbid: Annotated[tuple[Path, ...], BeforeValidator(_paths)] = ()
    strict: bool = False

    @model_validator(mode="before")
    @classmethod
    def _built_here(cls, given: Any) -> Any:
        """What is published at an address is built in a folder here, and goes on there after a stop."""
        if not isinstance(given, Mapping) or "out" not in given:
            return given
        options = {name: value for name, value in given.items() if name != "work"}
        if is_address(given["out"]):
            address = checked(given["out"])
            return options | {"address": address, "out": given.get("work") or work_folder(address)}
        if "work" in given:
            remedy = "Drop it: a build is made in the folder that --out names."
            raise OptionError("--work", "is of a build that goes to an address.", remedy)
        return options


def read_options(config: Path | None, given: Mapping[str, Any]) -> BuildOptions:
    """Options from a YAML file whose keys are their names, and from the command line, which wins.

    Args:
        config: the file; None without one.
        given: what stands on the command line, by option name with hyphens; None where an option does not.

    Raises:
        RulesError: an unknown key or a wrong value in the file, with its line.
        OptionError: a wrong value on the command line, or no --out.
    """
    data, lines = read_mapping(config) if config else ({}, {})
    stated = {name: value for name, value in given.items() if value is not None}
    if "out" not in {*data, *stated}:
        raise OptionError("vsidata build", "needs a folder to write to.", "Name a folder with --out.")
    lines = {where: line for where, line in lines.items() if where[0] not in stated}
    try:
        return validate(BuildOptions, {**data, **stated}, lines, config or Path("vsidata build"))
    except RulesError as error:
        if error.fault.startswith("line"):
            raise
        raise OptionError("vsidata build", error.fault, error.remedy) from error  # not the file's fault
