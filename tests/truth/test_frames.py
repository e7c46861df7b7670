"""Questions and frames of a build, opened with `datasets`, against what the renderer drew in those frames."""

import json
from pathlib import Path

import pytest

from vsidata.build import BuildOptions, build
from vsidata.synthetic.write import write_scans

FRAMES = 4  # so few that a walk through a room shows some things in none of them


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("filmed")
    write_scans(root, scenes=3, seed=7, frames=30, workers=2)
    return root


def largest_shares(out: Path, root: Path, cache: Path) -> list[list[float]]:
    """For each question, the largest share of a shown frame that each of its objects fills in the drawing."""
    from datasets import load_dataset

    frames = load_dataset(str(out), "frames", split="train", cache_dir=str(cache))
    drawn = {}
    for row in frames:
        truth = json.loads((root / "truth" / f"{row['scene_name']}.json").read_bytes())["frames"]
        assert len(row["images"]) == FRAMES
        assert [list(image.size) for image in row["images"]] == [truth["size"]] * FRAMES
        assert not set(row["indices"]) & set(truth["lost"])
        pixels = truth["size"][0] * truth["size"][1]
        drawn[row["scene_name"]] = [
            {int(instance): count / pixels for instance, count in truth["pixels"][index].items()}
            for index in row["indices"]
        ]
    questions = load_dataset(str(out), "qa", split="train", cache_dir=str(cache))
    assert len(questions) > 50
    return [
        [
            max(frame.get(thing["instance"], 0.0) for frame in drawn[row["scene_name"]])
            for thing in row["evidence"]["objects"]
        ]
        for row in questions
    ]


@pytest.mark.slow
def test_shown_frames_contain_what_is_asked_about_and_without_the_filter_some_do_not(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    given = BuildOptions(out=tmp_path / "seen", scannet_root=root, frames=FRAMES)
    build(given)
    # The rules ask for a share of 0.001 in the scan, with its holes; the drawing has edges of its own.
    assert all(min(shares, default=1) > 0.0005 for shares in largest_shares(given.out, root, tmp_path / "a"))
    everything = given.model_copy(update={"out": tmp_path / "all", "visibility": False})
    build(everything)
    unseen = [shares for shares in largest_shares(everything.out, root, tmp_path / "b") if 0.0 in shares]
    assert unseen
