"""The tables of a build, and the names of their shards."""

from vsidata.dataset import schema
from vsidata.dataset.manifest_form import SHARD
from vsidata.dataset.shards import Table

# The frames of a scan are one row group: one row, or with its questions as many rows, whose dictionary page
# must then hold all the pictures. Were Arrow's own schema stored in that table, dictionaries would be read
# back as such, which `datasets` does not take for pictures.
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


def is_shard(path: str) -> bool:
    """Whether a path below a build's folder is that of a shard of a table."""
    return SHARD.fullmatch(path) is not None
