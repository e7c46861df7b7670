"""In a build from real and synthetic scans, tables, card, report and push distinguish the two."""

import json
import shutil
from collections import Counter

import pyarrow.parquet as pq
import pytest
import yaml

from tests.dataset import small_scans, streams
from tests.pages import builds
from vsidata.dataset.card import Publication, card
from vsidata.dataset.manifest_form import Manifest
from vsidata.dataset.origin import datasets_of, is_free, owned_datasets
from vsidata.pages.overview import pictures_of
from vsidata.pipeline.build import BuildOptions, build
from vsidata.publish.export.terms import terms
from vsidata.sources.synthetic_mark import MARK

TOPICS = ("object_counting", "room_size_estimation")


def options(root, out, **more):
    return BuildOptions(
        out=out, scannet_root=root, topics=TOPICS, visibility=False, frames=2, workers=1, **more
    )


def real_scan(root, name, seed):
    small_scans.write_scan(root / "scans" / name, seed, 0.6)
    streams.write(root, name, streams.sens(4))


@pytest.fixture(scope="module")
def synthetic_then_mixed(tmp_path_factory):
    """The manifest of a build of two synthetic scans, and the manifest after real scans were added."""
    folder = tmp_path_factory.mktemp("mixed")
    root = small_scans.write(folder / "root", 2, edge=0.6)
    streams.write(root, "scene0000_00", streams.sens(4))
    first = build(options(root, folder / "out"))
    real_scan(root, "scene0191_00", 7)  # in ScanNet's train list
    real_scan(root, "scene0568_00", 8)  # in its validation list, and in VSI-Bench
    return root, first.manifest, build(options(root, folder / "out"))


def front_of(text):
    return yaml.safe_load(text.split("---\n")[1])


def test_build_of_synthetic_scans_alone_may_be_published(synthetic_then_mixed):
    _, manifest, _ = synthetic_then_mixed
    assert manifest.datasets == {"synthetic": 2}
    assert is_free(manifest)
    assert pictures_of(manifest) is None


def test_real_scans_that_are_added_belong_to_scannet_with_its_split_and_guard(synthetic_then_mixed):
    _, _, mixed = synthetic_then_mixed
    rows = pq.read_table(mixed.out / "scenes").to_pylist()
    assert {row["scene_name"]: (row["dataset"], row["split"]) for row in rows} == {
        "scene0000_00": ("synthetic", "train"),
        "scene0001_00": ("synthetic", "train"),
        "scene0191_00": ("scannet", "train"),
    }
    asked = Counter(pq.read_table(mixed.out / "qa")["dataset"].to_pylist())
    assert asked.keys() == {"synthetic", "scannet"}
    assert mixed.manifest.datasets == {"scannet": 1, "synthetic": 2}


def test_build_with_one_real_scan_may_not_be_published_freely(synthetic_then_mixed):
    _, _, mixed = synthetic_then_mixed
    assert not is_free(mixed.manifest)
    assert owned_datasets(mixed.manifest) == ["scannet"]
    assert pictures_of(mixed.manifest) == "ScanNet"
    assert terms(mixed.manifest).startswith("It contains frames of ScanNet")


def test_card_names_both_kinds_and_the_terms_that_apply(synthetic_then_mixed):
    _, _, mixed = synthetic_then_mixed
    text = (mixed.out / "README.md").read_text()
    assert front_of(text)["license_name"] == "scannet-terms-of-use"
    words = " ".join(text.split())
    assert "Spatial questions on ScanNet and synthetic rooms (wide)" in words
    assert "ScanNet 1, synthetic rooms 2" in words
    assert "official list `train` of ScanNet" in words
    assert "The synthetic rooms in it have no owner" in words
    gated = card(mixed.manifest, Publication("lab/rooms", "main", gated=True, on_word=False))
    assert "ScanNet" in front_of(gated)["extra_gated_prompt"]


def test_scan_that_loses_its_mark_is_read_again_as_a_scan_of_scannet(synthetic_then_mixed, tmp_path):
    root, _, mixed = synthetic_then_mixed
    root, out = shutil.copytree(root, tmp_path / "root"), shutil.copytree(mixed.out, tmp_path / "out")
    (root / "scans" / "scene0001_00" / MARK).unlink()
    again = build(options(root, out))
    assert not again.untouched
    assert again.manifest.datasets == {"scannet": 2, "synthetic": 1}


def test_terms_of_several_datasets_are_all_in_the_card(synthetic_then_mixed):
    _, _, mixed = synthetic_then_mixed
    several = mixed.manifest.changed({"datasets": {"arkitscenes": 1, "scannet": 1}})
    text = card(several)
    assert front_of(text)["license"] == "other"
    assert "license_name" not in front_of(text)
    words = " ".join(text.split())
    assert "Derived from ScanNet" in words
    assert "Their terms apply to derived data" in words


def test_synthetic_build_of_the_first_release_may_not_be_published_freely(tmp_path):
    """The first release marked a whole root as synthetic, so the root might have contained real scans."""
    out = builds.write(tmp_path / "build", [], [])
    manifest = json.loads((out / "manifest.json").read_text())
    assert is_free(Manifest.model_validate(manifest | {"datasets": {"synthetic": 1}}))
    del manifest["datasets"]
    manifest["options"]["dataset"] = "synthetic"
    assert not is_free(Manifest.model_validate(manifest))
    assert datasets_of(Manifest.model_validate(manifest)).keys() == {"unknown"}
    manifest["options"]["dataset"] = "scannet"
    assert owned_datasets(Manifest.model_validate(manifest)) == ["scannet"]
    manifest["options"]["dataset"] = "matterport"
    assert "their makers" in terms(Manifest.model_validate(manifest))
