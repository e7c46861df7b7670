"""The options of a build, from the command line, a YAML file or a notebook."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, JsonValue, model_validator

from vsidata.errors import OptionError, RulesError
from vsidata.files.address import checked, is_address, work_folder
from vsidata.rules.seeds import LARGEST_SEED
from vsidata.rules.strict_yaml import read_mapping, validate
from vsidata.selection.split_choice import SplitChoice


def _share(given: Any) -> Any:
    """Read a share. `5%` and `0.05` are the same."""
    if isinstance(given, str) and given.endswith("%"):
        return float(given[:-1]) / 100
    return given


def _words(given: Any) -> Any:
    """Read words. `a,b` and `[a, b]` are the same."""
    if given is None:
        return None
    texts = [given] if isinstance(given, str) else given
    if not isinstance(texts, list | tuple) or not all(isinstance(text, str) for text in texts):
        raise ValueError("write one name, several with commas between them, or a list of names")
    return [word.strip() for text in texts for word in text.split(",")]


def _scenes(given: Any) -> Any:
    """Read names or patterns as words, or a number of scenes."""
    if isinstance(given, int) and not isinstance(given, bool):
        return [str(given)]
    return _words(given)


def _paths(given: Any) -> Any:
    """Read paths. A single path becomes a list."""
    return [given] if isinstance(given, str | Path) else given


def _caps(given: Any) -> Any:
    """Read `topic=N` for each topic, or a mapping."""
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
    """Read a size. `640x480` is a width and a height, `640` is the longer side."""
    if given is None:
        return None
    sides = str(given).split("x") if isinstance(given, str | int) else given
    try:
        pixels = [int(side) for side in sides]
    except (TypeError, ValueError):
        pixels = []
    if len(pixels) not in (1, 2) or not all(_SMALLEST_SIDE <= side <= _LARGEST_SIDE for side in pixels):
        raise ValueError(
            "write width and height (640x480) or only the longer side (640), "
            f"each from {_SMALLEST_SIDE} to {_LARGEST_SIDE:,} pixels"
        )
    return tuple(pixels) if len(pixels) == 2 else pixels[0]


def _settings(given: Any) -> Any:
    """Read `name=value` for each option of sbatch (`name` if it has no value), or a mapping."""
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
                f"`{name!s:.80}` is not an option of sbatch: write its long name without leading hyphens"
            )
        if not _SBATCH_VALUE.fullmatch(value):
            raise ValueError(f"the value of `{name}` has a control character, a quote or a backslash")
    return settings


# Names and values become lines `#SBATCH --name=value` of a batch script. They must not contain line feeds,
# because a line feed begins a new line. They must not contain quotes or backslashes, because sbatch
# interprets them. A space ends a value without quotes.
_SBATCH_NAME = re.compile(r"[a-z][a-z0-9-]{0,40}")
_SBATCH_VALUE = re.compile(r"""[^\x00-\x1f\x7f-\x9f\u2028\u2029"'\\]{0,1000}""")
_SMALLEST_SIDE, _LARGEST_SIDE = 16, 8192  # pixels: from a thumbnail to a frame of 8K video


_PATH: dict[str, JsonValue] = {"metavar": "PATH"}


