"""`Build.open` of a dataset on the Hub."""

import pytest

from vsidata.dataset.build import Build
from vsidata.errors import BuildError, OptionError, VsiError

NAME = "lab/rooms"


@pytest.fixture
def published(synthetic, run):
    run("push", synthetic, "--repo-id", NAME)
    return synthetic


@pytest.mark.parametrize("where", [NAME, f"hf://datasets/{NAME}"])
def test_tables_are_those_of_the_build_and_copied_when_they_are_read(hub, published, where):
    here, there = Build.open(published), Build.open(where)
    assert (there.label, there.splits) == (here.label, here.splits)
    assert not list(there.folder.rglob("*.parquet"))
    assert there.questions("train").equals(here.questions("train"))
    assert {path.parent.name for path in there.folder.rglob("*.parquet")} == {"qa"}
    assert there.scenes(columns=["scene_name"]).equals(here.scenes(columns=["scene_name"]))
    assert list(there.rows("frames")) == list(here.rows("frames"))
    assert there.verify() == []


def test_a_revision_is_opened_with_its_content(hub, published, other, run):
    run("push", other, "--repo-id", NAME, "--revision", "second")
    assert Build.open(NAME).label == Build.open(published).label
    for opened in (Build.open(NAME, "second"), Build.open(f"hf://datasets/{NAME}@second")):
        assert opened.label == Build.open(other).label
        assert opened.questions().equals(Build.open(other).questions())


def test_a_dataset_without_a_build_is_refused(hub, published, pauses, tmp_path, monkeypatch):
    with pytest.raises(VsiError, match="is not on the Hub"):
        Build.open("lab/none")
    for nothing in ("./rooms", "a/b/c", "rooms"):
        with pytest.raises(OptionError, match="is neither a folder nor a name on the Hub"):
            Build.open(nothing)
    with pytest.raises(OptionError, match="is on this disk"):
        Build.open(published, "second")


def test_a_shard_that_the_hub_lost_is_missing(hub, published):
    commit = hub.repos[NAME].at("main")
    lost = next(path for path in commit.files if path.startswith("scenes/"))
    del commit.files[lost]
    with pytest.raises(BuildError, match="is missing"):
        Build.open(NAME).scenes()
