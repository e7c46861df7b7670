"""`vsidata build --out s3://…`: the content of the bucket afterwards, as S3's own client sees it."""

import json
import sys
from pathlib import Path

import pandas as pd
import pyarrow.dataset
import pytest
import s3fs
from datasets import load_dataset
from fsspec.registry import _registry

from tests.dataset import meta_info
from tests.publish.store.conftest import SECRET
from vsidata.dataset.build import Build
from vsidata.errors import BuildError, OptionError, VsiError
from vsidata.publish.store.store import publish

ADDRESS = "s3://lab/sets/rooms"
SHARDS = ("qa/train-00000-of-00001.parquet", "scenes/train-00000-of-00001.parquet")
PUBLISHED = (*SHARDS, "README.md", "manifest.json")


def puts(store):
    """The uploaded files, in their order."""
    return [change.removeprefix("PUT sets/rooms/") for change in store.line.changes if change[:3] == "PUT"]


def test_the_bucket_has_the_bytes_of_a_local_build_and_no_other_files(store, run, tmp_path):
    run("--out", tmp_path / "local")
    run("--out", ADDRESS)
    assert store.files("sets/rooms") == {path: (tmp_path / "local" / path).read_bytes() for path in PUBLISHED}
    assert not store.files("vsidata-work")


def test_manifest_comes_last_after_the_card(store, run):
    run("--out", ADDRESS)
    assert puts(store) == [*PUBLISHED]


def test_second_run_builds_and_uploads_nothing(store, run):
    run("--out", ADDRESS)
    store.line.changes.clear()
    said = run("--out", ADDRESS)
    assert not store.line.changes
    assert "was complete already" in said
    assert f"Published: {ADDRESS} (nothing to upload, 4 already there)." in said


@pytest.mark.parametrize("most", [0, 1, 3])
def test_cut_connection_leaves_an_incomplete_build_and_the_same_command_uploads_the_rest(
    store, run, work, most
):
    store.line.most = most
    said = run("--out", ADDRESS, "--work", work / "one", status=2)
    assert "run the same command again" in said.lower()
    assert "manifest.json" not in store.files("sets/rooms")
    assert puts(store) == [*PUBLISHED[:most]]
    store.line.most = None
    run("--out", ADDRESS, "--work", work / "one")
    assert puts(store) == [*PUBLISHED]  # each once
    assert {*store.files("sets/rooms")} == {*PUBLISHED}


def test_another_build_replaces_an_earlier_one(store, run, work):
    run("--out", ADDRESS, "--holdout", "40%", "--work", work / "two")
    stale = {*store.files("sets/rooms")} - {*PUBLISHED}
    assert stale == {f"{table}/validation-00000-of-00001.parquet" for table in ("qa", "scenes")}
    store.put("sets/rooms/notes.txt", b"of somebody's own")
    store.line.changes.clear()
    run("--out", ADDRESS, "--work", work / "one")
    files = store.files("sets/rooms")
    assert files.pop("notes.txt") == b"of somebody's own"
    assert files == {path: (work / "one" / path).read_bytes() for path in PUBLISHED}
    changes = [change.replace("sets/rooms/", "") for change in store.line.changes]
    assert changes[0] == "DELETE manifest.json"
    assert {*changes[3:5]} == {f"DELETE {path}" for path in stale}
    assert changes[-1] == "PUT manifest.json"


@pytest.mark.parametrize("most", [0, 2, 5])
def test_interrupted_replacement_is_never_read_as_complete(store, run, work, most):
    """The manifest and two shards were deleted, two shards and the card uploaded. The manifest comes next."""
    run("--out", ADDRESS, "--holdout", "40%", "--work", work / "two")
    store.line.changes, store.line.most = [], most
    before = store.files("sets/rooms")
    run("--out", ADDRESS, "--work", work / "one", status=2)
    assert len(store.line.changes) == most
    after = store.files("sets/rooms")
    assert after == before if most == 0 else "manifest.json" not in after
    store.line.most = None
    run("--out", ADDRESS, "--work", work / "one")
    assert {*store.files("sets/rooms")} == {*PUBLISHED}


def test_other_bytes_of_the_same_size_are_replaced(store, run, work):
    run("--out", ADDRESS, "--work", work / "one")
    right = store.files("sets/rooms")
    for path in PUBLISHED[::2]:
        store.put(f"sets/rooms/{path}", b"x" * len(right[path]))
    store.line.changes.clear()
    run("--out", ADDRESS, "--work", work / "one")
    assert store.files("sets/rooms") == right
    assert puts(store) == [*PUBLISHED[::2], "manifest.json"]


def test_a_folder_with_other_files_is_not_changed(store, run):
    store.put("sets/rooms/qa/thesis.parquet", b"mine")
    said = run("--out", ADDRESS, status=2)
    assert "is not empty and is not a build" in said
    assert store.files("sets/rooms") == {"qa/thesis.parquet": b"mine"}
    assert not Path("vsidata-work").exists()  # reported before the work


def test_failed_build_is_not_published(store, run, tmp_path):
    broken = meta_info.write(tmp_path / "broken.json", 2, broken=(1,))
    run("--out", ADDRESS, "--strict", rooms=broken, status=1)
    assert not store.files("sets/rooms")


def test_summary_as_json_names_both_places(store, run):
    said = json.loads(run("--out", ADDRESS, "--json", "--work", "here"))
    assert (said["out"], said["address"]) == ("here", ADDRESS)


