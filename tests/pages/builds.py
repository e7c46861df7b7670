"""Write builds by hand, quickly, with any names, any words and any number of scenes."""

import hashlib
from collections import Counter
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from tests.pages.rows import Row
from vsidata.dataset import schema
from vsidata.topics.rule_set import load_rules

_SCHEMAS = {"qa": schema.QA, "scenes": schema.SCENES, "frames": schema.FRAMES}


def write(
    out: Path,
    scenes: list[Row],
    questions: list[Row],
    frames: list[Row] | None = None,
    *,
    dataset: str = "synthetic",
    rules: str = "wide",
    failures: list[dict[str, str]] | None = None,
    drops: dict[str, dict[str, int]] | None = None,
    visibility: bool = True,
) -> Path:
    """Write a build of one split into a new folder, with the rows in the order of their scenes' names."""
    tables = {"qa": questions, "scenes": scenes, "frames": frames or []}
    files: dict[str, Any] = {}
    for table, rows in tables.items():
        if rows:
            path = out / table / "train-00000-of-00001.parquet"
            path.parent.mkdir(parents=True)
            in_order = sorted(rows, key=lambda row: row["scene_name"] or "")
            whole = pa.Table.from_pylist(in_order, schema=_SCHEMAS[table])
            pq.write_table(whole, path, row_group_size=1 if table == "frames" else 5_000)
            content = path.read_bytes()
            digest = hashlib.sha256(content).hexdigest()
            files[f"{table}/{path.name}"] = {"rows": len(rows), "bytes": len(content), "sha256": digest}
    rule_set = load_rules(rules)
    manifest = {
        "datasets": {dataset: len(scenes)},
        "options": {"seed": 0, "split": "train", "holdout": 0, "visibility": visibility, "frames": 16},
        "rules": {"name": rule_set.name, "digest": rule_set.digest, "resolved": rule_set.resolved},
        "versions": {"vsidata": "0.0.0"},
        "leak_guard": {"active": True, "forbidden_rooms": {}, "refused": {}, "admitted": {}},
        "scenes": {"train": len(scenes)},
        "frames": {
            "pictures": sum(len(row["images"] or []) for row in frames or []),
            "scenes with frames": len(frames or []),
            "scenes without": len(scenes) - len(frames or []),
            "scenes asked only what is seen": len(frames or []),
        },
        "set_aside": len(failures or []),
        "questions": {"train": dict(Counter(str(row["topic"]) for row in questions))},
        "drops": drops or {},
        "balance": {},
        "room_area_ratios": {},
        "files": files,
        "inputs": {},
    }
    out.mkdir(exist_ok=True)
    (out / "manifest.json").write_bytes(orjson.dumps(manifest))
    (out / "failures.jsonl").write_bytes(b"".join(orjson.dumps(one) + b"\n" for one in failures or []))
    return out
