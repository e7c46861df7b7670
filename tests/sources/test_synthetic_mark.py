"""A scan is synthetic if its files are those that its mark lists, and not otherwise."""

import json
import shutil

import pytest
from typer.testing import CliRunner

from tests.dataset import small_scans, streams
from tests.scans import small_scan
from vsidata.commands.app import app
from vsidata.errors import OptionError, ScanError
from vsidata.selection.splits import select
from vsidata.sources.scannet import ScanNet
from vsidata.sources.synthetic_mark import MARK, write_mark

SUFFIXES = ("_vh_clean_2.ply", "_vh_clean_2.0.010000.segs.json", ".aggregation.json", ".txt", ".sens")


@pytest.fixture
def root(tmp_path):
    """Two synthetic scans. The first has a stream."""
    root = small_scans.write(tmp_path / "root", 2, edge=0.6)
    streams.write(root, "scene0000_00", streams.sens(3))
    return root


def datasets(root):
    source = ScanNet.open([root])
    return {name: source.dataset_of(name) for name in source.names()}


@pytest.mark.parametrize("below", ["", "scans"])
def test_marked_scans_are_synthetic(root, below):
    source = ScanNet.open([root / below])
    assert source.dataset == source.dataset_of("scene0001_00") == source.load("scene0001_00").dataset
    assert source.dataset == "synthetic"


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_scan_with_a_changed_file_is_not_synthetic_and_check_reports_it(root, suffix):
    path = root / "scans" / "scene0000_00" / f"scene0000_00{suffix}"
    content = bytearray(path.read_bytes())
    if suffix == ".sens":
        content += b"\0"  # only the size of a video is compared
    else:
        content[-5] ^= 1
    path.write_bytes(content)
    assert datasets(root) == {"scene0000_00": "scannet", "scene0001_00": "synthetic"}
    ran = CliRunner().invoke(app, ["check", "--scannet-root", str(root), "--quick", "--json"])
    scan, other = json.loads(ran.stdout)["scans"]
    assert (scan["dataset"], other["dataset"]) == ("scannet", "synthetic")
    if suffix not in (".aggregation.json", ".txt"):  # this change may make the scan unusable
        (finding,) = [found for found in scan["findings"] if found["kind"] == "changed"]
        assert f"scene0000_00{suffix} is not as listed" in finding["text"]


def test_a_build_names_the_marked_scans_that_count_as_real(root, tmp_path):
    words = ["build", "--scannet-root", str(root), "--frames", "0", "--workers", "1"]
    ran = CliRunner().invoke(app, [*words, "--out", str(tmp_path / "unchanged")])
    assert "marked as synthetic" not in ran.output
    path = root / "scans" / "scene0000_00" / "scene0000_00.txt"
    path.write_text(path.read_text() + "\n")
    ran = CliRunner().invoke(app, [*words, "--out", str(tmp_path / "changed")])
    said = " ".join(ran.output.split())
    assert "1 scan is marked as synthetic, but its files have changed since" in said
    assert "it counts as ScanNet's (scene0000_00). `vsidata check` lists the files." in said


@pytest.mark.parametrize("file", ["color/0.jpg", "scene0001_00.mp4"])
def test_scan_with_pictures_that_are_not_listed_is_not_synthetic(root, file):
    path = root / "scans" / "scene0001_00" / file
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"of a real room")
    assert datasets(root)["scene0001_00"] == "scannet"


def test_listed_pictures_are_part_of_a_synthetic_scan(root):
    path = root / "scans" / "scene0001_00" / "color" / "0.jpg"
    path.parent.mkdir()
    path.write_bytes(b"of a synthetic room")
    write_mark(root / "scans" / "scene0001_00")
    assert datasets(root)["scene0001_00"] == "synthetic"
    path.write_bytes(b"of another one room")
    assert datasets(root)["scene0001_00"] == "scannet"


def test_files_that_are_not_read_or_were_removed_do_not_matter(root):
    folder = root / "scans" / "scene0000_00"
    (folder / "notes.txt").write_text("mine")
    (folder / "scene0000_00.sens").unlink()
    assert datasets(root)["scene0000_00"] == "synthetic"
    (folder / "scene0000_00.aggregation.json").unlink()
    assert datasets(root)["scene0000_00"] == "synthetic"


