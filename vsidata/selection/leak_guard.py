"""Keeps rooms of benchmarks and of official validation lists out of training sets.

VSI-Bench's 88 ScanNet scans are all in ScanNet's validation list, and 207 of that list's 312 scans show the
same rooms. Its 150 videos of ARKitScenes have 300 siblings from the same visits, two of them in the Training
fold. So the guard works by room, not by scan.
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
    """The rooms that a training set must not show, and the list that forbids each.

    Args:
        further: the user's own lists, CSV files with the columns `dataset` and `scene_name`, in addition to
            the validation lists of ScanNet and ARKitScenes and to the lists in `data/benchmark_scenes`.
        scenes: (dataset, name) of each available scene: the user's lists may spell the names differently.

    Returns:
        The name of a list by (dataset, room). If there are several, it is a benchmark's, else a validation
        list, else the user's own.

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
    """The names of the lists of benchmark rooms, as in the result of `forbidden_rooms`."""
    return {*_shipped_lists()}


def unknown_scenes(further: Sequence[Path], scenes: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """The scenes of a user's lists with a room that is neither available nor in an official or shipped list.

    Args:
        further, scenes: as for `forbidden_rooms`.

    Returns:
        Their names by list, without empty lists.
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
    """The scenes, given as (dataset, name), that show a forbidden room, and the list that forbids it."""
    found = ((name, forbidden.get((dataset, room_of(dataset, name)))) for dataset, name in scenes)
    return {name: forbidding for name, forbidding in found if forbidding is not None}


def _validation_list(dataset: str) -> list[tuple[str, str]]:
    return [(dataset, scan) for scan, split in official_lists(dataset).items() if split == "val"]


@cache
def _shipped_lists() -> Mapping[str, Sequence[tuple[str, str]]]:
    """The benchmarks' lists by file name."""
    shipped = (resources.files("vsidata.selection") / "data" / "benchmark_scenes").iterdir()
    lists = [file for file in sorted(shipped, key=lambda file: file.name) if file.name.endswith(".csv")]
    return {file.name: read_scene_list(file) for file in lists}


def _known_scenes(scenes: Iterable[tuple[str, str]]) -> dict[str, set[str]]:
    """Scenes by dataset: available ones, those of official lists, and those of benchmarks."""
    known: dict[str, set[str]] = defaultdict(set)
    for dataset in _VALIDATION_LISTS:
        known[dataset] = {*official_lists(dataset)}
    for listed in (*_shipped_lists().values(), scenes):
        for dataset, name in listed:
            known[dataset].add(name)
    return known
