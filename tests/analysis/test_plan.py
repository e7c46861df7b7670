"""Projected questions, compared with a plain count of the labels in generated annotations."""

import json
from collections import Counter
from math import comb
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from vsidata.analysis.expectation import load_expectation
from vsidata.analysis.plan import plan, seen_shares
from vsidata.commands.app import app
from vsidata.errors import OptionError
from vsidata.measuring.measure import measure
from vsidata.sources.registry import open_source
from vsidata.topics.ask import ask
from vsidata.topics.registry import TOPICS
from vsidata.topics.rule_set import load_rules
from vsidata.topics.topic import texts

_LABELS = [
    *("wall", "floor", "ceiling", "object", "door", "doors", "window", "doorframe"),
    *("chair", "office chair", "table", "desk", "sofa", "lamp", "books", "pillow", "trash can", "sink"),
    *(
        "kitchen counter",
        "shelf",
        "plant",
        "monitor",
        "bed",
        "nightstand",
        "tv",
        "radiator",
        "box",
        "printer",
    ),
]

Annotations = dict[str, list[str]]


def _write(root: Path, annotations: Annotations) -> None:
    for name, labels in annotations.items():
        folder = root / "scans" / name
        folder.mkdir(parents=True)
        groups = [{"id": i, "objectId": i, "segments": [i], "label": label} for i, label in enumerate(labels)]
        scan = {"sceneId": f"scannet.{name}", "appId": "Aggregator.v2", "segGroups": groups}
        (folder / f"{name}.aggregation.json").write_text(json.dumps(scan))


@pytest.fixture(scope="module")
def annotations() -> Annotations:
    rng = np.random.default_rng(0)
    weights = rng.dirichlet(np.full(len(_LABELS), 2.0))
    sizes = [1, 2, 3, 4, 5, *rng.integers(1, 60, 115)]
    return {
        f"scene{index:04}_00": rng.choice(_LABELS, size, p=weights).tolist()
        for index, size in enumerate(sizes)
    }


