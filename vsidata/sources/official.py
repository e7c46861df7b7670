"""ScanNet's official lists, and the rooms behind the names of its scans."""

import re
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Literal, get_args

OfficialSplit = Literal["train", "val", "test"]

_ROOM = re.compile(r"(scene\d{4})_\d{2}", re.ASCII)


@cache
def official_splits() -> Mapping[str, OfficialSplit]:
    """The official list of each of ScanNet's 1,613 scans. Source: `data/SOURCES.md`."""
    folder = resources.files("vsidata.sources") / "data"
    return {
        name: split
        for split in get_args(OfficialSplit)
        for name in (folder / f"scannetv2_{split}.txt").read_text(encoding="ascii").split()
    }


def room_of(scene_name: str) -> str:
    """The room that a scan shows: `scene0000` for `scene0000_00` and its rescans; else the scene itself."""
    named = _ROOM.fullmatch(scene_name)
    return named[1] if named else scene_name
