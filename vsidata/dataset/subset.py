"""Write a build with some of the questions of another build, and with the same scenes and pictures."""

import os
import shutil
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from vsidata.dataset.build import Build
from vsidata.dataset.card import card
from vsidata.dataset.frames_file import embedded, is_heavy
from vsidata.dataset.manifest import manifest_bytes
from vsidata.dataset.manifest_form import Manifest, ShardEntry
from vsidata.dataset.results import Row
from vsidata.dataset.shard_reading import check_bytes, check_shard
from vsidata.dataset.shards import ShardWriter
from vsidata.dataset.tables import TABLES, tables_of_build
from vsidata.errors import BuildError
from vsidata.files.atomic import need_new, whole_folder, write_whole
from vsidata.files.safe_files import read_regular

_FAILURES = "failures.jsonl"


def write_subset(
    build: Build,
    kept: Collection[str],
    out: Path,
    *,
    reason: str,
    added: Mapping[str, Any],
    beside: Mapping[str, bytes],
) -> Manifest:
    """Write a complete build with some of the questions of another build.

    The folder gets its name when the build is complete. The tables of scenes and frames are the same files
    (hard links, or copies on another disk), because no build changes a file in place.

    Args:
        build: the other build.
        kept: ids of the questions to keep.
        out: a folder that does not exist, or is empty.
        reason: the reason for leaving out the other questions, for `drops` of the manifest.
        added: further entries of the manifest.
        beside: further files, by name.

    Returns:
        The manifest.

    Raises:
        OptionError: `out` is not empty.
        VsiError: the other build cannot be read, its shards differ from its manifest, it changed meanwhile,
            or the output cannot be written.
    """
    need_new(out)
    build.fetch(build.manifest.files)
    try:
        with whole_folder(out) as folder:
            parts = [_write_split(build, kept, split, folder) for split in build.splits]
            if (failures := build.folder / _FAILURES).is_file():
                write_whole(folder / _FAILURES, [read_regular(failures)])
            less = build.manifest.changed(_changes(build.manifest, parts, reason) | {**added})
            write_whole(folder / "README.md", [card(less).encode()])
            write_whole(folder / "manifest.json", [manifest_bytes(less)])
            for name, content in beside.items():
                write_whole(folder / name, [content])
            build.check_unchanged()
    except pa.ArrowException as error:
        fault = f"cannot be read: {' '.join(str(error).split())}."
        raise BuildError(build.folder, fault, "Check it with `vsidata verify`.") from error
    return less


@dataclass(frozen=True)
class _WrittenSplit:
    """A written split: its files, questions kept and left out by topic, and scenes heavy to read."""

    split: str
    files: Mapping[str, ShardEntry]
    kept: Counter[str]
    dropped: Counter[str]
    heavy: int


def _write_split(build: Build, kept: Collection[str], split: str, folder: Path) -> _WrittenSplit:
    stated = build.manifest.files
    of_table = _of_split(stated, split)
    left: Counter[str] = Counter()
    dropped: Counter[str] = Counter()
    heavy = 0
    tables = {table.name: table for table in tables_of_build(build.manifest.options.named_frames)}
    qa, inside = (ShardWriter(tables[name], split, folder) for name in ("qa", "embedded"))
    frames = _frames(build.shards("frames", split)) if of_table["embedded"] else {}
    for name in of_table["qa"]:
        check_bytes(build.folder / name, stated[name])
    try:
        for scene, own in groupby(build.rows("qa", split), _scene):
            asked = []
            for row in own:
                if row["id"] in kept:
                    asked.append(row)
                    left[row["topic"]] += 1
                else:
                    dropped[row["topic"]] += 1
            qa.add(asked)
            if asked and scene in frames:
                path, place = frames[scene]
                with pq.ParquetFile(path) as file:
                    shown = file.read_row_group(place)
                inside.add_group(embedded(asked, shown, inside.table.schema))
                heavy += is_heavy(len(asked), shown)
        shards = [*qa.finish(folder), *inside.finish(folder)]
    finally:
        qa.abandon()
        inside.abandon()
    files = {shard.path: ShardEntry.model_validate(shard, from_attributes=True) for shard in shards}
    for name in (*of_table["scenes"], *of_table["frames"]):
        _link_or_copy(build.folder / name, folder / name)
        check_bytes(folder / name, stated[name])
        files[name] = stated[name]
    return _WrittenSplit(split, files, left, dropped, heavy)


def _of_split(files: Mapping[str, ShardEntry], split: str) -> dict[str, list[str]]:
    """The shards of a split, by table."""
    return {
        table.name: [path for path in files if path.startswith(f"{table.name}/{split}-")] for table in TABLES
    }


def _changes(manifest: Manifest, parts: Sequence[_WrittenSplit], reason: str) -> dict[str, Any]:
    """The changed entries of the manifest."""
    files = {path: shard for part in parts for path, shard in part.files.items()}
    dropped = sum((part.dropped for part in parts), Counter[str]())
    drops = {topic: dict(reasons) for topic, reasons in manifest.drops.items()}
    for topic, count in dropped.items():
        drops[topic] = dict(sorted({**drops.get(topic, {}), reason: count}.items()))
    frames = dict(manifest.frames)
    if "scenes heavy to read embedded" in frames:
        frames["scenes heavy to read embedded"] = sum(part.heavy for part in parts)
    of_table = [_of_split(files, part.split)[table.name] for part in parts for table in TABLES]
    return {
        "frames": frames,
        "questions": {part.split: dict(sorted(part.kept.items())) for part in parts},
        "drops": dict(sorted(drops.items())),
        "files": {path: files[path].model_dump() for paths in of_table for path in paths},
    }


def _scene(row: Row) -> str:
    return str(row["scene_name"])


def _frames(shards: Sequence[Path]) -> dict[str, tuple[Path, int]]:
    """The shard and the row group with the frames of each scene. A row group has only one scene."""
    found: dict[str, tuple[Path, int]] = {}
    for path in shards:
        check_shard(path)
        names = pq.read_table(path, columns=["scene_name"])["scene_name"].to_pylist()
        found |= {name: (path, place) for place, name in enumerate(names)}
    return found


def _link_or_copy(source: Path, to: Path) -> None:
    source = source.resolve()  # a link to a link may be broken in another folder
    check_shard(source)
    to.parent.mkdir(exist_ok=True)
    try:
        os.link(source, to)
    except OSError:  # on another disk, or on a disk without hard links
        shutil.copy2(source, to)
