"""The questions of a build, as rows, of which only some columns are read."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from vsidata.dataset.results import Row
from vsidata.errors import VsiError

_AGAIN = "Check the build with `vsidata verify`; copy it again, or build it again."


def asked_rows(build: Path, manifest: Mapping[str, Any], columns: Sequence[str]) -> list[Row]:
    """The rows of the table `qa`, in the order of the manifest's shards.

    Args:
        build: a build's folder.
        manifest: its manifest.
        columns: what to read; `margin` is that of the evidence.

    Raises:
        VsiError: a shard is missing, is no Parquet, or lacks a column; or there is no question.
    """
    rows: list[Row] = []
    for name in (name for name in manifest["files"] if name.startswith("qa/")):
        rows += _rows(build / name, columns)
    if not rows:
        raise VsiError(build, "holds no question.", "Name a build in which something is asked.")
    return rows


def _rows(path: Path, columns: Sequence[str]) -> list[Row]:
    paths = ["evidence.margin" if column == "margin" else column for column in columns]
    try:
        with pq.ParquetFile(path) as file:
            if lacking := {column.partition(".")[0] for column in paths} - {*file.schema_arrow.names}:
                fault = f"has no column {', '.join(f'`{name}`' for name in sorted(lacking))}."
                raise VsiError(path, fault, _AGAIN)
            table = file.read(columns=paths)
    except FileNotFoundError:
        raise VsiError(path, "is missing.", _AGAIN) from None
    except (pa.ArrowException, OSError) as error:
        raise VsiError(path, f"cannot be read: {' '.join(str(error).split())}.", _AGAIN) from error
    if "margin" in columns:
        margins = table["evidence"].combine_chunks().field("margin") if table.num_rows else pa.array([])
        table = table.drop_columns(["evidence"]).append_column("margin", margins)
    rows: list[Row] = table.to_pylist()
    return rows
