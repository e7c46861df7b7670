"""The tables of a build, and the names of their shards."""

from dataclasses import replace

from vsidata.dataset import schema
from vsidata.dataset.manifest_form import SHARD
from vsidata.dataset.shards import Table

# The frames of a scan are one row group: one row in `frames`, and one row per question in `embedded`. In
# `embedded`, the dictionary page must have room for all pictures of the scan. `embedded` must not store
# Arrow's own schema: its pictures would be read as dictionaries, and `datasets` does not accept those.
TABLES = (
    Table("qa", schema.QA, ("id",), shard_rows=30_000, group_rows=5_000),
    Table("scenes", schema.SCENES, ("dataset", "scene_name"), shard_rows=5_000, group_rows=500),
    Table(
        "frames", schema.FRAMES, ("dataset", "scene_name"), shard_rows=200, writing={"use_dictionary": False}
    ),
    Table(
        "embedded",
        schema.EMBEDDED,
        ("id",),
        shard_rows=20_000,
        writing={"dictionary_pagesize_limit": 64 << 20, "store_schema": False},
    ),
)


def tables_of_build(named_frames: bool) -> tuple[Table, ...]:
    """The tables as a build writes them.

    Args:
        named_frames: whether the build has questions about certain frames. Otherwise `frames` is left out.
    """
    if named_frames:
        return TABLES
    return tuple(
        replace(table, schema=schema.without(table.schema, "frames"))
        if "frames" in table.schema.names
        else table
        for table in TABLES
    )


def is_shard(path: str) -> bool:
    """Return whether a path below a build's folder is a shard of a table."""
    return SHARD.fullmatch(path) is not None
