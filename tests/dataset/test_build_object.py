"""`Build`: a written build as one object."""

import json
import shutil
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.dataset import small_scans, streams
from vsidata.dataset import schema
from vsidata.dataset.build import Build
from vsidata.dataset.manifest import manifest_bytes
from vsidata.errors import BuildError, OptionError
from vsidata.pipeline.build import BuildOptions, build

FIRST_RELEASE = Path(__file__).parents[1] / "golden" / "first_release"
SHARD = "train-00000-of-00001.parquet"


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """Three scenes: one is for validation, two have frames."""
    root = small_scans.write(tmp_path_factory.mktemp("root"), 3, edge=0.6)
    for number in range(2):
        streams.write(root, f"scene{number:04d}_00", streams.sens(4, size=(64, 48)))
    out = tmp_path_factory.mktemp("built") / "out"
    options = BuildOptions(
        out=out, scannet_root=root, workers=1, frames=2, visibility=False, embed=True, holdout="34%"
    )
    return build(options)


@pytest.fixture
def copy(written, tmp_path):
    return Path(shutil.copytree(written.out, tmp_path / "copy"))


def restate(folder, **entries):
    manifest = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps(manifest | entries))


def by_hand(folder, table, split="*"):
    """The rows of a table as pyarrow reads the files, in the order of their names."""
    return [
        row for path in sorted((folder / table).glob(f"{split}-*")) for row in pq.read_table(path).to_pylist()
    ]


@pytest.mark.parametrize("split", [None, "train", "validation"])
@pytest.mark.parametrize("table", ["qa", "scenes", "frames"])
def test_tables_are_those_of_the_files(written, table, split):
    opened = Build.open(written.out)
    read = {"qa": opened.questions, "scenes": opened.scenes, "frames": opened.frames}[table](split)
    parts = list(read) if table == "frames" else [read]
    lacking = {"frames": None} if table == "qa" else {}  # no question is about certain frames
    stored = [lacking | row for row in by_hand(written.out, table, split or "*")]
    assert [row for part in parts for row in part.to_pylist()] == stored
    if table == "frames":
        assert [len(part) for part in parts] == [1] * len(parts)
    assert list(opened.rows(table, split)) == stored


def test_build_has_its_label_splits_tables_and_options(written):
    opened = Build.open(str(written.out))
    asked = len(by_hand(written.out, "qa"))
    rules = json.loads((written.out / "manifest.json").read_text())["rules"]
    assert opened == written.build
    assert opened.splits == ("train", "validation")
    assert opened.label == f"{asked} questions about 3 scenes by wide@{rules['digest'][:8]}"
    assert opened.manifest.format_version == 2
    assert opened.manifest.tables == {"qa", "scenes", "frames", "embedded"}
    assert opened.manifest.options.holdout == 0.34


def test_columns_come_in_the_requested_order(written):
    table = Build.open(written.out).questions("train", ["ground_truth", "evidence.margin", "id"])
    rows = by_hand(written.out, "qa", "train")
    assert table.column_names == ["ground_truth", "evidence", "id"]
    assert table["id"].to_pylist() == [row["id"] for row in rows]
    assert table["evidence"].to_pylist() == [{"margin": row["evidence"]["margin"]} for row in rows]


def test_shards_are_read_in_the_order_of_the_manifest(copy):
    """The manifest lists the second half of the questions first, so not in the order of the names."""
    rows = pq.read_table(copy / "qa" / SHARD)
    halves = {"train-00000-of-00002.parquet": rows.slice(5), "train-00001-of-00002.parquet": rows.slice(0, 5)}
    (copy / "qa" / SHARD).unlink()
    for name, half in halves.items():
        pq.write_table(half, copy / "qa" / name)
    stated = json.loads((copy / "manifest.json").read_text())["files"]
    stated = {f"qa/{name}": stated[f"qa/{SHARD}"] for name in reversed(halves)}
    restate(copy, files=stated)
    assert Build.open(copy).questions("train")["id"].to_pylist() == rows["id"].to_pylist()


@pytest.mark.parametrize("read", ["questions", "scenes", "frames"])
def test_unknown_split_or_column_is_refused(written, read):
    opened = Build.open(written.out)
    with pytest.raises(OptionError, match=r"no split `test`(.|\n)*train, validation"):
        list(getattr(opened, read)("test"))
    for wrong in (["colour"], ["dataset.name"]):
        with pytest.raises(OptionError, match=r"not a column of this table(.|\n)*scene_name"):
            list(getattr(opened, read)(columns=wrong))