@pytest.fixture(scope="module")
def root(annotations: Annotations, tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("annotated")
    _write(root, annotations)
    return root


def _project(root: Path, rules: str) -> dict[str, int]:
    source = open_source("scannet", [root])
    return dict(plan(source, source.names(), load_rules(rules)).questions)


def test_projection_for_the_papers_rules_is_a_plain_count_of_labels(root, annotations):
    counted, sized, pairs, nearest, directions = 0, 0, 0, 0, 0
    for labels in annotations.values():
        times = Counter(labels)
        counted += sum(
            number >= 2 and label not in {"wall", "floor", "ceiling", "object"}
            for label, number in times.items()
        )
        structure = {"wall", "floor", "ceiling", "object", "door", "doors", "window", "doorframe"}
        once = [label for label, number in times.items() if number == 1 and label not in structure]
        sized += len(once)
        pairs += comb(len(once), 2)
        nearest += len(once) if len(times) >= 5 else 0
        directions += 6 if len(once) >= 3 else 0
    assert _project(root, "vsi100k") == {
        "object_counting": counted,
        "object_size_estimation": sized,
        "room_size_estimation": len(annotations),
        "object_abs_distance": pairs,
        "object_rel_distance": nearest,
        "object_rel_direction": directions,
    }


def test_projection_respects_the_caps_of_a_rule_set(root, annotations):
    rules = load_rules("vsi100k").with_caps({"object_abs_distance": 7, "object_counting": 1})
    source = open_source("scannet", [root])
    projected = plan(source, source.names(), rules).questions
    pairs, counted = 0, 0
    for labels in annotations.values():
        times = Counter(label for label in labels if label not in _LABELS[:8])
        pairs += min(7, comb(list(times.values()).count(1), 2))
        counted += any(
            number >= 2
            for label, number in Counter(labels).items()
            if label not in {"wall", "floor", "ceiling", "object"}
        )
    assert (projected["object_abs_distance"], projected["object_counting"]) == (pairs, counted)


@pytest.mark.parametrize("name", ["vsi100k", "vsibench", "wide"])
def test_a_scene_never_has_more_questions_than_projected(synthetic_root, name):
    rules = load_rules(name)
    source = open_source("scannet", [synthetic_root])
    for scene in source.names():
        projected = plan(source, [scene], rules).questions
        questions, _ = ask(
            measure(source.load(scene), rules.measurement, rules.vocabulary, seed=0),
            rules,
            0,
            rules.default_topics,
        )
        asked = Counter(question.topic for question in questions)
        assert all(asked[topic] <= most for topic, most in projected.items()), scene
        if name == "vsi100k":  # its rules refuse no question because of geometry
            assert dict(asked) == {topic: most for topic, most in projected.items() if most}


def test_words_that_cover_several_labels_are_counted_together(tmp_path):
    _write(tmp_path, {"scene0000_00": ["desk", "table", "office chair", "chair", "sink", "wall"]})
    projected = _project(tmp_path, "vsibench")
    # Desks count as tables, and office chairs as chairs. The benchmark never asks about sinks.
    assert (projected["object_counting"], projected["object_size_estimation"]) == (2, 0)


def test_words_that_hide_several_objects_are_not_counted_if_the_rules_say_so(tmp_path):
    _write(tmp_path, {"scene0000_00": ["books", "books", "lamp", "lamp"]})
    assert _project(tmp_path, "vsi100k")["object_counting"] == 2
    assert _project(tmp_path, "wide")["object_counting"] == 1


def test_scan_without_a_usable_annotation_is_skipped_and_named(tmp_path):
    _write(tmp_path, {"scene0000_00": ["lamp"], "scene0001_00": ["lamp"], "scene0002_00": ["lamp"]})
    (tmp_path / "scans/scene0001_00/scene0001_00.aggregation.json").unlink()
    (tmp_path / "scans/scene0002_00/scene0002_00.aggregation.json").write_text("{")
    source = open_source("scannet", [tmp_path])
    projected = plan(source, source.names(), load_rules("vsi100k"))
    assert (projected.scenes, projected.questions["room_size_estimation"]) == (1, 1)
    assert [Path(error.file).name for error in projected.failures] == [
        "scene0001_00.aggregation.json",
        "scene0002_00.aggregation.json",
    ]


def test_totals_of_the_paper_are_those_reconstructed_from_the_official_annotations():
    paper = load_expectation("paper")
    assert (paper.rules, paper.split, paper.scenes) == ("vsi100k", "all", 1513)
    assert {topic: total.total for topic, total in paper.questions.items() if not total.within} == {
        "object_counting": 6431,
        "object_size_estimation": 12914,
        "room_size_estimation": 1513,
        "object_abs_distance": 75759,
    }
    assert set(paper.questions) == set(load_rules(paper.rules).default_topics)


def test_expectation_agrees_within_its_share_only():
    nearest = load_expectation("paper").questions["object_rel_distance"]
    assert nearest.agrees(nearest.total)
    assert nearest.agrees(round(nearest.total * 1.019))
    assert not nearest.agrees(round(nearest.total * 1.03))


def test_error_of_an_unknown_expectation_lists_the_known_ones():
    with pytest.raises(OptionError) as refused:
        load_expectation("rumour")
    assert "paper" in refused.value.remedy


def test_command_compares_all_scans_under_the_papers_rules_with_the_papers_totals(root, annotations):
    ran = CliRunner().invoke(app, ["plan", "--scannet-root", str(root), "--expect", "paper", "--json"])
    figures = json.loads(ran.stdout)
    assert figures["rules"].startswith("vsi100k@")
    assert figures["questions"] == _project(root, "vsi100k")
    assert figures["difference"]["scenes"] == len(annotations) - 1513
    assert (
        figures["difference"]["questions"]["object_counting"]
        == figures["questions"]["object_counting"] - 6431
    )


def test_command_names_the_differences_from_the_papers_totals(root):
    ran = CliRunner().invoke(app, ["plan", "--scannet-root", str(root), "--expect", "paper"])
    rows = {line.split()[0]: line for line in ran.stdout.splitlines()}
    assert "6,431" in rows["object_counting"]
    assert "about 8,000" in rows["object_rel_direction"]
    assert rows["scenes"].split()[-1] == "differs"


def test_command_projects_the_scans_that_a_build_takes_by_default(root):
    ran = CliRunner().invoke(app, ["plan", "--scannet-root", str(root), "--json"])
    figures = json.loads(ran.stdout)
    assert figures["rules"].startswith("wide@")
    assert "expected" not in figures
    assert 0 < figures["scenes"] < 120, "scans of the validation list are left out"


def test_every_topic_has_a_measured_share_of_questions_that_the_filter_keeps():
    assert seen_shares().source
    assert all(0 < topic.seen_share <= 1 for topic in TOPICS.values())


def test_projection_with_the_filter_is_the_measured_share(tmp_path):
    _write(tmp_path, {"scene0000_00": ["bed", "desk", "sofa", "lamp", "sink"]})
    projected = plan(open_source("scannet", [tmp_path]), ["scene0000_00"], load_rules("wide"))
    assert projected.questions["object_size_estimation"] == 5
    assert projected.seen["object_size_estimation"] == round(5 * TOPICS["object_size_estimation"].seen_share)
    assert sum(projected.seen.values()) <= sum(projected.questions.values())


def test_no_topic_of_a_projection_is_above_the_largest_share_of_the_rules(
    tmp_path: Path, annotations: Annotations
) -> None:
    _write(tmp_path, annotations)
    rules = load_rules("posed")
    projected = plan(open_source("scannet", [tmp_path]), sorted(annotations), rules)
    assert rules.balance is not None
    total = sum(projected.questions.values())
    assert {*projected.questions} == {*rules.topics}
    assert 0 < max(projected.questions.values()) <= 0.2 * total
    for topic, number in projected.questions.items():
        cap = rules.topics[topic].per_scene.whole
        types = texts(topic, rules.resolved["topics"][topic])
        assert number <= cap * len(types) * len(annotations)
