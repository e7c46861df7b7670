"""Check the files of a copy of a build, and their rows and columns, against its manifest."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pydantic import BaseModel

from vsidata.dataset import schema
from vsidata.dataset.first_release import columns_as_written, is_of_first_release
from vsidata.dataset.manifest import AGAIN, MANIFEST
from vsidata.dataset.manifest_form import SHARD, Manifest, ShardEntry
from vsidata.dataset.shard_reading import check_bytes
from vsidata.dataset.tables import TABLES
from vsidata.errors import BuildError, RulesError, VsiError
from vsidata.rules.strict_yaml import parse_mapping, read_text, validate

CARD = "README.md"
_LARGEST_CARD = 1 << 20  # bytes; a new card has about ten thousand, and a publisher may add to it

_TABLES = {table.name: table for table in TABLES}


class _DataFiles(BaseModel):
    path: str


class _Configuration(BaseModel):
    config_name: str
    data_files: list[_DataFiles]


class _FrontMatter(BaseModel):
    """The part of a card's front matter that `verify` reads."""

    configs: list[_Configuration]


def faults(folder: Path, manifest: Manifest) -> list[VsiError]:
    """All differences between a copy and its manifest: missing, extra and changed files, rows and columns.

    Reads every byte of the shards, but decodes only their footers and the keys of their rows.

    Args:
        folder: the copy.
        manifest: the result of `read_manifest`.

    Returns:
        The faults, each with file, fault and remedy; empty if the copy is OK.
    """
    checked = {path: _fault(folder, path, stated) for path, stated in manifest.files.items()}
    whole = [path for path, fault in checked.items() if fault is None]
    return [
        *(fault for fault in checked.values() if fault is not None),
        *_doubled_rows(folder, whole),
        *_unlisted_shards(folder, manifest),
        *_miscounts(folder, manifest),
        *_card_faults(folder, manifest),
    ]


def _fault(folder: Path, name: str, stated: ShardEntry) -> VsiError | None:
    """The first fault of one shard."""
    path, table = folder / name, name.partition("/")[0]
    try:
        check_bytes(path, stated)
        with pq.ParquetFile(path) as parquet:
            rows, columns = parquet.metadata.num_rows, parquet.schema_arrow
    except VsiError as error:
        return error
    except pa.ArrowInvalid as error:
        return BuildError(path, f"is not Parquet: {' '.join(str(error).split())}.", AGAIN)
    if rows != stated.rows:
        return BuildError(path, f"has {rows:,} rows, but {MANIFEST} states {stated.rows:,}.", AGAIN)
    wanted = _TABLES[table].schema
    if is_of_first_release(columns):
        wanted = columns_as_written(wanted)
    if differing := _differing(columns, wanted, schema.ADDED.get(table, ())):
        remedy = "Check it with the release of vsidata that wrote it, or build it again."
        return BuildError(path, f"has other columns than the table `{table}`: {differing}.", remedy)
    return None


def _differing(columns: pa.Schema, wanted: pa.Schema, added: Collection[str]) -> str:
    """A text about the columns that differ, except those added later; empty if none differs."""
    has, needs = ({field.name: _plain_type(field.type) for field in schema} for schema in (columns, wanted))
    words = [f"`{name}` is missing" for name in needs if name not in {*has, *added}]
    words += [f"`{name}` is unknown" for name in has if name not in needs]
    words += [f"`{name}` is of another type" for name in needs if name in has and has[name] != needs[name]]
    return ", ".join(words)


def _plain_type(kind: pa.DataType) -> Any:
    """A type as plain data, without the properties that Parquet does not keep: list lengths, dictionaries."""
    if pa.types.is_struct(kind):
        return {field.name: _plain_type(field.type) for field in kind}
    if pa.types.is_list(kind) or pa.types.is_fixed_size_list(kind):
        return [_plain_type(kind.value_type)]
    return _plain_type(kind.value_type) if pa.types.is_dictionary(kind) else str(kind)


