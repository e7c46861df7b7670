"""Keeps rooms of benchmarks and of official validation lists out of training sets.

All 88 ScanNet scans of VSI-Bench are in ScanNet's validation list. 207 of the 312 scans in that list show the
same rooms. The 150 ARKitScenes videos of VSI-Bench show the same visits as 300 other videos, two of which are
in the Training fold. So the guard works by room, not by scan.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib import resources
from pathlib import Path

from vsidata.selection.scene_list import read_scene_list
from vsidata.sources.official import official_lists, room_of

_VALIDATION_LISTS = {
    "scannet": "ScanNet's validation list",
    "arkitscenes": "ARKitScenes' validation fold",
}

Room = tuple[str, str]  # dataset and room


def forbidden_rooms(further: Sequence[Path] = (), scenes: Iterable[tuple[str, str]] = ()) -> dict[Room, str]:
    """Return the rooms that a training set must not show, and the list that forbids each.

    Args:
        further: the user's own lists, CSV files with the columns `dataset` and `scene_name`, in addition to
            the validation lists of ScanNet and ARKitScenes and to the lists in `data/benchmark_scenes`.
        scenes: (dataset, name) of each available scene. The user's lists may spell the names differently.

    Returns:
        The name of a list by (dataset, room). If several lists forbid a room, it is the list of a benchmark,
        else a validation list, else the user's own list.

    Raises:
        OptionError: a list cannot be read, lacks a column or a name, or has an unknown dataset.
    """
    known = _known_scenes(scenes)
    lists = [
        *_shipped_lists().items(),
        *((name, _validation_list(dataset)) for dataset, name in _VALIDATION_LISTS.items()),
        *((file.name, read_scene_list(file, known)) for file in further),
    ]
    forbidden: dict[Room, str] = {}
    for name, listed in lists:
        for dataset, scene_name in listed:
            forbidden.setdefault((dataset, room_of(dataset, scene_name)), name)
    return forbidden


def benchmark_lists() -> set[str]:
    """Return the names of the benchmarks' lists, as in the result of `forbidden_rooms`."""
    return {*_shipped_lists()}


def unknown_scenes(further: Sequence[Path], scenes: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """Return the scenes of a user's lists with an unknown room.

    A room is unknown if it is not available, and in no official or shipped list.

    Args:
        further, scenes: as for `forbidden_rooms`.

    Returns:
        The names of the scenes by list, without empty lists.
    """
    known = _known_scenes(scenes)
    rooms = {(dataset, room_of(dataset, name)) for dataset, names in known.items() for name in names}
    found = {
        file.name: [
            name
            for dataset, name in read_scene_list(file, known)
            if (dataset, room_of(dataset, name)) not in rooms
        ]
        for file in further
    }
    return {name: unknown for name, unknown in found.items() if unknown}


def scenes_of_forbidden_rooms(
    scenes: Iterable[tuple[str, str]], forbidden: Mapping[Room, str]
) -> dict[str, str]:
    """Return which scenes, given as (dataset, name), show a forbidden room, and the list that forbids it."""
    found = ((name, forbidden.get((dataset, room_of(dataset, name)))) for dataset, name in scenes)
    return {name: forbidding for name, forbidding in found if forbidding is not None}


def _validation_list(dataset: str) -> list[tuple[str, str]]:
    return [(dataset, scan) for scan, split in official_lists(dataset).items() if split == "val"]


@cache
def _shipped_lists() -> Mapping[str, Sequence[tuple[str, str]]]:
    """Return the benchmarks' lists by file name."""
    shipped = (resources.files("vsidata.selection") / "data" / "benchmark_scenes").iterdir()
    lists = [file for file in sorted(shipped, key=lambda file: file.name) if file.name.endswith(".csv")]
    return {file.name: read_scene_list(file) for file in lists}


def _known_scenes(scenes: Iterable[tuple[str, str]]) -> dict[str, set[str]]:
    """Return scenes by dataset: those that are available, in official lists, or in benchmarks."""
    known: dict[str, set[str]] = defaultdict(set)
    for dataset in _VALIDATION_LISTS:
        known[dataset] = {*official_lists(dataset)}
    for listed in (*_shipped_lists().values(), scenes):
        for dataset, name in listed:
            known[dataset].add(name)
    return known
