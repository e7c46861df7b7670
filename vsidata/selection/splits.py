"""Selects the scenes of a source for a build, and assigns a split to each of them."""

import hashlib
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from math import floor
from pathlib import Path

from vsidata.errors import OptionError, ScanError
from vsidata.selection.leak_guard import (
    Room,
    benchmark_lists,
    forbidden_rooms,
    scenes_of_forbidden_rooms,
    unknown_scenes,
)
from vsidata.selection.split_choice import SplitChoice
from vsidata.sources.official import ROOMS_LISTED_IN
from vsidata.sources.registry import Source

# The split to which the scans of each official list belong.
_SPLIT_NAMES = {"train": "train", "val": "validation", "test": "test"}


@dataclass(frozen=True)
class Selection:
    """The selected scenes, and the scenes that are left out.

    Attributes:
        split: the requested official list.
        split_of: the split by scene name, in the order of the names: `train`, `validation` or `test`.
        refused: scenes of forbidden rooms that the guard left out, with the list that forbids each.
        not_in_list: scenes of other official lists, which are left out, with the list that forbids the room
            of each, or None.
        admitted: scenes of forbidden rooms that are in `split_of` because the user lifted the guard.
        unlisted: scenes in none of the official lists of their dataset, which are left out.
        not_asked_for: scenes beyond the requested number, which are left out.
        rooms: number of rooms of each split in `split_of`.
        forbidden_rooms: number of rooms that each list forbids.
        unknown: the names in the user's own lists that match no known scan, by list.
    """

    split: SplitChoice
    split_of: Mapping[str, str]
    refused: Mapping[str, str]
    not_in_list: Mapping[str, str | None]
    admitted: Mapping[str, str]
    unlisted: Collection[str]
    not_asked_for: Collection[str]
    rooms: Mapping[str, int]
    forbidden_rooms: Mapping[str, int]
    unknown: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @property
    def counts(self) -> dict[str, int]:
        """Number of scans that were `found`, that are `used`, and that are left out for each reason.

        `not_in_list_of_benchmark` and `refused_of_benchmark` count those that show a benchmark's room.
        """
        left_out = {
            "not_in_list": len(self.not_in_list),
            "refused": len(self.refused),
            "unlisted": len(self.unlisted),
            "not_asked_for": len(self.not_asked_for),
        }
        return {
            "found": len(self.split_of) + sum(left_out.values()),
            "used": len(self.split_of),
            "not_in_list_of_benchmark": _of_benchmark(self.not_in_list),
            "refused_of_benchmark": _of_benchmark(self.refused),
            **left_out,
        }


def select(
    source: Source,
    *,
    split: SplitChoice = "train",
    holdout: float = 0.0,
    scenes: Sequence[str] | None = None,
    seed: int = 0,
    allow_benchmark_scenes: bool = False,
    forbid: Sequence[Path] = (),
) -> Selection:
    """Choose scenes by official lists, by name, and by the leak guard. Then hold rooms out.

    The source provides the official list and the room of each scene.

    Args:
        source: the source of the scenes.
        split: the official list to use. `all` also uses scans that are in no list, as `train`.
        holdout: the share of the `train` rooms that becomes `validation`, drawn by `held_out_rooms`.
        scenes: names or patterns (`scene00*`), or one number N for the first N scenes; None for all.
        seed: random seed of the rooms held out.
        allow_benchmark_scenes: whether to use scenes of forbidden rooms too.
        forbid: the user's own lists of forbidden scenes.

    Raises:
        OptionError: a name or pattern matches no scene, or no scene is left.
    """
    names, first_so_many = _named(source.names(), scenes)
    official = {name: source.official_split(name) for name in names}
    unlisted = [name for name in names if official[name] is None and split != "all"]
    wanted = [name for name in names if split == "all" or official[name] == split]
    scenes_at_hand = [(source.dataset_of(name), name) for name in source.names()]
    forbidden = forbidden_rooms(forbid, scenes_at_hand)
    room_of = {name: (dataset, source.room_of(name)) for dataset, name in scenes_at_hand}
    # The source may list more scans of a room than their names show. If one scan is forbidden, all scans of
    # its room are.
    by_name = scenes_of_forbidden_rooms(scenes_at_hand, forbidden)
    by_room = forbidden | {room_of[name]: forbidding for name, forbidding in by_name.items()}
    by_room |= _rooms_of_missing_scans(source, forbidden)
    found = {name: by_room[room_of[name]] for name in names if room_of[name] in by_room}
    refused = {} if allow_benchmark_scenes else {name: found[name] for name in wanted if name in found}
    allowed = [name for name in wanted if name not in refused]
    taken = allowed[:first_so_many]
    if not taken:
        raise _nothing_left(split, official, wanted, refused, set() if allow_benchmark_scenes else set(found))
    split_of = {name: _SPLIT_NAMES[official[name] or "train"] for name in taken}
    room = {name: " ".join(room_of[name]) for name in taken}
    held_out = held_out_rooms({room[name] for name in taken if split_of[name] == "train"}, holdout, seed)
    split_of = {
        name: "validation" if into == "train" and room[name] in held_out else into
        for name, into in split_of.items()
    }
    return Selection(
        split=split,
        split_of=split_of,
        refused=refused,
        not_in_list={
            name: found.get(name)
            for name in names
            if split != "all" and official[name] is not None and official[name] != split
        },
        admitted={name: forbidding for name, forbidding in found.items() if name in split_of},
        unlisted=unlisted,
        not_asked_for=allowed[len(taken) :],
        rooms=dict(Counter(into for _, into in sorted({(room[name], split_of[name]) for name in taken}))),
        forbidden_rooms=dict(Counter(forbidden.values())),
        unknown=unknown_scenes(forbid, scenes_at_hand),
    )


