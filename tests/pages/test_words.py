"""Rules, margins, charts and pictures of a report."""

import base64
import io

import numpy as np
import pytest
from PIL import Image

from tests.pages import rooms
from vsidata.pages.rules_in_words import margin_in_words, topic_rules, what_differs
from vsidata.pages.tallies import Tallies
from vsidata.pages.thumbnails import thumbnail
from vsidata.topics.registry import TOPICS
from vsidata.topics.rule_set import RULE_SETS, load_rules

WIDE = load_rules("wide")
RULES = WIDE.resolved


@pytest.mark.parametrize("name", RULE_SETS)
def test_every_topic_of_every_rule_set_is_defined_with_the_reasons_of_its_constants(name):
    rules = load_rules(name)
    resolved = rules.resolved
    said = topic_rules(resolved, rules.described)
    assert {*said} == {*resolved["topics"]}
    for rule in said.values():
        assert rule["definition"].endswith(".")
        assert all(constant["value"] and constant["why"] for constant in rule["constants"])


def test_every_topic_has_a_definition():
    of_sets = [topic_rules(rules.resolved, rules.described) for rules in map(load_rules, RULE_SETS)]
    assert {topic for rules in of_sets for topic in rules} == {*TOPICS}


def test_definition_names_the_points_between_which_it_measures():
    boxes, centres = (
        topic_rules(rules.resolved, rules.described)["object_abs_distance"]["definition"]
        for rules in map(load_rules, ("wide", "vsi100k"))
    )
    assert "closest points of their boxes" in boxes
    assert "means of their vertices" in centres


def test_constants_carry_their_units():
    said = {one["name"]: one["value"] for one in topic_rules(RULES, {})["object_rel_direction"]["constants"]}
    assert said["margin"] == "10°"
    assert said["farthest"] == "5 m"
    assert said["draws"] == "200"


def test_margins_are_shown_with_the_minimum_of_the_rules():
    said = {row["topic"]: margin_in_words(row, RULES, WIDE.described) for row in rooms.questions()}
    assert said["object_rel_distance"] == (
        "The second nearest is 0.80 m farther; the rules require more than 0.15 m."
    )
    assert said["object_rel_direction"] == (
        "The answer would change after another 34°; the rules require at least 10°."
    )
    assert said["obj_appearance_order"].startswith("The closest two appear 1.8 s apart; the rules require")
    assert "after another 17°, at the least clear turn" in said["route_planning"]
    assert "scored by how near" in said["object_counting"]


def charts(rows):
    tallies = Tallies()
    for row in rows:
        tallies.add(row)
    return tallies.charts()


def asked(truth, **more):
    row = {"topic": "t", "question_type": "t", "ground_truth": truth, "answer": truth, "options": None}
    return {**row, "unit": None, **more}


def test_histogram_of_numbers_counts_all_of_them():
    rng = np.random.default_rng(0)
    numbers = [*rng.uniform(0, 10, 500).round(1).tolist(), 1e6, 0.0]
    (chart,) = charts([asked(str(number), unit="m") for number in numbers])
    assert chart["numbers"]
    assert sum(bar["count"] for bar in chart["bars"]) == 502
    assert chart["bars"][-1]["count"] == 1  # values far beyond the others are in the last bin
    assert chart["of"].startswith("median 5")


def test_counts_are_sorted_and_letters_have_their_own_chart():
    (counts,) = charts([asked(str(n)) for n in (10, 2, 2, 3)])
    assert [(bar["label"], bar["count"]) for bar in counts["bars"]] == [("2", 2), ("3", 1), ("10", 1)]
    words, letters = charts([asked("A", answer="left", options=["A. left", "B. right"])] * 3)
    assert words["bars"] == [{"label": "left", "count": 3}]
    assert letters["bars"] == [{"label": "A", "count": 3}]


def test_names_of_things_have_no_chart_but_their_letters_have_one():
    rows = [asked("A", answer=f"thing {n}", options=["A. x"]) for n in range(40)]
    (letters,) = charts(rows)
    assert letters["of"] == "letters"


def picture_of(uri: str) -> Image.Image:
    return Image.open(io.BytesIO(base64.b64decode(uri.partition(",")[2])))


@pytest.mark.parametrize(("orientation", "size"), [(None, (224, 168)), (0, (224, 168)), (90, (168, 224))])
def test_thumbnails_are_small_and_upright(orientation, size):
    assert picture_of(thumbnail(rooms.jpeg(size=(640, 480)), orientation)).size == size


def test_thumbnail_is_turned_clockwise():
    pixels = np.zeros((48, 64, 3), np.uint8)
    pixels[:, :32] = 255  # bright on the left, so bright at the top after a quarter turn
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "JPEG")
    turned = np.asarray(picture_of(thumbnail(file.getvalue(), 90)))
    assert turned.shape == (64, 48, 3)
    assert turned[:24].min() > 200
    assert turned[-24:].max() < 50


@pytest.mark.parametrize("jpeg", [b"", b"no picture", rooms.jpeg()[:200]])
def test_invalid_picture_has_no_thumbnail(jpeg):
    assert thumbnail(jpeg, 0) is None


def test_rules_of_a_user_are_shown_by_their_changes(tmp_path):
    """The changes are two values, one of them from a file in between. The reason of `wide` is not shown."""
    gap = 'topics: {object_rel_distance: {min_gap: {value: 0.3, unit: m, why: "mine", source: "mine"}}}'
    (tmp_path / "first.yaml").write_text(f"extends: wide\n{gap}\n")
    (tmp_path / "mine.yaml").write_text(
        'extends: first.yaml\ntopics: {room_size_estimation: {question: "How large is it?"}}\n'
    )
    own = load_rules(tmp_path / "mine.yaml")
    said = what_differs(own.resolved, own.extends)
    assert (said["why"], said["extends"]) == ("", "wide")
    first, second = sorted(said["changes"])
    assert first == "topics.object_rel_distance.min_gap was 0.15 m, is 0.3 m"
    assert second.startswith("topics.room_size_estimation.question was ")


@pytest.mark.parametrize("name", RULE_SETS)
def test_rule_sets_of_the_package_state_their_own_reason(name):
    rules = load_rules(name)
    said = what_differs(rules.resolved, None)
    assert (rules.extends, said) == (None, {"why": rules.why, "extends": None, "changes": []})


@pytest.mark.parametrize("size", [(60_000, 1), (1, 60_000)])
def test_thumbnail_of_a_thin_picture_is_at_least_one_pixel_wide(size):
    assert min(picture_of(thumbnail(rooms.jpeg(size=size), 0)).size) == 1
