"""The YAML at the head of a dataset card, for `load_dataset` and the Hub."""

from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from vsidata.dataset import schema
from vsidata.dataset.first_release import columns_as_written
from vsidata.dataset.manifest_form import Manifest, ShardEntry
from vsidata.dataset.tables import tables_of_build

_SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"))


def front_matter(manifest: Manifest, title: str, licence: Mapping[str, Any]) -> dict[str, Any]:
    """Name, licence and tags, and the files, columns and numbers of rows of each table.

    `load_dataset` refuses a copy with another number of rows than stated here.

    Args:
        manifest: the manifest of the build.
        title: the title of the card.
        licence: the entries for the licence and for access.
    """
    first = manifest.format_version == 1
    total = manifest.total_questions
    columns = {table.name: table.schema for table in tables_of_build(manifest.options.named_frames)}
    tables = {table: found for table in columns if (found := splits(manifest, table))}
    return {
        "pretty_name": title,
        "language": ["en"],
        **licence,
        "task_categories": ["visual-question-answering", "video-text-to-text"],
        "tags": ["spatial-reasoning", "3d", "indoor-scenes", "vsi-bench"],
        "size_categories": [next((name for limit, name in _SIZES if total < limit), "1M<n<10M")],
        "configs": [
            {
                "config_name": table,
                **({"default": True} if table == "qa" else {}),
                "data_files": [{"split": split, "path": f"{table}/{split}-*.parquet"} for split in found],
            }
            for table, found in tables.items()
        ],
        "dataset_info": [_info(table, columns[table], found, first) for table, found in tables.items()],
    }


def _info(
    table: str, columns: pa.Schema, found: Mapping[str, list[ShardEntry]], first: bool
) -> dict[str, Any]:
    """Columns and rows of a table, in the form of the first release or in the current form.

    Sizes are those of its files, because its size in memory is unknown.
    """
    size = sum(shard.bytes for shards in found.values() for shard in shards)
    return {
        "config_name": table,
        "features": schema.yaml_features(columns_as_written(columns) if first else columns),
        "splits": [
            {
                "name": split,
                "num_bytes": sum(shard.bytes for shard in shards),
                "num_examples": sum(shard.rows for shard in shards),
            }
            for split, shards in found.items()
        ],
        "download_size": size,
        "dataset_size": size,
    }


def splits(manifest: Manifest, table: str) -> dict[str, list[ShardEntry]]:
    """The shards of a table in the manifest, by split. Splits without shards of the table are missing."""
    found = {split: [*manifest.shards(table, split).values()] for split in manifest.splits}
    return {split: shards for split, shards in found.items() if shards}
