"""Every command reads what the other commands write about a small build with many nulls."""

import json

import cv2
import numpy as np
import pytest

from tests.dataset import small_scans, streams
from vsidata.pipeline.build import BuildOptions, build

NAME = "lab/few-rooms"


def only_one_chair(folder):
    """Leave nothing in the room that can be counted."""
    path = folder / f"{folder.name}.aggregation.json"
    annotation = json.loads(path.read_text())
    next(group for group in annotation["segGroups"] if group["label"] == "chair")["label"] = "stool"
    path.write_text(json.dumps(annotation))


def write_video(path):
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"mp4v"), 24, (64, 48))
    for shade in range(0, 240, 10):
        writer.write(np.full((48, 64, 3), shade, dtype=np.uint8))
    writer.release()


@pytest.fixture(scope="module")
def poor(tmp_path_factory):
    """Five rooms: one with poses, one with only a video, three without frames. Four have objects to count."""
    root = small_scans.write(tmp_path_factory.mktemp("root"), 5)
    streams.write(root, "scene0000_00", streams.sens(20, size=(64, 48)))
    write_video(root / "scans" / "scene0001_00" / "scene0001_00.mp4")
    only_one_chair(root / "scans" / "scene0004_00")
    small_scans.mark(root)
    out = tmp_path_factory.mktemp("built") / "out"
    topics = ("object_counting", "room_size_estimation")
    options = BuildOptions(out=out, scannet_root=root, topics=topics, visibility=False, frames=2, workers=1)
    return build(options).out


def test_every_command_reads_what_the_others_wrote(hub, poor, run, tmp_path, monkeypatch):
    monkeypatch.setattr(
        "vsidata.analysis.blind.forest.TREES", 4
    )  # the accuracy of the guesses does not matter here
    run("audit", poor)
    macro = json.loads((poor / "audit.json").read_text())["scores"]["macro"]
    assert macro["forest"] is None
    said = run("push", poor, "--repo-id", NAME, "--dry-run")
    assert "audit.json" in said
    run("push", poor, "--repo-id", NAME)
    card = hub.files(NAME)["README.md"].decode()
    assert (
        f"the best constant answers score {100 * macro['constant_in_sample']['score']:.1f} (mean of topics"
        in card
    )
    assert "too few rooms for a random forest" in card
    run("verify", NAME)
    run("verify", poor)
    run("report", poor)
    run("sample", poor)
    run("compare", poor, poor)
    run("debias", poor, "--out", tmp_path / "debiased")
    for command in ("audit", "report", "verify"):
        run(command, tmp_path / "debiased")
    run("push", tmp_path / "debiased", "--repo-id", NAME)
    run("export", poor, "--to", "easyr1", "--out", tmp_path / "exported", "--media", "frames")
