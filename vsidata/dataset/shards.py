"""Write rows to Parquet shards. Only one row group is in memory, for any number of scenes."""

import hashlib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from vsidata.dataset.results import Row
from vsidata.files.safe_files import UNFINISHED, own_folder


@dataclass(frozen=True)
class Table:
    """One of a build's tables: its folder, its columns, and the sizes of its shards.

    Attributes:
        name: the folder of its shards. It is also the name of its configuration in the card.
        schema: its columns.
        key: the columns that identify a row: unique in a build.
        shard_rows: the number of rows after which a shard is closed. The last shard has the rest.
        group_rows: the number of rows per row group. The writer keeps one row group in memory. Complete row
            groups are written unchanged.
        writing: further options of `pyarrow.parquet.ParquetWriter`.
    """

    name: str
    schema: pa.Schema
    key: tuple[str, ...]
    shard_rows: int
    group_rows: int = 1
    writing: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Shard:
    """A written shard.

    Attributes:
        path: path below the build's folder, with forward slashes.
        rows: number of rows.
        bytes: the file's size.
        sha256: checksum of the file.
    """

    path: str
    rows: int
    bytes: int
    sha256: str


class ShardWriter:
    """Writes one split of a table. The number of shards depends only on the number of rows.

    The names of the shards contain their total number, so they are set in `finish`, when it is known.
    """

    def __init__(self, table: Table, split: str, scratch: Path) -> None:
        """Write unfinished shards below `scratch`, an existing folder on the same file system."""
        self.table = table
        self.split = split
        self._scratch = scratch
        self._waiting: list[Row] = []
        self._rows_of_shards: list[int] = []
        self._file: pq.ParquetWriter | None = None

    @property
    def rows(self) -> int:
        """Number of rows so far."""
        return sum(self._rows_of_shards) + len(self._waiting)

    def add(self, rows: list[Row]) -> None:
        """Append rows."""
        self._waiting += rows
        while len(self._waiting) >= self.table.group_rows:
            self._flush(self.table.group_rows)

    def add_group(self, group: pa.Table) -> None:
        """Append rows as a separate row group."""
        if self._file is None:
            path = self._unfinished(len(self._rows_of_shards))
            self._file = pq.ParquetWriter(path, self.table.schema, compression="zstd", **self.table.writing)
            if not self.table.writing.get("store_schema", True):  # pyarrow then leaves out all metadata
                self._file.add_key_value_metadata(self.table.schema.metadata)
            self._rows_of_shards.append(0)
        self._file.write_table(group, row_group_size=len(group))
        self._rows_of_shards[-1] += len(group)
        if self._rows_of_shards[-1] >= self.table.shard_rows:
            self._close()

    def finish(self, out: Path) -> list[Shard]:
        """Write the remaining rows and move the shards to `out/{table}/{split}-00000-of-00001.parquet`."""
        if self._waiting:
            self._flush(len(self._waiting))
        self._close()
        if not self._rows_of_shards:
            return []
        folder = own_folder(out / self.table.name)
        total = len(self._rows_of_shards)
        shards = []
        for index, rows in enumerate(self._rows_of_shards):
            path = folder / f"{self.split}-{index:05d}-of-{total:05d}.parquet"
            self._unfinished(index).replace(path)
            with path.open("rb") as file:
                sha256 = hashlib.file_digest(file, "sha256").hexdigest()
            shards.append(Shard(path.relative_to(out).as_posix(), rows, path.stat().st_size, sha256))
        return shards

    def abandon(self) -> None:
        """Close the open shard and ignore errors. Otherwise pyarrow closes it on deletion and prints them."""
        if self._file is not None:
            with suppress(OSError):
                self._file.close()
            self._file.is_open = False
            self._file = None

    def _flush(self, count: int) -> None:
        group, self._waiting = self._waiting[:count], self._waiting[count:]
        self.add_group(pa.Table.from_pylist(group, schema=self.table.schema))

    def _close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    def _unfinished(self, index: int) -> Path:
        return self._scratch / f"{self.table.name}-{self.split}-{index:05d}{UNFINISHED}"
