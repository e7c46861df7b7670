"""The card: what it states for `datasets` and the Hub agrees with the files."""

import json

import pyarrow.parquet as pq
import pytest
import yaml
from datasets import Features, load_dataset
from datasets.exceptions import ExpectedMoreSplitsError
from datasets.utils.info_utils import NonMatchingSplitsSizesError

from tests.dataset import meta_info, small_scans
from vsidata.dataset import tables
from vsidata.dataset.columns import fields, meanings
from vsidata.dataset.schema import yaml_features
from vsidata.pipeline.build import BuildOptions, build

TABLES = {table.name: table.schema for table in tables.TABLES}


@pytest.fixture
def built(tmp_path):
    root = small_scans.write(tmp_path / "root", 4)
    return build(BuildOptions(out=tmp_path / "out", scannet_root=root, workers=1, holdout="25%")).out


@pytest.mark.parametrize("table", TABLES)
def test_features_are_written_as_datasets_writes_them(table):
    described = json.loads(TABLES[table].metadata[b"huggingface"])["info"]["features"]
    assert yaml_features(TABLES[table]) == Features.from_dict(described)._to_yaml_list()


@pytest.mark.parametrize("table", TABLES)
def test_every_column_has_its_meaning(table):
    """Every field inside a column has a meaning, too."""
    known = {path for path, _ in fields(TABLES[table])}
    own = known - ({path for path, _ in fields(TABLES["qa"])} if table == "embedded" else set())
    assert meanings()[table].keys() == own


@pytest.mark.parametrize(
    ("rules", "says"),
    [
        ("vsi100k", "A group that is annotated as one object (`chairs`, `books`) counts as one object"),
        ("wide", "there are no questions about the group or about the number of its things"),
    ],
)
def test_card_explains_groups_that_are_annotated_as_one_object(tmp_path, rules, says):
    rooms = meta_info.write(tmp_path / "rooms.json", 2)
    out = build(BuildOptions(out=tmp_path / "out", meta_info=(rooms,), rules=rules, workers=1)).out
    assert says in (out / "README.md").read_text()


def test_rows_and_features_are_those_of_the_shards(built):
    front = yaml.safe_load((built / "README.md").read_text().split("---\n")[1])
    assert [info["config_name"] for info in front["dataset_info"]] == ["qa", "scenes"]
    for info in front["dataset_info"]:
        for split in info["splits"]:
            rows = sum(
                pq.read_metadata(path).num_rows
                for path in (built / info["config_name"]).glob(f"{split['name']}-*")
            )
            assert split["num_examples"] == rows


def test_load_dataset_refuses_a_copy_with_fewer_rows(built, tmp_path):
    load_dataset(str(built), "qa", cache_dir=str(tmp_path / "whole"))
    shard = next((built / "qa").glob("train-*"))
    pq.write_table(pq.read_table(shard).slice(1), shard)
    with pytest.raises((NonMatchingSplitsSizesError, ExpectedMoreSplitsError)):
        load_dataset(str(built), "qa", cache_dir=str(tmp_path / "cut"))
