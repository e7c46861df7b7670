"""The questions of a build, as rows, of which only some columns are read."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from vsidata.dataset.results import Row
from vsidata.dataset.shard_rows import columns_of, shard_rows
from vsidata.errors import VsiError


def asked_rows(build: Path, manifest: Mapping[str, Any], columns: Sequence[str]) -> list[Row]:
    """The rows of the table `qa`, in the order of the manifest's shards, with the `room` that each is about.

    Builds of the first release do not say the room: their rows lack it.

    Args:
        build: a build's folder.
        manifest: its manifest.
        columns: what to read, dataset and scene_name among it; `margin` is that of the evidence.

    Raises:
        VsiError: a shard is missing, is no Parquet, or lacks a column; or there is no question.
    """
    paths = ["evidence.margin" if column == "margin" else column for column in columns]
    rows: list[Row] = []
    for name in (name for name in manifest["files"] if name.startswith("qa/")):
        rows += shard_rows(build / name, columns=paths)
    if not rows:
        raise VsiError(build, "holds no question.", "Name a build in which something is asked.")
    if "margin" in columns:
        for row in rows:
            row["margin"] = (row.pop("evidence") or {}).get("margin")
    rooms = _rooms(build, manifest)
    for row in rows:
        if room := rooms.get((row["dataset"], row["scene_name"])):
            row["room"] = room
    return rows


def _rooms(build: Path, manifest: Mapping[str, Any]) -> dict[tuple[str, str], str]:
    """The room of each scene, by dataset and scene, where the build says it."""
    rooms: dict[tuple[str, str], str] = {}
    for name in (name for name in manifest["files"] if name.startswith("scenes/")):
        if "room" in columns_of(build / name):
            scenes = shard_rows(build / name, columns=("dataset", "scene_name", "room"))
            rooms |= {(scene["dataset"], scene["scene_name"]): scene["room"] for scene in scenes}
    return rooms
