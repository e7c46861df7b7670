"""Small builds with pinned values, which show unintended changes."""

import hashlib
import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pyarrow.parquet as pq

from vsidata.pipeline.build import BuildOptions, build
from vsidata.synthetic.write import write_scans

RULES = ("wide", "vsibench", "vsi100k")
SEEDS = (0, 1)
TABLES = ("qa", "scenes", "frames", "embedded")
_DIGITS = 6  # decimals: a micrometre; another order of additions changes far less


def rooms(root: Path) -> Path:
    """Two furnished rooms with streams."""
    write_scans(root, scenes=2, seed=0, frames=24)
    return root


def built(root: Path, out: Path, rules: str, seed: int) -> Path:
    """Build all topics of a rule set from the scans of a root, also with frames inside the questions."""
    options = BuildOptions(
        out=out,
        scannet_root=root,
        rules=rules,
        seed=seed,
        frames=4,
        frame_size=64,
        embed=True,
        workers=1,
    )
    return build(options).out


def pinned(build: Path) -> dict[str, dict[str, dict[str, Any]]]:
    """Return the number of rows and a digest of the values, in order, of each column of each table.

    The digest of a picture is that of its width and height, because its bytes depend on the library that
    encodes it. A field of a structure, such as `evidence.margin`, counts as a column.
    """
    return {name: _columns(pq.read_table(build / name).flatten()) for name in TABLES}


def _columns(table: Any) -> dict[str, dict[str, Any]]:
    return {
        name: {"rows": len(column), "digest": _digest([_plain(value) for value in column.to_pylist()])}
        for name, column in zip(table.column_names, table.columns, strict=True)
    }


def _digest(values: Any) -> str:
    return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()[:16]


def _plain(value: Any) -> Any:
    match value:
        case dict():
            return {key: _plain(each) for key, each in value.items()}
        case list():
            return [_plain(each) for each in value]
        case bytes():
            picture = cv2.imdecode(np.frombuffer(value, np.uint8), cv2.IMREAD_COLOR)
            return picture.shape[:2]
        case float():
            return round(value, _DIGITS) + 0.0  # no minus zero
        case _:
            return value
