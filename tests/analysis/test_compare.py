"""`vsidata compare` finds planted changes, and scores distances between centres by the released keys."""

import json
from pathlib import Path

import numpy as np
import orjson
import pytest

from tests.analysis import made_questions as made
from tests.analysis.command import vsidata
from tests.dataset.meta_info import write as write_meta_info
from vsidata.analysis.blind.blind_question import read_blind_questions
from vsidata.analysis.compare.compare import compare, read_side
from vsidata.analysis.compare.pairs import paired
from vsidata.pipeline.build import BuildOptions, build

CENTRES = Path(__file__).resolve().parents[2] / "recipes" / "data" / "centre-distances-rules.yaml"


def write(path: Path, rows: list[made.Row]) -> Path:
    path.write_bytes(b"\n".join(map(orjson.dumps, rows)))
    return path


def test_questions_kept_lost_and_new_are_counted(tmp_path):
    first = [
        made.size("a", "bed", 200),
        made.size("a", "tv", 100),  # changes
        made.size("a", "sofa", 180),  # is lost
        made.size("b", "bed", 190),  # is lost with its scene
        made.nearest("a", "bed", ["tv", "sofa"], "tv"),
        made.nearest("a", "tv", ["bed", "sofa"], "bed"),  # changes
    ]
    second = [
        made.size("a", "bed", 200),
        made.size("a", "tv", 80),
        made.size("a", "lamp", 40),  # is new
        # The same options in another order: another text and another letter, but the same answer.
        made.nearest("a", "bed", ["sofa", "tv"], "tv"),
        made.nearest("a", "tv", ["bed", "sofa"], "sofa"),
    ]
    found = compare(write(tmp_path / "a.jsonl", first), write(tmp_path / "b.jsonl", second))
    counts = {
        topic: [own[key] for key in ("both", "same", "differing", "lost", "new")]
        for topic, own in found["topics"].items()
    }
    assert counts == {"object_size_estimation": [2, 1, 1, 2, 1], "object_rel_distance": [2, 1, 1, 0, 0]}
    assert found["scenes"] == {"both": 1, "first": 1, "second": 0}
    sizes = found["topics"]["object_size_estimation"]
    # 100 instead of 80 is an error of a quarter. Six of the ten thresholds allow it: 0.50 to 0.75.
    assert sizes["score"] == pytest.approx((1 + 0.6) / 2)
    assert sizes["ratio"][1] == pytest.approx((1 + 1.25) / 2)
    assert sizes["examples"]["differing"] == [
        {
            "scene": "a",
            "type": "object_size_estimation",
            "text": first[1]["question"],
            "first": "100",
            "second": "80",
        }
    ]
    assert [it["text"] for it in sizes["examples"]["new"]] == [second[2]["question"]]
    assert found["topics"]["object_rel_distance"]["score"] == 0.5


def test_two_objects_of_a_distance_may_be_named_in_either_order_and_wording():
    other = "What is the distance between the tv and the bed (in meters)?"
    pairs = paired(
        read_blind_questions([made.distance("a", "bed", "tv", 2.0), made.distance("a", "bed", "lamp", 1.0)]),
        read_blind_questions([made.row("a", "object_abs_distance", other, "3.0")]),
    )
    assert [(ours.truth, theirs.truth) for ours, theirs in pairs.both] == [("2.0", "3.0")]
    assert [asked.truth for asked in pairs.lost] == ["1.0"]
    assert pairs.new == []


def test_a_repeated_question_is_paired_once():
    twice = read_blind_questions([made.size("a", "bed", 200), made.size("a", "bed", 210)])
    pairs = paired(twice, twice[:1])
    assert [len(pairs.both), len(pairs.lost), len(pairs.new)] == [1, 1, 0]


def test_questions_about_directions_with_exchanged_objects_are_not_paired():
    options = ["left", "right"]
    one = read_blind_questions([made.direction("a", "easy", ("bed", "tv", "sofa"), options, "left")])
    turned = read_blind_questions([made.direction("a", "easy", ("tv", "bed", "sofa"), options, "right")])
    assert paired(one, turned).both == []


