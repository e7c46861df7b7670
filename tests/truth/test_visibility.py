"""Objects that the viewer finds in a scan with noise and holes, compared with its synthetic video."""

import json
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from vsidata.measuring.measure import measure
from vsidata.measuring.sight import Sight
from vsidata.measuring.viewer import Viewer, viewer
from vsidata.scene import Array
from vsidata.sources.registry import open_source
from vsidata.synthetic.write import write_scans
from vsidata.topics.ask import ask
from vsidata.topics.rule_set import load_rules

WIDE = load_rules("wide")
RULES = WIDE.visibility


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One scan and its video of 12 seconds."""
    root = tmp_path_factory.mktemp("filmed")
    write_scans(root, scenes=1, seed=3, frames=30, frame_size=(320, 240))
    return root


@pytest.fixture(scope="module")
def looks(root: Path) -> Viewer:
    source = open_source("scannet", [root])
    (name,) = source.names()
    stream = source.stream(name, 95)
    assert stream is not None
    found = viewer(source.load(name), stream)
    assert found is not None
    return found


@pytest.fixture(scope="module")
def filmed(root: Path, looks: Viewer) -> tuple[Sight, Array]:
    """The sight of the valid frames of a video, and the true shares of the picture in the same form."""
    found = looks.sight(np.flatnonzero(looks.stream.valid), RULES)
    (path,) = (root / "truth").glob("*.json")
    truth = json.loads(path.read_text())["frames"]
    whole = np.prod(truth["size"])
    true = [
        [truth["pixels"][position].get(str(instance), 0) / whole for instance in found.instances]
        for position in found.positions
    ]
    return found, np.array(true)


def test_shares_of_the_picture_are_those_of_the_rendered_frames(filmed: tuple[Sight, Array]) -> None:
    found, true = filmed
    assert np.abs(found.pixels - true).mean() < 0.01
    assert np.corrcoef(found.pixels.ravel(), true.ravel())[0, 1] > 0.97


def test_an_object_is_in_a_frame_if_the_rendered_picture_shows_it(filmed: tuple[Sight, Array]) -> None:
    found, true = filmed
    least = RULES.pixels.value
    # Between half and twice the threshold either verdict is accepted.
    clearly, clearly_not = true >= 2 * least, true < least / 2
    assert clearly.sum() > 100
    assert (found.pixels[clearly] >= least).mean() > 0.97
    assert (found.pixels[clearly_not] < least).mean() > 0.97


def test_an_object_in_no_rendered_frame_is_not_found(filmed: tuple[Sight, Array]) -> None:
    found, true = filmed
    for column, instance in enumerate(found.instances):
        if found.shows(int(instance)):
            assert true[:, column].max() >= RULES.pixels.value / 2


def test_categories_appear_in_the_order_in_which_the_rendered_frames_show_them(
    root: Path, looks: Viewer, filmed: tuple[Sight, Array]
) -> None:
    found, true = filmed
    source = open_source("scannet", [root])
    (name,) = source.names()
    topic = "obj_appearance_order"
    timeline = looks.timeline(WIDE.topics[topic].rate.value)
    scene = measure(source.load(name), WIDE.measurement, WIDE.vocabulary, 0, timeline=timeline)
    questions, _ = ask(scene, WIDE, 0, [topic])
    assert questions
    for question in questions:
        first = []
        for category in question.answer.split(", "):
            own = np.isin(found.instances, [thing.instance for thing in scene.bearers[category]])
            first.append(int(np.argmax(true[:, own].sum(axis=1) >= RULES.pixels.value)))
        assert all(earlier < later for earlier, later in pairwise(first))
