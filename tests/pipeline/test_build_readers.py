"""A build is opened with its users' libraries: datasets, pandas, DuckDB, and the Hub's reader of cards."""

import json

import pyarrow.parquet as pq
import pytest

from tests.dataset import meta_info
from vsidata.dataset import schema
from vsidata.pipeline.build import BuildOptions, build


@pytest.fixture(scope="module")
def out(tmp_path_factory):
    folder = tmp_path_factory.mktemp("readers")
    rooms = meta_info.write(folder / "rooms.json", 8, broken=(3,))
    build(BuildOptions(out=folder / "out", meta_info=(rooms,), rules="vsibench"))
    return folder / "out"


@pytest.fixture(scope="module")
def rows(out):
    return pq.read_table(out / "qa").to_pylist()


@pytest.fixture
def load(out, tmp_path, offline):
    """Call `load_dataset` on the build, without the network and with its own cache."""
    from datasets import load_dataset

    return lambda name, **options: load_dataset(str(out), name, cache_dir=str(tmp_path), **options)


def test_datasets_loads_questions_with_their_types(load, rows):
    from datasets import List, Value

    loaded = load("qa")
    assert set(loaded) == {"train"}
    features = loaded["train"].features
    assert features["options"] == List(Value("string"))
    assert features["evidence"]["objects"] == List(
        {"role": Value("string"), "instance": Value("int64"), "category": Value("string")}
    )
    assert features["evidence"]["value"] == Value("float64")
    assert loaded["train"].to_list() == rows


def test_datasets_loads_scenes_with_axes_of_boxes_as_three_by_three(load):
    from datasets import List, Value

    scenes = load("scenes", split="train")
    box = scenes.features["objects"].feature["box"]
    assert box["extents"] == List(Value("float64"), length=3)
    assert box["axes"] == List(List(Value("float64"), length=3), length=3)
    assert scenes["scene_name"][:] == [f"room{number:04d}" for number in (0, 1, 2, 4, 5, 6, 7)]


def test_questions_are_the_default_configuration(load, rows):
    assert load(None, split="train").num_rows == len(rows)


def test_datasets_streams_the_same_rows(load, rows):
    assert list(load("qa", split="train", streaming=True)) == rows


def test_pandas_reads_the_folder(out, rows):
    import pandas as pd

    frame = pd.read_parquet(out / "qa")
    assert [*frame.columns, "frames"] == schema.QA.names  # no question is about certain frames
    assert frame["id"].tolist() == [row["id"] for row in rows]
    assert frame["evidence"].str.get("value").tolist() == [row["evidence"]["value"] for row in rows]


def test_duckdb_queries_the_shards(out, rows):
    import duckdb

    found = duckdb.sql(
        f"SELECT topic, count(*), max(evidence.value) FROM '{out}/qa/*.parquet' GROUP BY topic ORDER BY topic"  # noqa: S608
    ).fetchall()
    topics = sorted({row["topic"] for row in rows})
    values = {topic: [row["evidence"]["value"] for row in rows if row["topic"] == topic] for topic in topics}
    assert found == [(topic, len(values[topic]), max(values[topic])) for topic in topics]


def test_each_object_of_an_evidence_is_in_the_scenes_table(out, rows):
    scenes = {row["scene_name"]: row for row in pq.read_table(out / "scenes").to_pylist()}
    for row in rows:
        objects = {thing["instance"]: thing for thing in scenes[row["scene_name"]]["objects"]}
        for thing in row["evidence"]["objects"]:
            assert objects[thing["instance"]]["box"] is not None


def test_rows_are_in_the_order_of_the_scenes_and_ids_are_unique(rows):
    assert [row["scene_name"] for row in rows] == sorted(row["scene_name"] for row in rows)
    assert len({row["id"] for row in rows}) == len(rows)


def test_the_hub_can_read_the_card(out):
    from huggingface_hub import DatasetCard

    card = DatasetCard.load(out / "README.md")
    assert [config["config_name"] for config in card.data.configs] == ["qa", "scenes"]
    assert card.data.size_categories == ["n<1K"]
    assert card.data.license
    assert "room0003" not in card.text
    assert "$" not in card.text


def test_manifest_lists_questions_files_and_input(out, rows):
    manifest = json.loads((out / "manifest.json").read_bytes())
    assert sum(manifest["questions"]["train"].values()) == len(rows)
    assert manifest["files"]["qa/train-00000-of-00001.parquet"]["rows"] == len(rows)
    assert sorted(manifest["inputs"]) == [f"room{number:04d}" for number in (0, 1, 2, 4, 5, 6, 7)]
    assert manifest["rules"]["resolved"]["name"] == "vsibench"
    assert manifest["set_aside"] == 1
    assert {"vsidata", "numpy", "pyarrow", "python"} <= set(manifest["versions"])


def test_held_out_rooms_are_the_validation_split(tmp_path, offline):
    from datasets import load_dataset

    rooms = meta_info.write(tmp_path / "rooms.json", 10)
    out = tmp_path / "out"
    build(BuildOptions(out=out, meta_info=(rooms,), rules="vsibench", holdout=0.3))
    loaded = load_dataset(str(out), "qa", cache_dir=str(tmp_path / "cache"))
    names = {split: set(rows["scene_name"]) for split, rows in loaded.items()}
    assert set(names) == {"train", "validation"}
    assert len(names["train"] | names["validation"]) == 10
    assert not names["train"] & names["validation"]


def test_manifest_and_card_state_whether_the_guarded_rooms_are_left_out(tmp_path):
    rooms = meta_info.write(tmp_path / "rooms.json", 4)
    forbidden = tmp_path / "mine.csv"
    forbidden.write_text("dataset,scene_name\nmade,room0001\nmade,room0002\nmultiscan,room0003\n")
    options = BuildOptions(out=tmp_path / "on", meta_info=(rooms,), rules="vsibench", forbid=(forbidden,))
    manifest = build(options).manifest
    assert list(manifest.inputs) == ["room0000", "room0003"]
    assert (manifest.leak_guard.active, manifest.leak_guard.refused) == (True, {"mine.csv": 2})
    assert "on: it refused 2 scenes of rooms" in (tmp_path / "on" / "README.md").read_text()
    lifted = {"out": tmp_path / "off", "allow_benchmark_scenes": True}
    manifest = build(options.model_copy(update=lifted)).manifest
    assert len(manifest.inputs) == 4
    assert (manifest.leak_guard.active, manifest.leak_guard.admitted) == (False, {"mine.csv": 2})
    assert "**off**: this build has 2 scenes" in (tmp_path / "off" / "README.md").read_text()
