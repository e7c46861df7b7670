"""`vsidata verify`: every kind of damage to a copy is found and named, in a folder and on the hub."""

import hashlib
import json
import os

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.publish.hub.server import READER, Blob

NAME = "lab/rooms"
QA = "qa/train-00000-of-00001.parquet"


def restate(folder, change):
    """Change the manifest of a copy."""
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text())
    change(manifest)
    path.write_text(json.dumps(manifest))


def rewrite(folder, table, name=QA):
    """Replace a shard by another table, with matching bytes and checksum in the manifest."""
    path = folder / name
    pq.write_table(table, path)
    content = path.read_bytes()
    stated = {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    restate(folder, lambda manifest: manifest["files"][name].update(stated))


def one_bit(folder):
    content = bytearray((folder / QA).read_bytes())
    content[1000] ^= 1
    (folder / QA).write_bytes(content)


def cut_short(folder):
    os.truncate(folder / QA, 1000)


def not_there(folder):
    (folder / QA).unlink()


def row_lost(folder):
    rewrite(folder, pq.read_table(folder / QA).slice(1))


def column_lost(folder):
    rewrite(folder, pq.read_table(folder / QA).drop_columns(["unit"]))


def column_more(folder):
    table = pq.read_table(folder / QA)
    rewrite(folder, table.append_column("mine", pa.array(range(len(table)))))


def column_changed(folder):
    table = pq.read_table(folder / QA)
    place = table.column_names.index("ground_truth")
    rewrite(folder, table.set_column(place, "ground_truth", pa.array(range(len(table)))))


def id_twice(folder):
    """Give two questions of 342 the id of the first."""
    rows = pq.read_table(folder / QA).to_pylist()
    for row in rows[1:3]:
        row["id"] = rows[0]["id"]
    rewrite(folder, pa.Table.from_pylist(rows, schema=pq.read_schema(folder / QA)))


def id_in_both_splits(folder):
    """Write a validation split with the first question of the training split."""
    other = folder / QA.replace("train", "validation")
    pq.write_table(pq.read_table(folder / QA).slice(0, 1), other)
    content = other.read_bytes()
    stated = {"bytes": len(content), "rows": 1, "sha256": hashlib.sha256(content).hexdigest()}
    restate(folder, lambda manifest: manifest["files"].update({f"qa/{other.name}": stated}))


def scene_twice(folder):
    name = "scenes/train-00000-of-00001.parquet"
    rows = pq.read_table(folder / name)
    rewrite(folder, pa.concat_tables([rows.slice(0, 1), rows.slice(0, len(rows) - 1)]), name)


def no_parquet(folder):
    (folder / QA).write_text("no parquet at all")
    content = (folder / QA).read_bytes()
    stated = {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    restate(folder, lambda manifest: manifest["files"][QA].update(stated))


def shard_of_another(folder):
    (folder / "qa" / "train-00001-of-00002.parquet").write_bytes((folder / QA).read_bytes())


def shard_forgotten(folder):
    restate(folder, lambda manifest: manifest["files"].pop(QA))


def card_lost(folder):
    (folder / "README.md").unlink()


def card_without_tables(folder):
    (folder / "README.md").write_text("# Spatial questions\n")


def card_without_a_table(folder):
    path = folder / "README.md"
    path.write_text(path.read_text().replace("config_name: scenes", "config_name: rooms"))


def card_astray(folder):
    path = folder / "README.md"
    path.write_text(path.read_text().replace("path: qa/train-*", "path: qa/test-*"))


DAMAGES = {
    one_bit: [QA, "other bytes", "sha256"],
    cut_short: [QA, "1,000 bytes"],
    not_there: [QA, "is missing"],
    row_lost: [QA, "341 rows", "342"],
    column_lost: [QA, "`unit` is missing"],
    column_more: [QA, "`mine` is unknown"],
    column_changed: [QA, "`ground_truth` is of another type"],
    id_twice: ["qa: has the row ", " 3 times."],
    id_in_both_splits: ["qa: has the row ", " 2 times."],
    scene_twice: ["scenes: has the row synthetic scene", " 2 times."],
    no_parquet: [QA, "is not Parquet"],
    shard_of_another: ["train-00001-of-00002.parquet", "load_dataset"],
    shard_forgotten: ["manifest.json", "342 rows of `qa`", "have 0"],
    card_lost: ["README.md", "is missing"],
    card_without_tables: ["README.md", "does not begin with YAML"],
    card_without_a_table: ["README.md", "`rooms`"],
    card_astray: ["README.md", QA],
}


def test_an_undamaged_copy_is_reported_as_ok(synthetic, run):
    said = run("verify", synthetic)
    assert "OK:" in said
    assert "shards 8, rows 805" in said


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
def test_each_damage_is_named(built, run, damage):
    damage(built)
    said = run("verify", built, status=1)
    for word in DAMAGES[damage]:
        assert word in said
    assert "OK:" not in said


def test_every_fault_is_listed_with_its_remedy(built, run):
    one_bit(built)
    card_lost(built)
    (built / "scenes" / "train-00000-of-00001.parquet").unlink()
    found = json.loads(run("verify", built, "--json", status=1))
    assert not found["whole"]
    assert [fault["file"].removeprefix(f"{built}/") for fault in found["faults"]] == [
        QA,
        "scenes/train-00000-of-00001.parquet",
        "README.md",
    ]
    assert all(fault["fault"] and fault["remedy"] for fault in found["faults"])


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"files": {}}'])
def test_a_damaged_manifest_is_named(built, run, content):
    (built / "manifest.json").write_text(content)
    assert "manifest.json" in run("verify", built, status=2)


@pytest.mark.parametrize(
    "name",
    ["../qa.parquet", "qa/train-../../../x", "scenes/train-/../../../x", "qa/a/b-00000-of-00001.parquet"],
)
def test_a_manifest_that_lists_a_file_that_is_not_a_shard_is_refused(built, run, name):
    restate(built, lambda manifest: manifest["files"].update({name: manifest["files"][QA]}))
    said = run("verify", built, status=2)
    assert f"manifest.json: has a wrong entry: 'files.{name}': it is not a shard" in said


def test_a_folder_without_a_build_is_reported(tmp_path, run):
    assert "is not a build" in run("verify", tmp_path, status=2)
    assert "NAME/SET" in run("verify", tmp_path / "nowhere", status=2)
    assert "--revision" in run("verify", tmp_path, "--revision", "v2", status=2)


def test_damage_on_the_hub_is_found(hub, synthetic, run):
    run("push", synthetic, "--repo-id", NAME)
    assert "OK: lab/rooms" in run("verify", NAME)
    there = hub.repos[NAME].at("main").files
    hub.repos[NAME].commit("main", "by hand", "", there | {QA: Blob(there[QA].content[:-1] + b"?", lfs=True)})
    assert QA in run("verify", NAME, status=1)
    assert "OK:" in run("verify", NAME, "--revision", hub.repos[NAME].log()[1].oid)


@pytest.mark.parametrize("status", [None, 503])
def test_a_download_that_is_cut_resumes(hub, synthetic, run, status):
    run("push", synthetic, "--repo-id", NAME)
    hub.fail("GET", f"/resolve/.*{QA}", status, times=2)
    assert "OK:" in run("verify", NAME)


def test_a_hub_that_does_not_answer_makes_verify_fail(hub, synthetic, run):
    run("push", synthetic, "--repo-id", NAME)
    run("verify", NAME)  # from now on there is a copy in the cache
    hub.fail("GET", "/api/datasets/", 500, times=1_000)
    assert "500" in run("verify", NAME, status=2)


def test_a_reader_without_permission_is_refused_with_a_message(hub, scannet, run, run_alone):
    run("push", scannet, "--repo-id", NAME, "--gated")
    assert "users with access" in run_alone("verify", NAME, status=2, HF_TOKEN=READER)
    run("push", scannet, "--repo-id", "lab/own", "--private")
    assert "404" in run_alone("verify", "lab/own", status=2, HF_TOKEN=READER)
    assert "hf auth login" in run_alone("verify", "lab/own", status=2, HF_TOKEN="")
