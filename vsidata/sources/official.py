"""The official list and the room of each scan, for the datasets that publish them.

| dataset | room | official lists |
| --- | --- | --- |
| `scannet` | `scene0000` for `scene0000_00` and its rescans | `train`, `val`, `test` |
| `arkitscenes` | the visit of a video: one phone's 1 to 8 videos of one place | `train`, `val` (folds) |
| `scannetpp` | each scene: no list states which scenes share a room | `val` (`nvs_sem_val`) |
| `3rscan` | the room's first scan, from `3RScan.json` (`SceneZoo.room_of`) | `train`, `val`, `test` there |
| others | as for `scannet`, or `scene_00000` for `scene_00000_00` (MultiScan); else each scan | none |

`data/SOURCES.md` states where the files come from.
"""

import csv
import re
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any, Literal, NamedTuple, get_args

OfficialSplit = Literal["train", "val", "test"]

_ROOM = re.compile(r"(scene\d{4}|scene_\d{5})_\d{2}", re.ASCII)
_FOLDS: Mapping[str, OfficialSplit] = {"Training": "train", "Validation": "val"}
_DATA = resources.files("vsidata.sources") / "data"


class _Video(NamedTuple):
    visit: str
    split: OfficialSplit


class RoomList(NamedTuple):
    """The file of a dataset that lists the scans of each room, and the remedy if the file was not read."""

    file: str
    remedy: str


ROOMS_LISTED_IN: Mapping[str, RoomList] = {
    "3rscan": RoomList(
        "3RScan.json",
        "Read the scans with --source scenezoo:3rscan, and put 3RScan.json from 3RScan's page next to them.",
    ),
}
"""Datasets that list their rooms in a file, because the names of their scans do not show the room."""


@cache
def official_lists(dataset: str) -> Mapping[str, OfficialSplit]:
    """Return the official list of each scan of a dataset; empty if this package has no list of it."""
    if dataset == "scannet":
        return {
            name: split
            for split in get_args(OfficialSplit)
            for name in (_DATA / f"scannetv2_{split}.txt").read_text(encoding="ascii").split()
        }
    if dataset == "arkitscenes":
        return {name: video.split for name, video in _videos().items()}
    if dataset == "scannetpp":
        return dict.fromkeys((_DATA / "scannetpp_nvs_sem_val.txt").read_text(encoding="ascii").split(), "val")
    return {}


def official_split(dataset: str, scene_name: str) -> OfficialSplit | None:
    """Return the official list that contains a scan; None if no list contains the scan.

    If this package has no `train` list of the dataset, a scan that is in no other list counts as `train`.
    """
    lists = official_lists(dataset)
    return lists.get(scene_name, None if "train" in lists.values() else "train")


def room_of(dataset: str, scene_name: str) -> str:
    """Return the name of the room that a scan shows.

    It is unique in the dataset. All scans of a room have the same room name.

    If the visit of an ARKitScenes video is unknown (`NA` in the file, or no row), the video counts as a room
    of its own.
    """
    if dataset == "arkitscenes":
        video = _videos().get(scene_name)
        return f"visit {video.visit}" if video and video.visit != "NA" else scene_name
    named = _ROOM.fullmatch(scene_name)
    return named[1] if named else scene_name


def room_of_row(row: Mapping[str, Any]) -> str:
    """Return the dataset and the room of a question or scene as one text, the same for all scans of a room.

    Args:
        row: has `dataset` and `scene_name`, and `room` if the build has this column. The column is needed for
            3RScan, because the names of its scans do not show the room.
    """
    dataset, scene_name = str(row["dataset"]), str(row["scene_name"])
    return f"{dataset} {row.get('room') or room_of(dataset, scene_name)}"


@cache
def _videos() -> Mapping[str, _Video]:
    """Return the videos of ARKitScenes by their id."""
    text = (_DATA / "arkitscenes_3dod_train_val_splits.csv").read_text(encoding="ascii")
    return {
        row["video_id"]: _Video(row["visit_id"], _FOLDS[row["fold"]])
        for row in csv.DictReader(text.splitlines())
    }
