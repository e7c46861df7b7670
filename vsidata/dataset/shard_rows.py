"""The rows of a build's shards, read back."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from vsidata.dataset.manifest import AGAIN
from vsidata.dataset.results import Row
from vsidata.errors import VsiError


def shard_rows(
    path: Path, *, columns: Sequence[str] | None = None, schema: pa.Schema | None = None, batch: int = 5_000
) -> Iterator[Row]:
    """Rows of a shard in their order; memory holds a batch of them.

    Args:
        path: the shard.
        columns: what to read, `evidence.margin` of a struct; None for all.
        schema: the types to read the columns as; None for those that are stored.
        batch: rows at a time.

    Raises:
        VsiError: the shard is missing, is no Parquet, or lacks a column.
    """
    with _blamed(path), pq.ParquetFile(path) as file:
        there = file.schema_arrow.names
        if lacking := {column.partition(".")[0] for column in columns or ()} - {*there}:
            fault = f"has no column {', '.join(f'`{name}`' for name in sorted(lacking))}."
            raise VsiError(path, fault, AGAIN)
        for rows in file.iter_batches(batch_size=batch, columns=columns):
            if schema is not None:
                rows = rows.cast(pa.schema([schema.field(name) for name in rows.schema.names]))
            yield from rows.to_pylist()


def columns_of(path: Path) -> list[str]:
    """The names of a shard's columns.

    Raises:
        VsiError: the shard is missing, or is no Parquet.
    """
    with _blamed(path):
        names: list[str] = pq.read_schema(path).names
        return names


@contextmanager
def _blamed(path: Path) -> Iterator[None]:
    """What cannot be read is the shard's fault."""
    try:
        yield
    except FileNotFoundError:
        raise VsiError(path, "is missing.", AGAIN) from None
    except (OSError, KeyError, pa.ArrowException) as error:
        raise VsiError(path, f"cannot be read: {' '.join(str(error).split())}.", AGAIN) from error