def test_distances_between_centres_get_the_score_computed_by_hand(vsibench, tmp_path):
    files = [vsibench / f"{part}_meta_info_val.json" for part in ("scannetpp", "arkitscenes")]
    rules = tmp_path / "centres.yaml"
    rules.write_text(
        "extends: vsibench\nname: centres\nwhy: a test\n"
        "topics: {object_abs_distance: {between: positions}, object_rel_distance: {between: positions}}\n"
    )
    build(
        BuildOptions(
            out=tmp_path / "qa",
            meta_info=files,
            rules=str(rules),
            topics=["object_abs_distance"],
            per_scene={"object_abs_distance": 10_000},
            split="val",
            allow_benchmark_scenes=True,
            workers=1,
        )
    )
    own = compare(tmp_path / "qa", vsibench / "questions.jsonl")["topics"]["object_abs_distance"]

    # By hand, from the files: centroids, and the score as the paper defines it.
    rooms = {name: room for file in files for name, room in json.loads(file.read_bytes()).items()}
    scores, ratios, groups = [], [], []
    for line in (vsibench / "questions.jsonl").read_text().splitlines():
        row = json.loads(line)
        if row["question_type"] != "object_abs_distance":
            continue
        words = row["question"].partition("between the ")[2].partition(" (in meters)")[0].split(" and the ")
        boxes = [rooms[row["scene_name"]]["object_bbox"].get(word, []) for word in words]
        if "shoes" in words:  # a group annotated as one object: the rules do not ask about it
            groups.append(words)
        elif all(len(them) == 1 for them in boxes):
            metres = round(float(np.linalg.norm(np.subtract(*(them[0]["centroid"] for them in boxes)))), 1)
            truth = float(row["ground_truth"])
            error = abs(metres - truth) / truth
            scores.append(np.mean([error <= 1 - theta for theta in np.linspace(0.5, 0.95, 10)]))
            ratios.append(metres / truth)
    assert len(groups) == 4
    assert own["both"] == len(scores) == 479
    assert own["score"] == pytest.approx(np.mean(scores), abs=0.002)
    assert own["ratio"][1] == pytest.approx(np.median(ratios))
    # Over the complete benchmark, the score is 34.3 and the median ratio is 1.38.
    assert 100 * own["score"] == pytest.approx(34.3, abs=2)
    assert own["ratio"][1] == pytest.approx(1.38, abs=0.05)


# --- the command


@pytest.fixture(scope="module")
def two(tmp_path_factory):
    """A build by the default rules, and one by the same rules with distances between centres."""
    folder = tmp_path_factory.mktemp("compared")
    rooms = write_meta_info(folder / "rooms.json", 6)
    for name, rules in (("closest", "wide"), ("centres", str(CENTRES))):
        build(BuildOptions(out=folder / name, meta_info=[rooms], rules=rules, workers=1))
    return folder / "centres", folder / "closest"


def test_questions_of_a_build_have_their_unit(two):
    questions, _ = read_side(two[0])
    units = {asked.kind: asked.unit for asked in questions}
    assert (units["object_size_estimation"], units["object_counting"]) == ("cm", None)


def test_one_definition_is_scored_by_the_other(two):
    ran = vsidata("compare", *two, "--json")
    assert (ran.returncode, ran.stderr) == (0, "")
    found = json.loads(ran.stdout)
    assert "topics.object_abs_distance.between was positions, is boxes" in found["rules"]
    distances = found["topics"]["object_abs_distance"]
    assert distances["both"] > 100
    assert distances["new"] == 0
    assert distances["score"] < 0.6
    assert distances["ratio"][0] > 1  # centres are never nearer than the boxes around them
    for topic in (
        "object_counting",
        "object_size_estimation",
        "room_size_estimation",
        "object_rel_direction",
    ):
        own = found["topics"][topic]
        assert (own["score"], own["same"]) == (1, own["both"])


def test_table_names_the_rules_that_differ_and_examples(two):
    ran = vsidata("compare", *two)
    assert ran.returncode == 0
    assert "object_abs_distance.between was positions, is boxes" in ran.stdout
    assert "→" in ran.stdout


def test_a_build_is_the_same_as_itself(two):
    found = compare(two[0], two[0])
    assert found["rules"] == []
    for own in found["topics"].values():
        assert own["differing"] == own["lost"] == own["new"] == 0
        assert own["score"] == 1


def test_inputs_that_cannot_be_compared_are_refused(two, tmp_path):
    foreign = write(tmp_path / "foreign.jsonl", [made.size("elsewhere", "bed", 200)])
    for arguments, reason in (
        ((two[0], tmp_path), "no manifest.json"),
        ((two[0], foreign), "shares no scene"),
        ((two[0], tmp_path / "none.jsonl"), "cannot be read"),
    ):
        ran = vsidata("compare", *arguments)
        assert ran.returncode == 2
        assert reason in ran.stderr
        assert "Traceback" not in ran.stderr
