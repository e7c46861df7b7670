"""The public Python interface of `vsidata` works on a small build from beginning to end."""

import json
import subprocess
import sys

import pytest

import vsidata
from tests.dataset import small_scans, streams
from vsidata.analysis.blind import forest, guess

ROOMS = 5  # an audit needs at least this many scenes
FRAMES = 2  # rooms with frames
_LIGHT = """
import sys, vsidata
heavy = {"numpy", "pyarrow", "pydantic", "huggingface_hub", "vsidata.dataset"} & {*sys.modules}
assert not heavy, heavy
assert {"Build", "build", "plan", "audit", "report"} <= {*dir(vsidata)} & {*vsidata.__all__}
vsidata.Build
assert not {"scipy", "sklearn", "datasets", "huggingface_hub"} & {*sys.modules}
"""


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    root = small_scans.write(tmp_path_factory.mktemp("root"), ROOMS, edge=0.6)
    for number in range(FRAMES):
        streams.write(root, f"scene{number:04d}_00", streams.sens(4, size=(64, 48)))
    return root


@pytest.fixture(scope="module")
def done(root, tmp_path_factory):
    return vsidata.build(
        out=str(tmp_path_factory.mktemp("built") / "out"),
        scannet_root=str(root),
        topics=["object_counting", "object_rel_direction"],
        frames=2,
        visibility=False,
        workers=1,
    )


def test_a_build_is_made_opened_read_and_verified(done):
    assert done.failures == []
    build = vsidata.Build.open(str(done.out))
    assert build == done.build
    questions = build.questions(columns=["topic", "scene_name", "ground_truth"])
    assert set(questions["topic"].to_pylist()) == {"object_counting", "object_rel_direction"}
    assert set(questions["scene_name"].to_pylist()) == set(build.scenes()["scene_name"].to_pylist())
    assert len(build.scenes()) == ROOMS
    assert [len(scene["images"][0]) for scene in build.frames("train")] == [2] * FRAMES
    assert build.verify() == []


def test_a_plan_expects_at_least_as_many_questions_as_the_build_has(root, done):
    planned = vsidata.plan(root, rules="wide")
    assert planned.scenes == ROOMS
    for topic, count in done.manifest.questions["train"].items():
        assert 0 < count <= planned.questions[topic]


def test_an_audit_belongs_to_its_build_and_is_shown_by_the_report(done, monkeypatch):
    monkeypatch.setattr(forest, "TREES", 2)
    monkeypatch.setattr(guess, "_MOST_PARTITIONS", 1)
    build = vsidata.Build.open(done.out)
    found = vsidata.audit(build)
    assert not (done.out / "audit.json").exists()
    assert found == json.loads(json.dumps(vsidata.audit(str(done.out), write=True)))
    assert found == json.loads((done.out / "audit.json").read_text())
    assert found["questions"] == len(build.questions())
    shown = vsidata.report(build)
    assert (shown.scenes, shown.questions) == (ROOMS, found["questions"])
    assert '"stale":false' in (shown.index.parent / "data" / "build.js").read_text()
    # In the second call, the name is still the function, not the module.
    assert vsidata.report(done.out) == shown


def test_functions_raise_errors_with_the_messages_of_the_commands(tmp_path):
    with pytest.raises(vsidata.VsiError, match="needs an output folder"):
        vsidata.build(scannet_root=tmp_path)
    with pytest.raises(vsidata.VsiError, match="s3://lab/rooms"):
        vsidata.build(out="s3://lab/rooms", scannet_root=tmp_path)
    with pytest.raises(vsidata.VsiError, match="sead"):
        vsidata.build(out=tmp_path / "out", scannet_root=tmp_path, sead=1)
    with pytest.raises(vsidata.VsiError, match="is not a build"):
        vsidata.report(tmp_path)
    with pytest.raises(AttributeError, match="no attribute 'bild'"):
        _ = vsidata.bild


def test_the_import_loads_nothing_that_is_not_used():
    """`vsidata --help` is quick. A program that only reads a build loads only the modules that it needs."""
    subprocess.run([sys.executable, "-c", _LIGHT], check=True)
