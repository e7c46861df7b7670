"""A build uses scans with a mutated file, or skips them with a message. It never crashes."""

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.dataset import meta_info
from tests.hostile.limits import within_limits
from tests.hostile.mutations import mutated
from tests.scans import small_scan
from tests.sources.streams.sens_bytes import Frame, Sens, pose
from vsidata.dataset import results
from vsidata.dataset.merge import merge
from vsidata.errors import VsiError
from vsidata.pipeline.build import BuildOptions, build
from vsidata.pipeline.process import Job, process_scene
from vsidata.sources.registry import open_source
from vsidata.sources.streams.shown import Framing
from vsidata.topics.rule_set import load_rules

NAME = "scene0000_00"
FILES = ["_vh_clean_2.ply", "_vh_clean_2.0.010000.segs.json", ".aggregation.json", ".txt", ".sens"]
RULES = load_rules("wide")
_IN_ONE_FOLDER = settings(deadline=None, suppress_health_check=list(HealthCheck))


def written(root: Path) -> Path:
    """The folder of a small scan with a stream."""
    folder = root / "scans" / NAME
    if not folder.exists():
        small_scan().write(root)
        frames = [Frame(pose=pose(angle)) for angle in (0.0, 0.1, 0.2)]
        (folder / f"{NAME}.sens").write_bytes(Sens(frames).bytes())
    return folder


def processed(kind: str, paths: list[Path], folder: Path, name: str) -> results.Head:
    """Process one scan like a build, and write the results to tables."""
    source = open_source(kind, paths)
    job = Job(source, RULES, 0, RULES.default_topics, folder, Framing(2, 16), True, True)
    process_scene(job, name)
    head = results.read_head(results.result_path(folder, name))
    assert head is not None
    assert not head.trace, head.trace
    recipe = {
        "options": {"source": "made", "split": "train", "holdout": 0, "frames": 2, "embed": True, "seed": 0}
        | {"visibility": True},
        "rules": {"name": RULES.name, "digest": RULES.digest, "resolved": RULES.resolved},
        "topics": RULES.described,
        "versions": {"vsidata": "0"},
        "leak_guard": {"active": True, "forbidden_rooms": {}, "refused": {}, "admitted": {}},
    }
    merge(folder, folder, recipe, {name: "train"})
    return head


def made_worse(root: Path, suffix: str, data: st.DataObject) -> None:
    path = written(root) / f"{NAME}{suffix}"
    intact = path.with_suffix(path.suffix + ".intact")
    if not intact.exists():
        intact.write_bytes(path.read_bytes())
    content = data.draw(mutated(intact.read_bytes()))
    path.write_bytes(content)
    (root / "out").mkdir(exist_ok=True)
    with within_limits(sum(file.stat().st_size for file in path.parent.iterdir()) + 100_000_000):
        processed("scannet", [root], root / "out", NAME)


@pytest.mark.parametrize("suffix", FILES)
@settings(_IN_ONE_FOLDER, max_examples=8, derandomize=True, database=None)
@given(data=st.data())
def test_scan_with_a_mutated_file_is_used_or_skipped(tmp_path, suffix, data):
    made_worse(tmp_path, suffix, data)


@pytest.mark.soak
@pytest.mark.parametrize("suffix", FILES)
@settings(_IN_ONE_FOLDER, max_examples=300)
@given(data=st.data())
def test_scan_with_a_file_mutated_in_hundreds_of_ways_is_used_or_skipped(tmp_path, suffix, data):
    made_worse(tmp_path, suffix, data)


def rooms_made_worse(folder: Path, data: st.DataObject) -> None:
    path = folder / "rooms.json"
    path.write_bytes(data.draw(mutated(json.dumps({"room0": meta_info.entry(0)}).encode())))
    try:
        names = open_source("meta-info", [path]).names()
    except VsiError:
        return
    for name in names:
        processed("meta-info", [path], folder, name)


@settings(_IN_ONE_FOLDER, max_examples=30, derandomize=True, database=None)
@given(data=st.data())
def test_mutated_room_is_used_or_skipped(tmp_path, data):
    rooms_made_worse(tmp_path, data)


@pytest.mark.soak
@settings(_IN_ONE_FOLDER, max_examples=1500)
@given(data=st.data())
def test_room_mutated_in_thousands_of_ways_is_used_or_skipped(tmp_path, data):
    rooms_made_worse(tmp_path, data)


@pytest.mark.parametrize(
    "name", ["../../escape", "/etc/escape", "..", ".", "a/b", "a\\b", "a\0b", "", " ", "x" * 200, "é", "-o"]
)
def test_names_of_rooms_do_not_write_outside_the_folder(tmp_path, name):
    rooms = tmp_path / "in" / "rooms.json"
    rooms.parent.mkdir()
    rooms.write_text(json.dumps({name: meta_info.entry(0), "room1": meta_info.entry(1)}))
    out = tmp_path / "outer" / "inner" / "out"
    with pytest.raises(VsiError, match="cannot be a file name"):
        build(BuildOptions(out=out, meta_info=(rooms,), rules="vsibench", workers=1))
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["in", "rooms.json"]


def test_names_of_datasets_and_labels_do_not_write_outside_the_folder(tmp_path):
    rooms = tmp_path / "rooms.json"
    entry = meta_info.entry(0)
    entry["object_bbox"]["../../escape"] = entry["object_bbox"].pop("bed")
    rooms.write_text(json.dumps({"room0": entry}))
    build(BuildOptions(out=tmp_path / "outer" / "out", meta_info=(rooms,), rules="vsibench", workers=1))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["outer", "rooms.json"]
    assert [path.name for path in (tmp_path / "outer").iterdir()] == ["out"]
