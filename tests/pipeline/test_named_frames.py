"""Builds with questions about certain frames: the column `frames`, the number of frames, and the options."""

import json
from itertools import islice

import pyarrow.parquet as pq
import pytest

from tests.dataset import small_scans, streams
from tests.pipeline.test_build import digests
from vsidata.dataset.build import Build
from vsidata.errors import OptionError
from vsidata.pipeline.build import BuildOptions, build
from vsidata.topics.rule_set import load_rules

TOPIC = "camera_displacement"


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """Two scans, each with a stream along which the camera moves 4 m in two seconds."""
    root = small_scans.write(tmp_path_factory.mktemp("root"), 2)
    for number in range(2):
        streams.write(root, f"scene{number:04d}_00", streams.sens(40))
    return root


def built(root, out, **more):
    return build(BuildOptions(**{"out": out, "scannet_root": root, "workers": 1, **more}))


def questions(out):
    return pq.read_table(out / "qa").to_pylist()


def test_wide_asks_a_topic_about_the_camera_by_name_and_only_then_has_the_column(root, tmp_path):
    wide = load_rules("wide")
    both = built(root, tmp_path / "both", topics=("object_counting", TOPIC), visibility=False).out
    rows = questions(both)
    assert {row["topic"] for row in rows} == {"object_counting", TOPIC}
    for row in rows:
        assert row["frames"] == (list(range(16)) if row["topic"] == TOPIC else None)
        assert row["rules"] != wide.label  # its rules are more than those of `wide`
    counting = built(root, tmp_path / "counting", topics=("object_counting",), visibility=False).out
    assert "frames" not in pq.read_table(counting / "qa").column_names
    assert {row["rules"] for row in questions(counting)} == {wide.label}


@pytest.mark.parametrize(("rules", "number"), [("posed", 16), ("vsti", 32)])
def test_the_rule_set_states_the_number_of_frames(root, tmp_path, rules, number):
    summary = built(root, tmp_path / "out", rules=rules, topics=(TOPIC,))
    assert summary.manifest.options.frames == number
    (frames,) = {tuple(row["frames"]) for row in questions(summary.out)}
    assert frames == tuple(range(number))
    (shown,) = {len(row["indices"]) for row in pq.read_table(summary.out / "frames").to_pylist()}
    assert shown == number


def test_the_user_chooses_another_number_of_frames(root, tmp_path):
    rows = questions(built(root, tmp_path / "out", rules="posed", topics=(TOPIC,), frames=5).out)
    assert all(row["frames"] == [0, 1, 2, 3, 4] for row in rows)
    assert all(" of 5?" in row["question"] for row in rows)


def test_displacements_are_those_of_the_poses(root, tmp_path):
    out = built(root, tmp_path / "out", rules="posed", topics=(TOPIC,)).out
    frames = {row["scene_name"]: row for row in pq.read_table(out / "frames").to_pylist()}
    rows = questions(out)
    assert rows
    for row in rows:
        first, last = (moment["frame"] for moment in row["evidence"]["moments"])
        # The camera moves a tenth of a metre from one frame of the stream to the next.
        assert row["evidence"]["value"] == pytest.approx((last - first) / 10, abs=1e-6)
        indices = frames[row["scene_name"]]["indices"]
        assert (
            f"between frame {indices.index(first) + 1} and frame {indices.index(last) + 1} "
            in row["question"]
        )


def test_embedded_questions_have_their_frames_and_the_build_is_complete(root, tmp_path):
    out = built(root, tmp_path / "out", rules="posed", topics=(TOPIC,), embed=True, frames=6).out
    assert list(Build.open(out).verify()) == []
    for row in islice(pq.read_table(out / "embedded").to_pylist(), 5):
        assert len(row["images"]) == len(row["timestamps"]) == len(row["frames"]) == 6
    info = (out / "README.md").read_text()
    assert "name: frames" in info


def test_bytes_do_not_depend_on_workers(root, tmp_path):
    first = built(root, tmp_path / "one", rules="posed").out
    second = built(root, tmp_path / "two", rules="posed", workers=2).out
    assert digests(first) == digests(second)


def test_a_topic_about_the_camera_needs_frames(root, tmp_path):
    with pytest.raises(OptionError, match=f"has {TOPIC}, which needs frames"):
        built(root, tmp_path / "out", topics=(TOPIC,), frames=0)


def test_a_scan_without_a_stream_is_built_and_the_refusal_is_counted(tmp_path):
    root = small_scans.write(tmp_path / "root", 1)
    out = built(root, tmp_path / "out", rules="posed").out
    manifest = json.loads((out / "manifest.json").read_text())
    assert sum(manifest["questions"]["train"].values()) == 0
    assert manifest["drops"][TOPIC] == {"the scan has no frames with known cameras": 1}
