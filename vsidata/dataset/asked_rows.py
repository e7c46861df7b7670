"""The questions of a build, as rows, of which only some columns are read."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from vsidata.dataset.results import Row
from vsidata.dataset.shard_rows import shard_rows
from vsidata.errors import VsiError


def asked_rows(build: Path, manifest: Mapping[str, Any], columns: Sequence[str]) -> list[Row]:
    """The rows of the table `qa`, in the order of the manifest's shards.

    Args:
        build: a build's folder.
        manifest: its manifest.
        columns: what to read; `margin` is that of the evidence.

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
    return rows
