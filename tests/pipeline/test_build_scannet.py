"""A build from the folder of a new user: some good scans, a damaged scan, and a scan without annotation."""

import json
from collections import Counter

import numpy as np
import pyarrow.parquet as pq
import pytest

from tests.dataset import small_scans
from vsidata.dataset.summary_text import closing_lines
from vsidata.geometry.outline import signed_area
from vsidata.pipeline.build import BuildOptions, build


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    folder = tmp_path_factory.mktemp("user")
    root = small_scans.write(folder / "download", 5)
    broken = root / "scans/scene0001_00/scene0001_00_vh_clean_2.ply"
    broken.write_bytes(broken.read_bytes()[:-1000])
    (root / "scans/scene0003_00/scene0003_00.aggregation.json").unlink()
    return build(BuildOptions(out=folder / "out", scannet_root=small_scans.mark(root), workers=2))


def test_good_scans_are_used_and_the_others_listed_with_file_fault_and_remedy(built):
    failures = [json.loads(line) for line in (built.out / "failures.jsonl").read_text().splitlines()]
    assert [failure["scene_name"] for failure in failures] == ["scene0001_00", "scene0003_00"]
    assert [failure["file"].rpartition("/")[2] for failure in failures] == [
        "scene0001_00_vh_clean_2.ply",
        "scene0003_00.aggregation.json",
    ]
    assert all(failure["fault"] and failure["remedy"] for failure in failures)
    scenes = pq.read_table(built.out / "scenes")["scene_name"].to_pylist()
    assert scenes == ["scene0000_00", "scene0002_00", "scene0004_00"]


def test_skipped_scans_are_listed_with_their_files(built):
    set_aside = closing_lines(built)[1]
    assert set_aside.startswith("Skipped: 2 (scene0001_00_vh_clean_2.ply: is cut short")
    assert "; scene0003_00.aggregation.json: is missing)" in set_aside
    assert "skipped: scene0003_00.aggregation.json: is missing." in (built.out / "build.log").read_text()


def test_scenes_table_has_the_boxes_from_which_the_scans_were_made(built):
    for row in pq.read_table(built.out / "scenes").to_pylist():
        assert row["dataset"] == "synthetic"
        assert Counter(thing["label"] for thing in row["objects"])["chair"] == 2
        for thing in row["objects"]:
            if thing["label"] in small_scans.FURNITURE:
                box = thing["box"]
                assert min(box["extents"]) >= 0.34
                assert max(box["extents"]) <= 0.81
                assert box["center"][:2] == pytest.approx(thing["centroid"][:2], abs=0.05)


def test_outline_of_each_room_encloses_the_area_of_its_question(built):
    for row in pq.read_table(built.out / "scenes").to_pylist():
        assert row["room_area"] > 5
        enclosed = sum(signed_area(np.array(ring)) for ring in row["room_outline"])
        assert enclosed == pytest.approx(row["room_area"])


def test_every_topic_is_asked(built):
    assert set(built.manifest.questions["train"]) == set(built.manifest.options.topics)


def test_synthetic_scans_have_no_terms_of_other_datasets(built):
    assert "license: apache-2.0" in (built.out / "README.md").read_text()


def test_scans_that_are_broken_links_are_skipped_each_time(tmp_path):
    root = small_scans.write(tmp_path / "download", 1)
    (root / "scans/scene0001_00").symlink_to("/nowhere/at/all")
    (root / "scans/scene0002_00").symlink_to("scene0002_00")
    options = BuildOptions(out=tmp_path / "out", scannet_root=root, split="all", workers=1)
    for _ in range(2):  # the second run tries them again
        done = build(options)
        assert [failure["scene_name"] for failure in done.failures] == ["scene0001_00", "scene0002_00"]
        assert all("is a link to" in failure["fault"] for failure in done.failures)
        assert sum(done.manifest.scenes.values()) == 1
