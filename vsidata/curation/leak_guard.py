"""Rooms that a benchmark shows, or that ScanNet keeps for validation: no training set may hold scans of them.

VSI-Bench's 88 ScanNet scans are all in ScanNet's validation list, and 207 of that list's 312 scans show the
same rooms as they do. So it is the room that counts, not the scan.
"""

import csv
from collections.abc import Iterable, Mapping, Sequence
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

from vsidata.errors import OptionError
from vsidata.sources.official import official_splits, room_of

_COLUMNS = ("dataset", "scene_name")

Room = tuple[str, str]  # dataset and room


def forbidden_rooms(further: Sequence[Path] = ()) -> dict[Room, str]:
    """The rooms that no training set may show, and the list that forbids each.

    Args:
        further: the user's own lists, CSV files with the columns `dataset` and `scene_name`, in addition to
            ScanNet's validation list and to the lists in `data/benchmark_scenes`.

    Returns:
        The name of a list by (dataset, room); of several lists, the first.

    Raises:
        OptionError: a list cannot be read, or lacks a column or a name.
    """
    shipped = (resources.files("vsidata.curation") / "data" / "benchmark_scenes").iterdir()
    lists = [file for file in sorted(shipped, key=lambda file: file.name) if file.name.endswith(".csv")]
    forbidden = {
        ("scannet", room_of(scan)): "ScanNet's validation list"
        for scan, split in official_splits().items()
        if split == "val"
    }
    for file in (*lists, *further):
        for dataset, scene_name in _read_list(file):
            forbidden.setdefault((dataset, room_of(scene_name)), file.name)
    return forbidden


def scenes_of_forbidden_rooms(
    scenes: Iterable[tuple[str, str]], forbidden: Mapping[Room, str]
) -> dict[str, str]:
    """The scenes, of (dataset, name) each, that show a forbidden room; and the list that forbids it."""
    found = ((name, forbidden.get((dataset, room_of(name)))) for dataset, name in scenes)
    return {name: forbidding for name, forbidding in found if forbidding is not None}


def _read_list(file: Path | Traversable) -> list[tuple[str, str]]:
    try:
        lines = file.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        fault = f"cannot be read: {error.strerror if isinstance(error, OSError) else 'it is not UTF-8 text'}"
        raise OptionError(str(file), fault, "Name a CSV file with the columns dataset,scene_name.") from None
    try:
        rows = list(csv.DictReader(lines, skipinitialspace=True))
    except csv.Error as error:
        raise OptionError(str(file), f"is no table: {error}", "Write dataset,scene_name lines.") from None
    for number, row in enumerate(rows, start=2):
        if not all((row.get(column) or "").strip() for column in _COLUMNS):
            fault = f"line {number} does not name a dataset and a scene"
            raise OptionError(str(file), fault, "Give each line both columns: dataset,scene_name.")
    if not rows:
        raise OptionError(
            str(file), "names no scene", "Give it a header, dataset,scene_name, and lines below."
        )
    return [(row["dataset"].strip(), row["scene_name"].strip()) for row in rows]
