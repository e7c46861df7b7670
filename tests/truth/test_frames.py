"""Questions and frames of a build, opened with `datasets`, compared with the drawings of the renderer."""

import io
import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from vsidata.pipeline.build import BuildOptions, build
from vsidata.sources.streams.sens import open_sens
from vsidata.synthetic.write import write_scans
from vsidata.topics.rule_set import load_rules

FEW = 4  # so few frames that some things are in none of them
WIDE = load_rules("wide")
SEEN = WIDE.visibility.pixels.value  # share of a picture, drawn from the scan with its holes

Drawn = dict[str, list[dict[int, float]]]
"""Scene → for each shown frame the share of the picture that each instance fills, by the renderer's count."""

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("offline")]


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("filmed")
    write_scans(root, scenes=3, seed=3, frames=60, workers=2, frame_size=(320, 240))
    return root


def table(out: Path, name: str) -> Any:
    from datasets import load_dataset

    return load_dataset(str(out), name, split="train", cache_dir=str(out / "cache"))


def what_was_drawn(out: Path, root: Path) -> Drawn:
    """The shares of a build's pictures that each object fills. The pictures must be those of the stream."""
    drawn: Drawn = {}
    for row in table(out, "frames"):
        name = row["scene_name"]
        truth = json.loads((root / "truth" / f"{name}.json").read_bytes())["frames"]
        stream = open_sens(root / "scans" / name / f"{name}.sens")
        assert not set(row["indices"]) & set(truth["lost"])
        for index, picture in zip(row["indices"], row["images"], strict=True):
            assert np.array_equal(picture, Image.open(io.BytesIO(stream.jpeg(index))))
        pixels = truth["size"][0] * truth["size"][1]
        drawn[name] = [
            {int(instance): count / pixels for instance, count in truth["pixels"][index].items()}
            for index in row["indices"]
        ]
    return drawn


def largest_shares(out: Path, root: Path) -> list[list[float]]:
    """For each question, the largest share of a shown frame that each of its objects fills in the drawing."""
    drawn = what_was_drawn(out, root)
    assert [len(frames) for frames in drawn.values()] == [FEW] * 3
    questions = table(out, "qa")
    assert len(questions) > 50
    return [
        [
            max(frame.get(thing["instance"], 0.0) for frame in drawn[row["scene_name"]])
            for thing in row["evidence"]["objects"]
        ]
        for row in questions
    ]


def test_shown_frames_contain_the_asked_objects_and_without_the_filter_some_do_not(
    root: Path, tmp_path: Path
) -> None:
    given = BuildOptions(out=tmp_path / "seen", scannet_root=root, frames=FEW)
    build(given)
    # The edges of objects differ a little in the drawing, so half of the required share is enough.
    assert all(min(shares, default=1) > SEEN / 2 for shares in largest_shares(given.out, root))
    everything = given.model_copy(update={"out": tmp_path / "all", "visibility": False})
    build(everything)
    assert sum(0.0 in shares for shares in largest_shares(everything.out, root)) > 10


def test_the_first_frame_that_shows_an_object_is_the_first_in_the_drawing(root: Path, tmp_path: Path) -> None:
    build(BuildOptions(out=tmp_path, scannet_root=root, topics=("object_counting",)))
    drawn = what_was_drawn(tmp_path, root)
    right = []
    for row in table(tmp_path, "frames"):
        for thing in row["seen"]:
            shares = [frame.get(thing["instance"], 0.0) for frame in drawn[row["scene_name"]]]
            first = len(shares) if thing["first"] is None else row["indices"].index(thing["first"])
            is_there = first == len(shares) or shares[first] > SEEN / 2
            right.append(is_there and max(shares[:first], default=0.0) < 2 * SEEN)
    assert len(right) > 50
    assert np.mean(right) > 0.97  # a hole in the back of a shelf shows the objects behind it


def test_asked_order_can_be_read_off_the_shown_frames(root: Path, tmp_path: Path) -> None:
    given = BuildOptions(out=tmp_path, scannet_root=root, topics=("obj_appearance_order",))
    build(given)
    drawn = what_was_drawn(tmp_path, root)
    words_for = {
        row["scene_name"]: {
            thing["instance"]: WIDE.vocabulary.names(thing["label"], "synthetic") for thing in row["objects"]
        }
        for row in table(tmp_path, "scenes")
    }
    questions = table(tmp_path, "qa")
    assert len(questions) > 5
    for row in questions:
        scene = row["scene_name"]
        together = []
        for category in row["answer"].split(", "):
            own = {i for i, words in words_for[scene].items() if category in words}
            together.append([sum(frame.get(i, 0.0) for i in own) for frame in drawn[scene]])
        first = [next(i for i, share in enumerate(shares) if share > SEEN / 2) for shares in together]
        for (_, later), (earlier_at, later_at) in zip(pairwise(together), pairwise(first), strict=True):
            assert later_at > earlier_at or max(later[: earlier_at + 1]) < 2 * SEEN
