"""Which scenes of a source a build takes, and into which split each of them goes."""

import hashlib
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Literal

from vsidata.curation.leak_guard import forbidden_rooms, scenes_of_forbidden_rooms, unknown_scenes
from vsidata.errors import OptionError
from vsidata.sources.official import official_splits, room_of
from vsidata.sources.registry import Source

SplitChoice = Literal["train", "val", "test", "all"]

# The split of a dataset that holds the scans of an official list.
_SPLIT_NAMES = {"train": "train", "val": "validation", "test": "test"}


@dataclass(frozen=True)
class Selection:
    """What a build takes.

    Attributes:
        split_of: the split by scene name, in the order of the names: `train`, `validation` or `test`.
        refused: scenes of forbidden rooms that were left out, and the list that forbids each.
        admitted: scenes of forbidden rooms that are in `split_of`, because the user lifted the guard.
        unlisted: scans that bear a name of ScanNet's form, but stand in none of its lists; left out.
        forbidden_rooms: how many rooms each list forbids that the guard went by.
        unknown: names in the user's own lists that match no known scan, by list.
    """

    split_of: Mapping[str, str]
    refused: Mapping[str, str]
    admitted: Mapping[str, str]
    unlisted: Collection[str]
    forbidden_rooms: Mapping[str, int]
    unknown: Mapping[str, Sequence[str]] = field(default_factory=dict)


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
    """Choose scenes by ScanNet's official lists, by name, and by the leak guard; then hold rooms out.

    Official lists apply to the dataset `scannet` only. Scenes of other datasets count as `train`.

    Args:
        source: where the scenes come from.
        split: the official list to take; `all` also takes scans that stand in none, as `train`.
        holdout: the share of the `train` rooms that goes to `validation`, as `held_out_rooms` draws them.
        scenes: names or patterns (`scene00*`), or one number: the first so many; None for all.
        seed: of the rooms held out.
        allow_benchmark_scenes: take scenes of forbidden rooms too.
        forbid: the user's own lists of forbidden scenes.

    Raises:
        OptionError: a name or pattern fits no scene, or no scene is left.
    """
    names, first_so_many = _named(source.names(), scenes)
    official = {name: _official_split(source, name) for name in names}
    unlisted = [name for name in names if official[name] is None and split != "all"]
    wanted = [name for name in names if split == "all" or official[name] == split]
    scenes_at_hand = [(source.dataset_of(name), name) for name in source.names()]
    forbidden = forbidden_rooms(forbid, scenes_at_hand)
    found = scenes_of_forbidden_rooms(((source.dataset_of(name), name) for name in wanted), forbidden)
    refused = {} if allow_benchmark_scenes else found
    taken = [name for name in wanted if name not in refused][:first_so_many]
    if not taken:
        raise _nothing_left(source, split, names, wanted, refused, unlisted)
    split_of = {name: _SPLIT_NAMES[official[name] or "train"] for name in taken}
    in_training = {room_of(name) for name, name_of_split in split_of.items() if name_of_split == "train"}
    held_out = held_out_rooms(in_training, holdout, seed)
    return Selection(
        split_of={
            name: "validation" if room_of(name) in held_out else into for name, into in split_of.items()
        },
        refused=refused,
        admitted={name: forbidding for name, forbidding in found.items() if name in split_of},
        unlisted=unlisted,
        forbidden_rooms=dict(Counter(forbidden.values())),
        unknown=unknown_scenes(forbid, scenes_at_hand),
    )


def held_out_rooms(rooms: Collection[str], share: float, seed: int) -> set[str]:
    """Draw rooms to hold out, each on its own: other rooms that come or go change nothing for it.

    So the number drawn scatters about `share` of all. Of two rooms or more, at least one is drawn and at
    least one is not, unless `share` is 0: where chance would have it otherwise, one room changes sides.

    Args:
        rooms: the rooms to draw from.
        share: in [0, 1).
        seed: another seed draws other rooms.
    """
    if not share or len(rooms) < 2:
        return set()
    place = {room: _place_in_line(room, seed) for room in rooms}
    drawn = {room for room in rooms if place[room] < share}
    if not drawn:
        return {min(rooms, key=place.__getitem__)}
    return drawn - {max(rooms, key=place.__getitem__)} if len(drawn) == len(rooms) else drawn


def _place_in_line(room: str, seed: int) -> float:
    """A number in [0, 1) that depends on the room's name and the seed alone."""
    digest = hashlib.sha256(f"holdout {seed} {room}".encode()).digest()
    return int.from_bytes(digest[:6], "big") / 2**48


def _official_split(source: Source, name: str) -> str | None:
    return official_splits().get(name) if source.dataset_of(name) == "scannet" else "train"


def _named(names: Sequence[str], scenes: Sequence[str] | None) -> tuple[list[str], int | None]:
    """The names that the user asks for, and how many of those left in the end."""
    if scenes is None:
        return list(names), None
    if len(scenes) == 1 and scenes[0].isdecimal():
        return list(names), int(scenes[0])
    for pattern in scenes:
        if not any(fnmatchcase(name, pattern) for name in names):
            fault = f"`{pattern}` fits none of the {len(names):,} scenes"
            raise OptionError(
                "--scenes", fault, "`vsidata check` lists their names; `*` and `?` stand for others."
            )
    return [name for name in names if any(fnmatchcase(name, pattern) for pattern in scenes)], None


def _nothing_left(
    source: Source,
    split: str,
    names: Sequence[str],
    wanted: Sequence[str],
    refused: Mapping[str, str],
    unlisted: Sequence[str],
) -> OptionError:
    """Why no scene is left, in numbers."""
    if refused:
        lists = ", ".join(f"{count:,} by {name}" for name, count in Counter(refused.values()).items())
        return OptionError(
            "the leak guard",
            f"refuses all {len(refused):,} scenes: they show rooms that are kept for evaluation ({lists})",
            "Take other scenes; or lift the guard with --allow-benchmark-scenes, and evaluate nothing on "
            "those rooms that was trained on the result.",
        )
    if not wanted and unlisted:
        fault = f"no scene is in ScanNet's list; {len(unlisted):,} of {len(names):,} are in none of its lists"
        return OptionError(f"--split {split}", fault, "Take them all the same with --split all.")
    if not wanted:
        fault = f"none of the {len(names):,} scenes of {source.dataset} is in that list"
        return OptionError(
            f"--split {split}", fault, "Choose another --split; `vsidata check` names each scan's."
        )
    return OptionError("--scenes", "asks for no scene at all", "Ask for at least one.")
