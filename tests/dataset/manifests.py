"""A manifest for tables that a test wrote by hand."""

import hashlib
import json
from collections import Counter
from pathlib import Path

import pyarrow.parquet as pq

from vsidata.dataset.manifest import MANIFEST
from vsidata.topics.rule_set import load_rules


def write_manifest(folder: Path, **entries: object) -> Path:
    """Write the manifest of the shards in a folder.

    Args:
        folder: the folder, with `qa/train-00000-of-00001.parquet` and similar files.
        entries: the entries of the manifest that differ.

    Returns:
        The folder.
    """
    files: dict[str, dict[str, object]] = {}
    rows: Counter[tuple[str, str]] = Counter()
    for path in sorted(folder.glob("*/*-of-*.parquet")):
        count, content = pq.read_metadata(path).num_rows, path.read_bytes()
        stated = {"rows": count, "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
        files[path.relative_to(folder).as_posix()] = stated
        rows[path.parent.name, path.name.partition("-")[0]] += count
    rules = load_rules("wide")
    manifest = {
        "format_version": 2,
        "datasets": {"scannet": 1},
        "options": {"seed": 0, "split": "train", "holdout": 0, "visibility": False, "frames": 16},
        "rules": {"name": rules.name, "digest": rules.digest, "resolved": rules.resolved},
        "versions": {"vsidata": "0.0.0"},
        "leak_guard": {"active": True, "refused": {}, "admitted": {}},
        "scenes": {split: rows["scenes", split] for split in sorted({split for _, split in rows})},
        "frames": {},
        "set_aside": 0,
        "questions": {split: {"any": rows["qa", split]} for split in sorted({split for _, split in rows})},
        "drops": {},
        "balance": {},
        "room_area_ratios": {},
        "files": files,
        "inputs": {},
        **entries,
    }
    (folder / MANIFEST).write_text(json.dumps(manifest))
    return folder