def test_build_without_frames_yields_no_frames(copy):
    stated = json.loads((copy / "manifest.json").read_text())["files"]
    restate(copy, files={path: shard for path, shard in stated.items() if not path.startswith("frames/")})
    assert list(Build.open(copy).frames()) == []


def test_table_without_a_row_has_its_columns(copy):
    restate(copy, files={})
    assert Build.open(copy).questions().schema == schema.QA
    assert Build.open(copy).scenes(columns=["room"]).schema.names == ["room"]


def test_build_of_the_first_release_is_version_1_and_lacks_rooms():
    old = Build.open(FIRST_RELEASE)
    assert "format_version" not in json.loads((FIRST_RELEASE / "manifest.json").read_text())
    assert old.manifest.format_version == 1
    assert old.questions().num_rows == 79 + 26
    assert set(old.scenes()["room"].to_pylist()) == {None}
    assert all(len(scene["images"][0]) == 3 for scene in old.frames())
    assert old.verify() == []


def test_later_format_is_refused_with_the_remedy(copy):
    restate(copy, format_version=3)
    with pytest.raises(
        BuildError, match="format version 3; this release of vsidata reads versions up to 2"
    ) as caught:
        Build.open(copy)
    assert "later release of vsidata" in caught.value.remedy


def test_unknown_keys_are_kept(copy):
    """They are also kept in nested objects, after a change, and if a key has the name of an attribute."""
    manifest = json.loads((copy / "manifest.json").read_text())
    manifest["options"] |= {"colours": [1, None]}
    manifest["rules"]["resolved"]["topics"]["object_counting"]["more"] = 7
    restate(copy, options=manifest["options"], rules=manifest["rules"], label="x", plain={"a": 1})
    whole = json.loads((copy / "manifest.json").read_text())
    opened = Build.open(copy).manifest
    assert opened.plain() == whole
    assert json.loads(manifest_bytes(opened.changed({"set_aside": 5}))) == whole | {"set_aside": 5}
    assert opened.label.endswith(opened.rules.label)


def lost(shard):
    shard.unlink()


def no_parquet(shard):
    shard.write_bytes(b"no Parquet")


def column_lost(shard):
    pq.write_table(pq.read_table(shard).drop_columns(["dataset"]), shard)


def column_more(shard):
    rows = pq.read_table(shard)
    pq.write_table(rows.append_column("mine", pa.array([7] * len(rows))), shard)


def column_changed(shard):
    rows = pq.read_table(shard)
    place = rows.column_names.index("dataset")
    pq.write_table(rows.set_column(place, "dataset", pa.array([{"a": 1}] * len(rows))), shard)


@pytest.mark.parametrize(
    ("harm", "fault"),
    [
        (lost, "is missing"),
        (no_parquet, "cannot be read"),
        (column_lost, "no column `dataset`"),
        (column_more, "has unknown columns: 'mine'"),
        (column_changed, "cannot be read"),
    ],
)
@pytest.mark.parametrize("table", ["qa", "scenes", "frames"])
def test_any_damage_to_a_shard_is_a_build_error_that_names_it(copy, table, harm, fault):
    shard = copy / table / SHARD
    harm(shard)
    opened = Build.open(copy)
    with pytest.raises(BuildError, match=fault) as caught:
        list({"qa": opened.questions, "scenes": opened.scenes, "frames": opened.frames}[table]("train"))
    assert caught.value.file == str(shard)
    assert [type(each) for each in opened.verify()][:1] == [BuildError]


def test_any_damage_to_the_manifest_is_a_build_error(copy):
    (copy / "manifest.json").write_text("{")
    with pytest.raises(BuildError, match="cannot be read"):
        Build.open(copy)
    (copy / "manifest.json").unlink()
    with pytest.raises(OptionError, match="is not a build"):
        Build.open(copy)


def test_undamaged_build_has_no_fault_and_is_unchanged_until_it_is_written(copy):
    opened = Build.open(copy)
    assert opened.verify() == []
    opened.check_unchanged()
    restate(copy, set_aside=7)
    with pytest.raises(BuildError, match="written again"):
        opened.check_unchanged()
