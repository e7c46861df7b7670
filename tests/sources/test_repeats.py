"""An object that an annotation lists twice is one object. `check` lists the scan."""

import json
from collections import Counter

import numpy as np
import pytest
from typer.testing import CliRunner

from tests.dataset import small_scans
from vsidata.analysis.plan import plan
from vsidata.commands.app import app
from vsidata.measuring.measure import measure
from vsidata.sources.repeats import repeated
from vsidata.sources.scannet import ScanNet
from vsidata.sources.segmentation import Group
from vsidata.topics.ask import ask
from vsidata.topics.rule_set import load_rules

NAME = "scene0000_00"


@pytest.fixture(scope="module")
def roots(tmp_path_factory):
    """A valid scan, and the same scan with every object listed a second time under a new id."""
    right, twice = (small_scans.write(tmp_path_factory.mktemp("scans"), 1) for _ in range(2))
    path = twice / "scans" / NAME / f"{NAME}.aggregation.json"
    annotation = json.loads(path.read_bytes())
    groups = annotation["segGroups"]
    annotation["segGroups"] = groups + [{**group, "objectId": group["objectId"] + 500} for group in groups]
    path.write_text(json.dumps(annotation))
    return right, twice


@pytest.mark.parametrize("rules", ["wide", "vsibench"])
def test_scan_with_every_object_listed_twice_gives_the_same_questions(roots, rules):
    rule_set = load_rules(rules)
    texts = []
    for root in roots:
        scene = measure(ScanNet.open([root]).load(NAME), rule_set.measurement, rule_set.vocabulary, 0)
        questions, _ = ask(scene, rule_set, 0, ["object_counting", "object_size_estimation"])
        texts.append({question.question: question.answer for question in questions})
    right, twice = texts
    assert right
    assert twice == right


def test_an_object_listed_twice_counts_as_one_in_a_plan(roots):
    projected = [plan(ScanNet.open([root]), [NAME], load_rules("wide")).questions for root in roots]
    assert projected[0] == projected[1]


def test_the_papers_rules_count_all_listed_objects(roots):
    rules = load_rules("vsi100k")
    once, twice = (
        Counter(
            thing.category
            for thing in measure(
                ScanNet.open([root]).load(NAME), rules.measurement, rules.vocabulary, 0
            ).objects
        )
        for root in roots
    )
    assert twice == {label: 2 * count for label, count in once.items()}


@pytest.mark.parametrize("quick", [[], ["--quick"]])
def test_check_lists_the_scan_and_the_objects(roots, quick):
    ran = CliRunner().invoke(app, ["check", "--scannet-root", str(roots[1]), "--json", *quick])
    (scan,) = json.loads(ran.stdout)["scans"]
    (found,) = (finding for finding in scan["findings"] if finding["kind"] == "listed twice")
    assert scan["scene_name"] == NAME
    assert len(found["instances"]) == scan["objects"] / 2
    ran = CliRunner().invoke(app, ["check", "--scannet-root", str(roots[0]), "--json", *quick])
    (scan,) = json.loads(ran.stdout)["scans"]
    assert all(finding["kind"] != "listed twice" for finding in scan["findings"])


@pytest.mark.parametrize(
    ("first", "later", "same"),
    [
        (range(10), range(10), True),
        (range(10), range(9), True),  # nine of ten vertices
        (range(10), range(1, 11), True),  # nine of eleven
        (range(10), range(5), False),  # the second is a part of the first
        (range(10), range(5, 15), False),
        (range(10), range(10, 20), False),
    ],
)
def test_objects_with_nearly_the_same_vertices_are_one_object(first, later, same):
    groups = [Group(7, "chair", np.array(first)), Group(3, "chair", np.array(later))]
    assert repeated(groups, lambda: np.arange(20)) == ({7} if same else set())


def test_objects_with_two_labels_and_the_same_vertices_are_two_objects():
    groups = [Group(0, "chair", np.arange(5)), Group(1, "office chair", np.arange(5))]
    assert repeated(groups, lambda: np.arange(5)) == set()


def test_segments_are_compared_by_their_vertices():
    groups = [Group(0, "chair", np.array([0, 1])), Group(1, "chair", np.array([0, 2]))]
    assert repeated(groups, lambda: np.array([0] * 98 + [1, 2])) == {0}
    assert repeated(groups, lambda: np.array([0, 1, 2])) == set()
