"""`vsidata push`: what is on the hub afterwards, as the hub has it and as those load it who want it."""

import hashlib
import json

import pyarrow.parquet as pq
import pytest

NAME = "lab/rooms"
TABLES = ("qa", "scenes", "frames", "embedded")


def shards(folder, *tables):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for table in tables
        for path in (folder / table).glob("*.parquet")
    }


def test_a_build_is_published_whole_in_one_commit(hub, synthetic, run):
    run("push", synthetic, "--repo-id", NAME)
    files = hub.files(NAME)
    assert {path: files[path] for path in files if path.endswith(".parquet")} == shards(synthetic, *TABLES)
    assert files.keys() - shards(synthetic, *TABLES) == {".gitattributes", "README.md", "manifest.json"}
    for path, stated in json.loads(files["manifest.json"])["files"].items():
        assert hashlib.sha256(files[path]).hexdigest() == stated["sha256"]
    (commit,) = hub.repos[NAME].log()
    digest = json.loads((synthetic / "manifest.json").read_text())["rules"]["digest"]
    assert commit.message == f"456 questions about 4 scenes by wide@{digest[:8]}"
    assert digest in commit.description
    assert "seed 2" in commit.description


@pytest.mark.parametrize("streaming", [False, True])
def test_datasets_loads_every_table_and_split(hub, synthetic, run, python, streaming):
    run("push", synthetic, "--repo-id", NAME)
    rows = python(
        "import json, datasets\n"
        f"tables = {TABLES if streaming else TABLES[:3]}\n"
        f"load = lambda table: datasets.load_dataset({NAME!r}, table, streaming={streaming})\n"
        "count = lambda rows: sum(1 for _ in rows)\n"
        "print(json.dumps({t: {s: count(rows) for s, rows in load(t).items()} for t in tables}))"
    )
    for table, splits in rows.items():
        assert splits == {
            split: sum(pq.read_metadata(path).num_rows for path in (synthetic / table).glob(f"{split}-*"))
            for split in ("train", "validation")
        }