def _rooms_of_missing_scans(source: Source, forbidden: Mapping[Room, str]) -> dict[Room, str]:
    """Return the rooms of forbidden scans in datasets that list their rooms in a file.

    Raises:
        OptionError: the dataset needs a list of rooms, but the source has no such list.
    """
    at_hand = {source.dataset_of(name) for name in source.names()}
    found: dict[Room, str] = {}
    for (dataset, scan), forbidding in forbidden.items():
        listing = ROOMS_LISTED_IN.get(dataset)
        if listing is None or dataset not in at_hand:
            continue
        try:
            room = source.room_of_listed(scan)
        except ScanError:
            continue  # the dataset has no such scan: it counts as unknown
        if room is None:
            fault = f"has the scan {scan} of {dataset}, but only {listing.file} lists the scans of its room"
            raise OptionError(forbidding, fault, listing.remedy)
        found[dataset, room] = forbidding
    return found


def _of_benchmark(left_out: Mapping[str, str | None]) -> int:
    """Count the scenes that show a room of a benchmark. `left_out` has the list that forbids each scene."""
    benchmarks = benchmark_lists()
    return sum(forbidding in benchmarks for forbidding in left_out.values())


def held_out_rooms(rooms: Collection[str], share: float, seed: int) -> set[str]:
    """Draw the rooms to hold out: the requested share, rounded to whole rooms.

    Rooms are sorted by a hash of their name and the seed. The first rooms in this order are held out. Unless
    `share` is 0, at least one of two or more rooms is held out, and at least one is not.

    If rooms are added, the order of the other rooms stays the same, and only the end of the held-out part
    moves. So m added rooms change the side of at most m other rooms, all in the same direction.

    Args:
        rooms: the rooms to draw from.
        share: in [0, 1).
        seed: random seed. Another seed draws other rooms.
    """
    if not share or len(rooms) < 2:
        return set()
    line = sorted(rooms, key=lambda room: hashlib.sha256(f"holdout {seed} {room}".encode()).digest())
    return set(line[: min(max(floor(share * len(line) + 0.5), 1), len(line) - 1)])


def _named(names: Sequence[str], scenes: Sequence[str] | None) -> tuple[list[str], int | None]:
    """Return the names that match the user's choice, and the largest number of scenes to use."""
    if scenes is None:
        return list(names), None
    if len(scenes) == 1 and scenes[0].isdecimal():
        return list(names), int(scenes[0])
    for pattern in scenes:
        if not any(fnmatchcase(name, pattern) for name in names):
            fault = f"has `{pattern}`, which matches none of the {len(names):,} scenes"
            raise OptionError(
                "--scenes", fault, "Run `vsidata check` to list their names. `*` and `?` are wildcards."
            )
    return [name for name in names if any(fnmatchcase(name, pattern) for pattern in scenes)], None


def _nothing_left(
    split: str,
    official: Mapping[str, str | None],
    wanted: Sequence[str],
    refused: Mapping[str, str],
    guarded: Collection[str],
) -> OptionError:
    """Return the error for an empty selection.

    It has the number of scenes per reason, and the options that select scenes.

    Args:
        split: the requested official list.
        official: the list of each scene that the user selected by name.
        wanted: the scenes among them that are in that list.
        refused: the scenes of `wanted` that the guard left out.
        guarded: the scenes that the guard leaves out, for any list.
    """
    if refused:
        by_list = Counter(refused.values()).most_common()
        lists = ", ".join(f"{count:,} by {name}" for name, count in by_list)
        return OptionError(
            "the leak guard",
            f"refuses all {len(refused):,} scenes: they show rooms reserved for evaluation ({lists})",
            "Use other scenes. Or lift the guard with --allow-benchmark-scenes, and do not use those rooms "
            "to evaluate models that are trained on this build.",
        )
    if wanted:
        return OptionError("--scenes", "selects no scenes", "Select at least one scene.")
    found = Counter(official.values())
    elsewhere = ", ".join(
        f"{count:,} {f'in {name}' if name else 'in none of the official lists'}"
        for name, count in sorted(found.items(), key=lambda item: item[0] or "~")
    )
    count = len(official)
    whole = "the scene is not" if count == 1 else f"none of the {count:,} scenes is"
    choices = " or ".join(f"--split {name}" for name in sorted(filter(None, found))) or "--split all"
    remedy = f"Use {'it' if count == 1 else 'them'} with {choices}"
    if any(name and scene in guarded for scene, name in official.items()):
        remedy += (
            " and --allow-benchmark-scenes. Some of their rooms are reserved for evaluation, so do not use "
            "these rooms to evaluate models that are trained on this build"
        )
    return OptionError(f"--split {split}", f"{whole} in that list: {elsewhere}", f"{remedy}.")
