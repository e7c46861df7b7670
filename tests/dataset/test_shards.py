"""Shards: their number and their bytes depend on the rows alone."""

import hashlib
from itertools import pairwise

import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import given
from hypothesis import strategies as st

from vsidata.dataset.shards import ShardWriter, Table

TABLE = Table(
    "qa", pa.schema([("number", pa.int64()), ("word", pa.string())]), ("number",), shard_rows=20, group_rows=5
)


def write(folder, batches):
    scratch = folder / "scratch"
    scratch.mkdir(parents=True, exist_ok=True)
    writer = ShardWriter(TABLE, "train", scratch)
    for batch in batches:
        writer.add([{"number": number, "word": f"word {number}"} for number in batch])
    shards = writer.finish(folder)
    assert not list(scratch.iterdir())
    return shards


@given(cuts=st.lists(st.integers(0, 90), max_size=12), total=st.integers(1, 90))
def test_rows_come_back_in_order_for_any_grouping_of_the_input(tmp_path_factory, cuts, total):
    folder = tmp_path_factory.mktemp("shards")
    edges = [0, *sorted(cut for cut in cuts if cut < total), total]
    shards = write(folder, [range(a, b) for a, b in pairwise(edges)])
    assert [shard.rows for shard in shards] == [20] * (total // 20) + [total % 20] * (total % 20 > 0)
    tables = [pq.read_table(folder / shard.path) for shard in shards]
    assert pa.concat_tables(tables)["number"].to_pylist() == list(range(total))
    whole = write(folder / "at once", [range(total)])
    assert [shard.sha256 for shard in shards] == [shard.sha256 for shard in whole]


def test_shard_names_state_their_number_and_the_manifest_states_their_checksums(tmp_path):
    shards = write(tmp_path, [range(45)])
    names = [f"qa/train-0000{i}-of-00003.parquet" for i in range(3)]
    assert [shard.path for shard in shards] == names
    for shard in shards:
        content = (tmp_path / shard.path).read_bytes()
        assert (shard.bytes, shard.sha256) == (len(content), hashlib.sha256(content).hexdigest())


def test_shards_are_zstd_in_row_groups_of_the_stated_size(tmp_path):
    write(tmp_path, [range(12)])
    metadata = pq.read_metadata(tmp_path / "qa/train-00000-of-00001.parquet")
    assert [metadata.row_group(i).num_rows for i in range(metadata.num_row_groups)] == [5, 5, 2]
    assert metadata.row_group(0).column(0).compression == "ZSTD"