class BuildOptions(BaseModel):
    """The options of `vsidata build`, with the same names. Their descriptions are its help.

    Only `address` is not an option. If `--out` is an address, it becomes `address`, and the build is made in
    a local folder. This is `work`, or a folder below `vsidata-work/` with a name made from the address.
    """

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        alias_generator=lambda name: name.replace("_", "-"),
        populate_by_name=True,
    )

    out: Path = Field(
        description="Write to this folder.",
        json_schema_extra={"metavar": "DIR|ADDRESS"},
    )
    address: Annotated[str | None, AfterValidator(lambda given: given and checked(given))] = None
    scannet_root: Path | None = Field(None, description="Read ScanNet scans from this folder.")
    meta_info: Annotated[tuple[Path, ...], BeforeValidator(_paths)] = Field(
        (),
        description="Read VSI-Bench scene meta information from this file.",
        json_schema_extra=_PATH,
    )
    source: str | None = Field(
        None,
        description="Read this dataset through scenezoo.",
        json_schema_extra={"metavar": "scenezoo:NAME"},
    )
    root: Path | None = Field(None, description="Read the dataset of --source from this folder.")
    split: SplitChoice = Field(
        "train", description="Take scans from this official list: train, val, test or all."
    )
    holdout: Annotated[float, BeforeValidator(_share), Field(ge=0, lt=1)] = Field(
        0.0,
        description="Hold out this share of rooms, with all their scans, for a validation split, such as 5%.",
        json_schema_extra={"metavar": "SHARE"},
    )
    rules: str | Path = Field(
        "wide",
        description="Apply this rule set: wide, vsibench, vsi100k, posed, vsti, or a YAML file.",
        json_schema_extra={"metavar": "NAME|FILE"},
    )
    topic_file: Annotated[tuple[Path, ...], BeforeValidator(_paths)] = Field(
        (),
        description="Read a topic of your own from this Python file, which is run. --rules states its rules.",
        json_schema_extra=_PATH,
    )
    topics: Annotated[tuple[str, ...] | None, BeforeValidator(_words)] = Field(
        None,
        description="Use only these topics, separated by commas.",
        json_schema_extra={"metavar": "TOPICS"},
    )
    per_scene: Annotated[dict[str, Annotated[int, Field(ge=0)]] | None, BeforeValidator(_caps)] = Field(
        None,
        description="Ask at most N questions of a topic per scene.",
        json_schema_extra={"metavar": "TOPIC=N"},
    )
    frames: Annotated[int, Field(ge=0)] | None = Field(
        None,
        description="Use at most N frames of a scan that has a video stream; 0 for none (default: 16, or the "
        "number of the rule set).",
        json_schema_extra={"metavar": "N"},
    )
    frame_size: Annotated[int | tuple[int, int] | None, BeforeValidator(_size)] = Field(
        None,
        description="Resize frames to WIDTHxHEIGHT pixels, or to this longer side (default: as stored).",
        json_schema_extra={"metavar": "SIZE"},
    )
    frame_quality: Annotated[int, Field(ge=1, le=100)] = Field(
        90, description="Store resized frames as JPEG of this quality, 1 to 100."
    )
    visibility: bool = Field(
        True, description="Ask only about what the frames show (default), or about everything."
    )
    embed: bool = Field(False, description="Write a table of questions with frames inside, for streaming.")
    scenes: Annotated[tuple[str, ...] | None, BeforeValidator(_scenes)] = Field(
        None,
        description="Use only these scans: names or patterns, separated by commas, or N for the first N.",
        json_schema_extra={"metavar": "NAMES|N"},
    )
    engine: str = Field("local", description="Process scans here (local), or on a cluster (ray, slurm).")
    workers: Annotated[int, Field(ge=1)] | None = Field(
        None, description="Use this many processes (default: one per processor)."
    )
    slurm: Annotated[dict[str, str], BeforeValidator(_settings)] = Field(
        default_factory=dict,
        description="Set an option of sbatch, such as partition=cpu or time=2:00:00.",
        json_schema_extra={"metavar": "NAME=VALUE"},
    )
    seed: Annotated[int, Field(ge=0, le=LARGEST_SEED)] = Field(0, description="Set the random seed.")
    allow_benchmark_scenes: bool = Field(False, description="Use rooms of benchmarks, too.")
    forbid: Annotated[tuple[Path, ...], BeforeValidator(_paths)] = Field(
        (),
        description="Leave out the rooms in this CSV file (dataset,scene_name).",
        json_schema_extra=_PATH,
    )
    overwrite: bool = Field(
        False,
        description="Replace the build in the folder. An unfinished build with the same options is resumed.",
    )
    strict: bool = Field(False, description="Exit with status 1 if a scan was skipped.")

    @model_validator(mode="before")
    @classmethod
    def _built_here(cls, given: Any) -> Any:
        """Replace an address in `out` by a local folder, where the build is made and can be resumed."""
        if not isinstance(given, Mapping) or "out" not in given:
            return given
        options = {name: value for name, value in given.items() if name != "work"}
        if is_address(given["out"]):
            address = checked(given["out"])
            return options | {"address": address, "out": given.get("work") or work_folder(address)}
        if "work" in given:
            remedy = "Remove it: without an address, a build is made in the folder --out."
            raise OptionError("--work", "is only for a build that is written to an address.", remedy)
        return options


def read_options(config: Path | None, given: Mapping[str, Any]) -> BuildOptions:
    """Read options from a YAML file, with their names as keys, and from the command line.

    The command line has priority.

    Args:
        config: the YAML file; None without a file.
        given: the value of each option on the command line; None if it is not given.

    Raises:
        RulesError: an unknown key or a wrong value in the file, with its line.
        OptionError: a wrong value on the command line, or no --out.
    """
    data, lines = read_mapping(config) if config else ({}, {})
    stated = {name.replace("_", "-"): value for name, value in given.items() if value is not None}
    if "out" not in {*data, *stated}:
        raise OptionError("vsidata build", "needs an output folder.", "Pass a folder with --out.")
    lines = {where: line for where, line in lines.items() if where[0] not in stated}
    try:
        return validate(BuildOptions, {**data, **stated}, lines, config or Path("vsidata build"))
    except RulesError as error:
        if error.fault.startswith("line"):
            raise
        # the fault is not in the file
        raise OptionError("vsidata build", error.fault, error.remedy) from error