def _doubled_rows(folder: Path, shards: Iterable[str]) -> Iterator[VsiError]:
    """One fault per table that has several rows with the same key, in any shards and splits."""
    by_table: dict[str, list[Path]] = {}
    for name in shards:
        by_table.setdefault(name.partition("/")[0], []).append(folder / name)
    for table, paths in by_table.items():
        key = list(_TABLES[table].key)
        try:
            names = pa.concat_tables([pq.read_table(path, columns=key, partitioning=None) for path in paths])
        except (OSError, pa.ArrowException) as error:
            yield BuildError(folder / table, f"cannot be read: {' '.join(str(error).split())}.", AGAIN)
            continue
        counts = names.group_by(key).aggregate([([], "count_all")])
        doubled = counts.filter(pc.field("count_all") > 1).sort_by([(name, "ascending") for name in key])
        if rows := doubled.slice(0, 1).to_pylist():
            example = " ".join(str(rows[0][name]) for name in key)
            more = f" (and {len(doubled) - 1:,} more)" if len(doubled) > 1 else ""
            fault = f"has the row {example} {rows[0]['count_all']:,} times{more}. A build has each row once."
            remedy = "Build it again, or ask its makers for a correct copy."
            yield BuildError(folder / table, fault, remedy)


def _unlisted_shards(folder: Path, manifest: Manifest) -> Iterator[VsiError]:
    """One fault per shard that the manifest does not list. `load_dataset` would read these shards too."""
    for table in _TABLES:
        for path in sorted((folder / table).glob("*.parquet")):
            if f"{table}/{path.name}" not in manifest.files:
                fault = f"is not in {MANIFEST}, but `load_dataset` would read it."
                yield BuildError(path, fault, "Remove it: it belongs to another build.")


def _miscounts(folder: Path, manifest: Manifest) -> Iterator[VsiError]:
    """One fault per total of the manifest that differs from the sum over its shards."""
    rows: Counter[tuple[str, str]] = Counter()
    for name, stated in manifest.files.items():
        if shard := SHARD.fullmatch(name):
            rows[shard[1], shard[2]] += stated.rows
    for split, topics in manifest.questions.items():
        for table, count in (("qa", sum(topics.values())), ("scenes", manifest.scenes[split])):
            if rows[table, split] != count:
                fault = (
                    f"states {count:,} rows of `{table}` in {split}; its shards have {rows[table, split]:,}."
                )
                yield BuildError(folder / MANIFEST, fault, AGAIN)


def _card_faults(folder: Path, manifest: Manifest) -> Iterator[VsiError]:
    """Faults of the card: each of its configurations must find all shards of one table of the manifest."""
    path = folder / CARD
    if not path.exists():
        yield BuildError(path, "is missing, but `load_dataset` needs it to find the tables.", AGAIN)
        return
    try:
        front = _front_matter(path)
    except RulesError as error:
        yield BuildError(path, error.fault, AGAIN)
        return
    configs = {config.config_name: [file.path for file in config.data_files] for config in front.configs}
    tables = {name.partition("/")[0] for name in manifest.files}
    for table in sorted(tables ^ configs.keys()):
        fault = (
            f"does not list the table `{table}`."
            if table in tables
            else f"lists a table `{table}` that does not exist."
        )
        yield BuildError(path, fault, AGAIN)
    for name in manifest.files:
        patterns = configs.get(name.partition("/")[0], [name])
        if not any(fnmatch(name, pattern) for pattern in patterns):
            yield BuildError(path, f"does not list {name}.", AGAIN)


def _front_matter(path: Path) -> _FrontMatter:
    """The YAML between the card's first two lines of `---`."""
    _, begin, rest = read_text(path, _LARGEST_CARD).partition("---\n")
    front, end, _ = rest.partition("---\n")
    if not begin or not end:
        raise RulesError(path, "does not begin with YAML between two lines of `---`.", AGAIN)
    return validate(_FrontMatter, *parse_mapping(begin + front, path), path)  # `---` keeps the line numbers
