"""Read the shards of a build: check their bytes against the manifest, and return their rows."""

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from vsidata.dataset import schema as schema_of_tables
from vsidata.dataset.first_release import in_current_shape, is_of_first_release
from vsidata.dataset.manifest import AGAIN
from vsidata.dataset.manifest_form import ShardEntry
from vsidata.errors import BuildError, OptionError
from vsidata.files.safe_files import LARGEST_TABLE, check_regular, open_regular


def check_shard(path: Path) -> None:
    """Check that a shard is a regular file of a plausible size, before Parquet is read from it.

    Raises:
        BuildError: the shard is missing, or is not such a file.
    """
    try:
        check_regular(path)
    except FileNotFoundError:
        raise BuildError(path, "is missing.", AGAIN) from None
    except OSError as error:
        raise BuildError(path, f"cannot be read: {error.strerror}.", AGAIN) from error


def check_bytes(path: Path, stated: ShardEntry) -> None:
    """Check that a shard has the bytes that its build's manifest states. Reads all of them.

    Args:
        path: the shard, or a copy of it.
        stated: its entry in the manifest.

    Raises:
        BuildError: the shard is missing, or has other bytes.
    """
    check_shard(path)
    size = path.stat().st_size
    if size != stated.bytes:
        raise BuildError(path, f"has {size:,} bytes, but {stated.bytes:,} were written.", AGAIN)
    with open_regular(path, LARGEST_TABLE) as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    if sha256 != stated.sha256:
        fault = f"has other bytes than were written: sha256 {sha256[:8]}…, not {stated.sha256[:8]}…"
        raise BuildError(path, fault, AGAIN)


def shard_tables(
    path: Path, schema: pa.Schema, *, columns: Sequence[str] | None = None, batch: int = 5_000
) -> Iterator[pa.Table]:
    """The rows of a shard in their order, in parts. Only one part is in memory at a time.

    Args:
        path: the shard.
        schema: the columns of its table, and their types.
        columns: the columns to read; None for all. `evidence.margin` is a single field of a struct.
        batch: the maximum number of rows per part.

    Returns:
        Tables of the requested columns, in that order. A column that builds of the first release lack is
        None.

    Raises:
        OptionError: the table has no such column.
        BuildError: the shard is missing, is not a regular Parquet file, or lacks a column.
    """
    check_shard(path)
    chosen = chosen_columns(schema, columns)
    with _read_errors_of(path), pq.ParquetFile(path) as file:
        there = file.schema_arrow.names
        may_lack = schema_of_tables.ADDED.get(path.parent.name, ())
        if lacking := {*chosen.names} - {*there, *may_lack}:
            fault = f"has no column {', '.join(f'`{name}`' for name in sorted(lacking))}."
            raise BuildError(path, fault, AGAIN)
        if columns is None and (unknown := {*there} - {*chosen.names}):
            fault = f"has unknown columns: {', '.join(map(repr, sorted(unknown)))}."
            raise BuildError(path, fault, AGAIN)
        read = [name for name in columns or chosen.names if name.partition(".")[0] in there]
        if of_first_release := is_of_first_release(file.schema_arrow):
            read = [*dict.fromkeys("evidence" if name.startswith("evidence.") else name for name in read)]
        for rows in file.iter_batches(batch_size=batch, columns=read):
            arrays = {name: rows[name] for name in rows.schema.names}
            if of_first_release and "evidence" in arrays:
                stated = rows.select(["evidence"]).to_pylist()
                evidence = [in_current_shape(row)["evidence"] for row in stated]
                arrays["evidence"] = pa.array(evidence, type=chosen.field("evidence").type)
            arrays |= {name: pa.nulls(len(rows)) for name in chosen.names if name not in arrays}
            yield pa.table({name: arrays[name] for name in chosen.names}).cast(chosen)


def chosen_columns(schema: pa.Schema, columns: Sequence[str] | None) -> pa.Schema:
    """The requested columns of a table. For `evidence.margin`, the struct has only that field.

    Raises:
        OptionError: the table has no such column.
    """
    if columns is None:
        return schema
    kinds: dict[str, list[pa.Field]] = {}
    try:
        for column in columns:
            name, _, inner = column.partition(".")
            kinds.setdefault(name, []).extend([schema.field(name).type.field(inner)] if inner else [])
        return pa.schema(
            [(name, pa.struct(of) if of else schema.field(name).type) for name, of in kinds.items()]
        )
    except (KeyError, TypeError):
        fault, remedy = "is not a column of this table.", f"Choose from: {', '.join(schema.names)}."
        raise OptionError(column, fault, remedy) from None


@contextmanager
def _read_errors_of(path: Path) -> Iterator[None]:
    """Turn errors of reading a shard into a BuildError with its path."""
    try:
        yield
    except (OSError, KeyError, pa.ArrowException) as error:
        raise BuildError(path, f"cannot be read: {' '.join(str(error).split())}.", AGAIN) from error


@contextmanager
def damage_of(path: Path) -> Iterator[None]:
    """Turn errors caused by the content of a build, which may be hostile, into a BuildError with the file.

    Raises:
        BuildError: the content caused an error.
    """
    try:
        yield
    except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
        what = " ".join(f"{type(error).__name__}: {error}".split())
        raise BuildError(path, f"has content that no build writes ({what}).", AGAIN) from error