def test_missing_bucket_is_an_error(store, run):
    said = run("--out", "s3://nowhere/rooms", status=2)
    assert said.startswith("s3://nowhere/rooms: the bucket does not exist (NoSuchBucket).\n  Create it")


def test_key_that_the_store_rejects_is_an_error(store, run):
    store.command("/moto-api/reset-auth", b"0")
    try:
        said = run("--out", ADDRESS, status=2)
    finally:
        store.command("/moto-api/reset-auth", b"inf")
    assert "refused these credentials (InvalidAccessKeyId)" in said
    assert "AWS_PROFILE" in said


def test_key_without_write_permission_leaves_a_local_build(store, run, work, monkeypatch):
    key = store.reader()
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", key["AccessKeyId"])
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", key["SecretAccessKey"])
    store.command("/moto-api/reset-auth", b"0")
    try:
        said = run("--out", ADDRESS, "--work", work / "one", status=2)
    finally:
        store.command("/moto-api/reset-auth", b"inf")
    assert "refused these credentials (AccessDenied)" in said
    assert key["SecretAccessKey"] not in said
    assert not store.files("sets/rooms")
    run("--out", ADDRESS, "--work", work / "one")
    assert puts(store)[-4:] == [*PUBLISHED]


def test_missing_credentials_are_an_error(store, run, monkeypatch):
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    assert "no credentials were found" in run("--out", ADDRESS, status=2)


def test_store_that_cannot_be_reached_is_an_error(store, run, monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    assert "cannot be reached (EndpointConnectionError)" in run("--out", ADDRESS, status=2)


@pytest.mark.parametrize(("scheme", "package"), [("s3", "s3fs"), ("gs", "gcsfs")])
def test_missing_package_is_named_with_its_extra(store, run, monkeypatch, scheme, package):
    monkeypatch.setitem(sys.modules, package, None)
    monkeypatch.delitem(_registry, scheme, raising=False)  # imported by fsspec for other tests
    said = run("--out", f"{scheme}://lab/rooms", status=2)
    assert f"needs {package}, which is not installed" in said
    assert f"pip install 'vsi100k[{scheme}]'" in said


def test_arrow_pandas_and_datasets_read_the_build_in_its_bucket(store, run, work, tmp_path):
    run("--out", ADDRESS, "--work", work / "one")
    here = pd.read_parquet(work / "one" / "qa")
    pd.testing.assert_frame_equal(pd.read_parquet(f"{ADDRESS}/qa"), here)
    arrow = pyarrow.dataset.dataset("lab/sets/rooms/qa", filesystem=s3fs.S3FileSystem())
    assert arrow.to_table().column("id").to_pylist() == here["id"].tolist()
    files = {"train": f"{ADDRESS}/qa/train-*.parquet"}
    rows = load_dataset("parquet", data_files=files, split="train", cache_dir=str(tmp_path / "cache"))
    assert rows["id"] == here["id"].tolist()


def test_a_build_that_contains_a_secret_is_not_uploaded(store, run, work):
    run("--out", ADDRESS, "--work", work / "one")
    (work / "one" / "README.md").write_text(f"mine: {SECRET}")
    store.line.changes.clear()
    with pytest.raises(VsiError, match=r"README\.md: contains a secret of yours"):
        publish(work / "one", ADDRESS, lambda _: None, lambda: None)
    assert not store.line.changes


def test_a_build_in_a_bucket_is_opened_as_one_in_a_folder(store, run, tmp_path, monkeypatch):
    """A table is copied when it is read for the first time, and only then."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    run("--out", ADDRESS, "--work", tmp_path / "local")
    here, there = Build.open(tmp_path / "local"), Build.open(ADDRESS)
    assert there.manifest == here.manifest
    assert not list(there.folder.rglob("*.parquet"))
    assert there.questions().equals(here.questions())
    assert [path.name for path in there.folder.rglob("*.parquet")] == [Path(SHARDS[0]).name]
    assert there.verify() == []
    store.client.delete_object(Bucket="lab", Key=f"sets/rooms/{SHARDS[1]}")
    assert Build.open(ADDRESS).scenes().equals(here.scenes())


def test_damage_of_a_build_in_a_bucket_is_found(store, run, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    run("--out", ADDRESS)
    store.client.delete_object(Bucket="lab", Key=f"sets/rooms/{SHARDS[1]}")
    store.put("sets/rooms/qa/train-00001-of-00002.parquet", b"of another build")
    said = "\n".join(map(str, Build.open(ADDRESS).verify()))
    assert "scenes/train-00000-of-00001.parquet: is missing" in said
    assert "train-00001-of-00002.parquet: is not in manifest.json" in said
    with pytest.raises(BuildError, match="is missing"):
        Build.open(ADDRESS).scenes()


@pytest.mark.parametrize("address", ["s3://lab/sets/none", "s3://nobody/sets/rooms"])
def test_a_bucket_without_a_build_is_refused(store, address, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    with pytest.raises(OptionError, match="is not a build"):
        Build.open(address)
    with pytest.raises(OptionError, match="is only for a dataset on the Hub"):
        Build.open(ADDRESS, revision="v2")
    with pytest.raises(OptionError, match="without credentials") as caught:
        Build.open(f"s3://key:{SECRET}@lab/sets/rooms")
    assert SECRET not in str(caught.value)


def test_a_manifest_too_large_to_be_read_is_refused(store, run, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr("vsidata.dataset.copies.LARGEST_TEXT", 5_000)
    run("--out", ADDRESS)
    with pytest.raises(BuildError, match="too many for such a file"):
        Build.open(ADDRESS)
    assert not list((tmp_path / "cache").rglob("manifest.json"))