@pytest.mark.parametrize(
    "content", ["", "{}", "[]", '{"files": []}', '{"files": {"scene0000_00.txt": 3}}', "\0"]
)
def test_damaged_mark_has_no_effect(root, content):
    (root / "scans" / "scene0000_00" / MARK).write_text(content)
    assert datasets(root)["scene0000_00"] == "scannet"


def test_video_is_not_read(root):
    """A sparse file of 64 GB takes no space on the disk, but reading it would take a minute."""
    folder = root / "scans" / "scene0000_00"
    with (folder / "scene0000_00.sens").open("r+b") as file:
        file.truncate(64 << 30)
    write_mark(folder)
    assert datasets(root)["scene0000_00"] == "synthetic"


def test_real_scan_that_is_copied_over_a_synthetic_scan_belongs_to_scannet(root, tmp_path):
    real = small_scan("scene0000_00").write(tmp_path / "download")
    shutil.copytree(real, root / "scans" / "scene0000_00", dirs_exist_ok=True)
    assert (root / "scans" / "scene0000_00" / MARK).is_file()
    assert datasets(root) == {"scene0000_00": "scannet", "scene0001_00": "synthetic"}


def test_mark_that_is_copied_to_a_real_scan_has_no_effect(root, tmp_path):
    real = small_scan("scene0000_00").write(tmp_path / "download")
    shutil.copy(root / "scans" / "scene0000_00" / MARK, real)
    assert datasets(tmp_path / "download") == {"scene0000_00": "scannet"}


def test_root_with_real_and_synthetic_scans_has_both_datasets(root):
    # In ScanNet's lists, 0191 is a training room, 0568 a validation room, 0707 a test room.
    for name in ("scene0191_00", "scene0568_00", "scene0707_00"):
        small_scan(name).write(root)
    synthetic = ["scene0000_00", "scene0001_00"]
    source = ScanNet.open([root])
    assert source.dataset == "scannet+synthetic"
    assert [name for name in source.names() if source.dataset_of(name) == "synthetic"] == synthetic
    assert [source.load(name).dataset for name in ("scene0001_00", "scene0191_00")] == [
        "synthetic",
        "scannet",
    ]
    assert select(source).split_of == dict.fromkeys([*synthetic, "scene0191_00"], "train")
    everything = select(source, split="all")
    assert everything.split_of == select(source).split_of | {"scene0707_00": "test"}
    assert everything.refused.keys() == {"scene0568_00"}
    with pytest.raises(OptionError, match="refuses all 1"):
        select(source, split="val")


def test_synthetic_scans_with_names_of_validation_scans_may_be_used_for_training(tmp_path):
    small_scans.write_scan(tmp_path / "scans" / "scene0568_00", 0)
    small_scans.mark(tmp_path)
    assert select(ScanNet.open([tmp_path])).split_of == {"scene0568_00": "train"}


def test_scan_that_is_replaced_after_it_was_found_synthetic_is_not_read_as_synthetic(root, tmp_path):
    source = ScanNet.open([root])
    assert source.dataset == "synthetic"
    real = small_scan("scene0000_00").write(tmp_path / "download")
    shutil.copytree(real, root / "scans" / "scene0000_00", dirs_exist_ok=True)
    with pytest.raises(ScanError, match="its files changed"):
        source.load("scene0000_00")


@pytest.mark.parametrize("below", ["", "scans"])
def test_mark_of_the_first_release_is_refused_in_one_line_with_a_remedy(root, below):
    (root / MARK).write_text('{"seed": 0}')
    with pytest.raises(OptionError) as caught:
        ScanNet.open([root / below])
    assert caught.value.file == str((root / below).resolve().parent / MARK if below else root / MARK)
    assert caught.value.fault == (
        "is the mark of an earlier release, which does not state which scans are synthetic."
    )
    assert "`vsidata synth`, in a new folder" in caught.value.remedy
    (root / MARK).unlink()
    assert ScanNet.open([root / below]).dataset == "synthetic"
