"""The shards of a build, read back: their bytes against the manifest, and their rows."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from vsidata.dataset.first_release import columns_as_written, is_of_first_release, renewed
from vsidata.dataset.manifest import AGAIN
from vsidata.dataset.results import Row
from vsidata.errors import VsiError
from vsidata.files.safe_files import LARGEST_TABLE, check_regular, opened


def check_shard(path: Path) -> None:
    """See that a shard is a regular file of a size that a shard can have, before Parquet is read from it.

    Raises:
        VsiError: it is missing or is no such file.
    """
    try:
        check_regular(path)
    except FileNotFoundError:
        raise VsiError(path, "is missing.", AGAIN) from None
    except OSError as error:
        raise VsiError(path, f"cannot be read: {error.strerror}.", AGAIN) from error


def check_bytes(path: Path, stated: Mapping[str, Any]) -> None:
    """See that a shard has the bytes that its build's manifest states. Reads all of them.

    Args:
        path: the shard, or a copy of it.
        stated: its entry in the manifest.

    Raises:
        VsiError: it is missing, or has other bytes.
    """
    check_shard(path)
    size = path.stat().st_size
    if size != stated["bytes"]:
        raise VsiError(path, f"has {size:,} bytes, and {stated['bytes']:,} were written.", AGAIN)
    with opened(path, LARGEST_TABLE) as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    if sha256 != stated["sha256"]:
        fault = f"holds other bytes than were written: sha256 {sha256[:8]}…, not {stated['sha256'][:8]}…"
        raise VsiError(path, fault, AGAIN)


def shard_rows(
    path: Path, *, columns: Sequence[str] | None = None, schema: pa.Schema | None = None, batch: int = 5_000
) -> Iterator[Row]:
    """Rows of a shard in their order; memory holds a batch of them. Evidence is in today's shape.

    Args:
        path: the shard.
        columns: what to read, `evidence.margin` of a struct; None for all.
        schema: the types to read the columns as; None for those that are stored.
        batch: rows at a time.

    Raises:
        VsiError: the shard is missing, is no regular file or no Parquet, or lacks a column.
    """
    check_shard(path)
    with _blamed(path), pq.ParquetFile(path) as file:
        there = file.schema_arrow.names
        if lacking := {column.partition(".")[0] for column in columns or ()} - {*there}:
            fault = f"has no column {', '.join(f'`{name}`' for name in sorted(lacking))}."
            raise VsiError(path, fault, AGAIN)
        wanted = schema
        if schema is not None and is_of_first_release(file.schema_arrow):
            wanted = columns_as_written(schema)
        for rows in file.iter_batches(batch_size=batch, columns=columns):
            if wanted is not None:
                rows = rows.cast(pa.schema([wanted.field(name) for name in rows.schema.names]))
            yield from map(renewed, rows.to_pylist())


def columns_of(path: Path) -> list[str]:
    """The names of a shard's columns.

    Raises:
        VsiError: the shard is missing, or is no Parquet.
    """
    check_shard(path)
    with _blamed(path):
        names: list[str] = pq.read_schema(path).names
        return names


@contextmanager
def _blamed(path: Path) -> Iterator[None]:
    """What cannot be read is the shard's fault."""
    try:
        yield
    except (OSError, KeyError, pa.ArrowException) as error:
        raise VsiError(path, f"cannot be read: {' '.join(str(error).split())}.", AGAIN) from error


@contextmanager
def blame(path: Path) -> Iterator[None]:
    """Whatever cannot be made of a build's content is the fault of its file: it may be anybody's.

    Raises:
        VsiError: in place of the error.
    """
    try:
        yield
    except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
        what = " ".join(f"{type(error).__name__}: {error}".split())
        raise VsiError(path, f"holds what no build writes ({what}).", AGAIN) from error
