"""VSTI-Bench: its rows in the form of this package, and its two versions."""

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import PurePosixPath
from typing import Any

from vsidata.errors import OptionError
from vsidata.rules.constant import Rules, StatedConstant
from vsidata.rules.strict_yaml import read_packaged

Row = Mapping[str, Any]

VERSION = "vsti_version"
"""The column with the number of questions of the copy of VSTI-Bench that a question comes from."""

_DATASET = "scannet"  # the only dataset of its videos


class _Version(Rules):
    questions: int
    name: str
    note: str


class VstiBench(Rules):
    """The content of vsti.yaml.

    Attributes:
        source: the sources.
        tasks: score → question types.
        heads: the names of the scores in tables.
        numbers: scores with numbers as answers → their unit.
        frames: the number of frames that its questions number.
        versions: its versions, the older one first.
    """

    source: str
    tasks: dict[str, tuple[str, ...]]
    heads: tuple[str, ...]
    numbers: dict[str, str]
    frames: StatedConstant
    versions: tuple[_Version, ...]


@cache
def vsti() -> VstiBench:
    """The facts about the benchmark."""
    return read_packaged(VstiBench, __package__, "vsti.yaml")


def is_vsti(rows: Sequence[Any]) -> bool:
    """Return whether all rows of a benchmark's file are of question types of VSTI-Bench."""
    kinds = {kind for kinds in vsti().tasks.values() for kind in kinds}
    return bool(rows) and all(isinstance(row, dict) and row.get("question_type") in kinds for row in rows)


def vsti_rows(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows of a copy of VSTI-Bench, with the columns of VSI-Bench's rows.

    The letter of a choice is in its column `mc_answer`, and the word in `ground_truth`. The scene is part of
    `video_path`. A number may be a number or a text.
    """
    return [_vsti_row(row, len(rows)) for row in rows]


def _vsti_row(row: dict[str, Any], questions: int) -> dict[str, Any]:
    found = {**row, VERSION: questions, "options": row.get("options") or None}
    path = PurePosixPath(str(row.get("video_path") or ""))
    found["scene_name"] = row.get("scene_name") or path.stem or None
    found["dataset"] = row.get("dataset") or _DATASET
    truth = row.get("ground_truth")
    found["ground_truth"] = str(truth) if isinstance(truth, int | float) else truth
    if found["options"] and row.get("mc_answer"):
        found |= {"answer": found["ground_truth"], "ground_truth": row["mc_answer"]}
    if unit := vsti().numbers.get(row["question_type"]):
        found |= {"unit": unit, "options": None}
    return found


def version_in_words(rows: Sequence[Row]) -> str | None:
    """A sentence about the version of VSTI-Bench that questions come from; None for other questions.

    Raises:
        OptionError: the questions come from several versions.
    """
    counts = sorted({row[VERSION] for row in rows if row.get(VERSION)})
    if not counts:
        return None
    if len(counts) > 1:
        names = ", ".join(_name(count) for count in counts)
        fault = f"contains questions of several copies of VSTI-Bench: {names}. Their answers differ."
        raise OptionError("the predictions", fault, "Score the predictions for each copy separately.")
    known = next((it for it in vsti().versions if it.questions == counts[0]), None)
    if known is not None:
        return f"VSTI-Bench {known.name} ({known.questions:,} questions): {known.note}."
    versions = ", ".join(f"{it.questions:,} {it.name}" for it in vsti().versions)
    return (
        f"VSTI-Bench, version not known: the file has {counts[0]:,} questions, and the versions have "
        f"{versions}. Results of different versions are not comparable."
    )


def other_version(rows: Sequence[Row], data: Sequence[Row]) -> str | None:
    """A warning if predictions were made for another copy of VSTI-Bench than the data; None otherwise.

    Args:
        rows: the questions that were stored with the predictions. For predictions without questions, their
            number tells the version.
        data: the questions that are scored.
    """
    theirs = {row[VERSION] for row in rows if row.get(VERSION)}
    theirs |= {it.questions for it in vsti().versions if it.questions == len(rows) and not theirs}
    ours = {row[VERSION] for row in data if row.get(VERSION)}
    if not theirs or not ours or theirs == ours:
        return None
    of_predictions, of_data = (" and ".join(map(_name, sorted(them))) for them in (theirs, ours))
    return (
        f"The predictions were made for VSTI-Bench with {of_predictions}, but are scored with {of_data}. "
        "Answers differ between the versions, so compare only results of the same version."
    )


def _name(count: int) -> str:
    known = next((it.name for it in vsti().versions if it.questions == count), "version not known")
    return f"{count:,} questions ({known})"
