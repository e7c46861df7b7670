"""Reads lists of scenes in CSV files: one dataset and scene per line, in any common spelling."""

import csv
import re
from collections.abc import Collection, Mapping
from importlib.resources.abc import Traversable
from pathlib import Path

from vsidata.errors import OptionError

_COLUMNS = ("dataset", "scene_name")

DATASETS = (
    "3dfront", "3rscan", "arkitscenes", "ase", "matterport3d", "multiscan", "s3dis", "scannet", "scannetpp",
    "scenenn", "structured3d", "synthetic",
)  # fmt: skip
"""Datasets that are always allowed in a list. `vsidata build` and scenezoo read them."""

# Other names of a dataset, in lower case without spaces, hyphens and underscores.
_SAME: Mapping[str, str] = {"scannetv2": "scannet", "scannet++": "scannetpp", "scannetppv2": "scannetpp"}

_SCANNET_SCAN = re.compile(r"scene\d{4}(_\d{2})?(?!\d)", re.ASCII)


def read_scene_list(
    file: Path | Traversable, known: Mapping[str, Collection[str]] | None = None
) -> list[tuple[str, str]]:
    """Return the scenes of a list, as (dataset, scene) in the spelling of the datasets.

    Upper and lower case, folders before a scene's name and file suffixes are accepted:
    `ScanNet,scans/Scene0191_00.sens` is `scannet`, `scene0191_00`. A room without a scan is accepted too:
    `scene0191`.

    Args:
        file: CSV with the columns `dataset` and `scene_name`.
        known: scenes by dataset. A list may contain these datasets and those of `DATASETS`.

    Raises:
        OptionError: the list cannot be read, lacks a column or a name, or has an unknown dataset.
    """
    known = {**dict.fromkeys(DATASETS, ()), **(known or {})}
    datasets = {_plain(dataset): dataset for dataset in known}
    spelled = {dataset: {name.casefold(): name for name in names} for dataset, names in known.items()}
    scenes = []
    for number, (written, scene) in enumerate(_rows(file), start=2):
        plain = _plain(written)
        dataset = datasets.get(_SAME.get(plain, plain))
        if dataset is None:
            fault = f"line {number} has the unknown dataset `{written}`"
            raise OptionError(str(file), fault, f"Choose from: {', '.join(sorted(known))}.")
        scenes.append((dataset, _scene_of(scene, spelled[dataset])))
    return scenes


def _scene_of(written: str, spelled: Mapping[str, str]) -> str:
    """Return a scene's name from the user's spelling. `spelled` has known names by their lower case."""
    path = written.replace("\\", "/").strip("/")
    last = path.rpartition("/")[2]
    for spelling in (path, last, last.partition(".")[0]):
        if name := spelled.get(spelling.casefold()):
            return name
    found = _SCANNET_SCAN.match(last.casefold())
    return found[0] if found else last


def _plain(dataset: str) -> str:
    return re.sub(r"[\s_-]", "", dataset.casefold())


def _rows(file: Path | Traversable) -> list[tuple[str, str]]:
    try:
        lines = file.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        fault = f"cannot be read: {error.strerror if isinstance(error, OSError) else 'it is not UTF-8 text'}"
        raise OptionError(str(file), fault, "Pass a CSV file with the columns dataset,scene_name.") from None
    try:
        rows = list(csv.DictReader(lines, skipinitialspace=True))
    except csv.Error as error:
        raise OptionError(str(file), f"is not a table: {error}", "Write lines dataset,scene_name.") from None
    for number, row in enumerate(rows, start=2):
        if not all((row.get(column) or "").strip() for column in _COLUMNS):
            fault = f"line {number} lacks a dataset or a scene"
            raise OptionError(str(file), fault, "Write both columns in each line: dataset,scene_name.")
    if not rows:
        raise OptionError(
            str(file), "lists no scenes", "Write a header, dataset,scene_name, and lines below it."
        )
    return [(row["dataset"].strip(), row["scene_name"].strip()) for row in rows]
