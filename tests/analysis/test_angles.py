"""Answers in degrees are scored by their error on the circle in `audit`, `debias` and `compare`."""

import math

import numpy as np
import orjson
import pytest

from tests.analysis import made_questions as made
from vsidata.analysis.audit.audit import audit
from vsidata.analysis.audit.audit_text import closing_lines
from vsidata.analysis.audit.repeats import repeats
from vsidata.analysis.blind.blind_question import can_be_scored, read_blind_questions
from vsidata.analysis.blind.guess import guess
from vsidata.analysis.compare.compare import compare
from vsidata.analysis.debias.prune import prune

pytestmark = pytest.mark.usefixtures("few_trees")

ROOMS = [f"room{number}" for number in range(40)]


def compared(folder, first, second):
    for name, rows in (("first", first), ("second", second)):
        (folder / f"{name}.jsonl").write_bytes(b"\n".join(map(orjson.dumps, rows)))
    return compare(folder / "first.jsonl", folder / "second.jsonl")["topics"]


def between(first, second):
    """The angle between two directions in the plane, by their scalar product: a second implementation."""
    return math.degrees(math.acos(math.cos(math.radians(first - second))))


def by_hand(reply, truths):
    """The mean share of the thresholds 45, 40.5 … 4.5 degrees that the errors of a reply meet."""
    allowed = [45 - 4.5 * step for step in range(10)]
    return np.mean([[between(reply, truth) <= it + 1e-6 for it in allowed] for truth in truths])


def north(seed=0):
    """Two objects in each room, within 24 degrees of north."""
    rng = np.random.default_rng(seed)
    turns = rng.integers(-24, 25, (len(ROOMS), 2)).tolist()
    return [
        made.bearing(room, thing, turn % 360)
        for room, two in zip(ROOMS, turns, strict=True)
        for thing, turn in zip(("bed", "tv"), two, strict=True)
    ]


def test_350_instead_of_10_is_an_error_of_20_degrees(tmp_path):
    own = compared(tmp_path, [made.bearing("a", "bed", 10)], [made.bearing("a", "bed", 350)])
    assert own["object_bearing"]["metric"] == "angular_accuracy"
    assert own["object_bearing"]["score"] == pytest.approx(0.6)  # 45, 40.5 … 22.5 degrees allow it
    assert "ratio" not in own["object_bearing"]


def test_0_and_360_degrees_are_the_same_answer_and_have_a_score(tmp_path):
    own = compared(tmp_path, [made.bearing("a", "bed", 360)], [made.bearing("a", "bed", 0)])
    assert (own["object_bearing"]["same"], own["object_bearing"]["score"]) == (1, 1)


def test_words_and_degrees_of_a_topic_are_each_scored_by_their_own_metric(tmp_path):
    first = [made.bearing("a", "bed", 10), made.bearing_word("a", "bed", "left")]
    second = [made.bearing("a", "bed", 350), made.bearing_word("a", "bed", "left")]
    own = compared(tmp_path, first, second)["object_bearing"]
    assert (own["metric"], own["score"]) == ("mixed", pytest.approx((0.6 + 1) / 2))


def test_the_closest_differing_angles_are_shown_first(tmp_path):
    first = [made.bearing("a", thing, degrees) for thing, degrees in (("bed", 350), ("tv", 40))]
    second = [made.bearing("a", thing, degrees) for thing, degrees in (("bed", 170), ("tv", 50))]
    shown = compared(tmp_path, first, second)["object_bearing"]["examples"]["differing"]
    assert [it["first"] for it in shown] == ["350", "40"]


def test_the_constant_around_north_is_the_best_on_the_circle():
    rows = north()
    truths = [float(row["ground_truth"]) for row in rows]
    found = audit(read_blind_questions(rows))
    own = found["scores"]["types"]["object_bearing_degrees"]
    assert own["metric"] == "angular_accuracy"
    assert between(float(own["answer"]), 0) <= 10
    best = max(by_hand(reply, truths) for reply in range(360))
    # The metric rejects some errors exactly on a threshold, as the official scorer does.
    assert own["constant_in_sample"]["score"] == pytest.approx(best, abs=0.01)
    assert best - 0.05 < own["constant"]["score"] <= best
    assert found["left_out"] == 0  # an angle of 0 has a score
    assert any("error on the circle" in line for line in closing_lines(found))


def test_objects_that_are_always_north_or_south_are_guessed():
    middle = {"bed": 0, "tv": 180}
    rng = np.random.default_rng(1)
    rows = [
        made.bearing(room, thing, (at + int(rng.integers(-4, 5))) % 360)
        for room in ROOMS
        for thing, at in middle.items()
    ]
    found = guess(read_blind_questions(rows))
    assert found.of_forest.mean() > 0.9
    assert found.of_category.mean() > 0.9
    assert found.of_constant.mean() <= 0.5


def test_debias_keeps_random_angles_and_states_no_tail():
    rng = np.random.default_rng(2)
    rows = [made.bearing(room, it, int(rng.integers(0, 360))) for room in ROOMS for it in ("bed", "tv")]
    found = prune(read_blind_questions(rows), target=0.05, least=0.5)["object_bearing_degrees"]
    assert len(found.kept) > 0.7 * len(rows)
    assert found.tail is None
    assert found.after["constant_in_sample"] < 0.35  # a random direction scores 0.14


def test_rescans_have_no_ratio_of_angles():
    rows = [made.bearing(f"scene0000_0{scan}", "bed", degrees) for scan, degrees in enumerate((0, 350))]
    own = repeats(read_blind_questions(rows))["rescans"]["types"]["object_bearing_degrees"]
    assert own == {"asked_again": 1, "differing": 1}


@pytest.mark.parametrize(("degrees", "scored"), [("0", True), ("-45", True), ("nan", False), ("inf", False)])
def test_any_finite_angle_has_a_score(degrees, scored):
    (asked,) = read_blind_questions([made.bearing("a", "bed", degrees)])
    assert can_be_scored(asked) is scored


def test_lengths_are_scored_as_before_with_and_without_their_unit():
    rng = np.random.default_rng(3)
    rows = [made.size(room, it, int(rng.integers(20, 200))) for room in ROOMS[:10] for it in ("bed", "tv")]
    plain, with_unit = (
        audit(read_blind_questions([row | more for row in rows])) for more in ({}, {"unit": "cm"})
    )
    assert plain == with_unit
    own = plain["scores"]["types"]["object_size_estimation"]
    assert own["metric"] == "mean_relative_accuracy"
    truths = [float(row["ground_truth"]) for row in rows]
    errors = [abs(float(own["answer"]) - truth) / truth for truth in truths]
    score = np.mean([[error <= 1 - share / 100 for share in range(50, 100, 5)] for error in errors])
    assert own["constant_in_sample"]["score"] == pytest.approx(score)
