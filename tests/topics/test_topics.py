"""Topics on rooms made by hand: the questions, the answers, and the refusals with their reasons."""

import math
from collections import Counter
from dataclasses import replace
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial import ConvexHull

from tests.topics.rooms import room, thing
from vsidata.measuring.measure import MeasuredObject, MeasuredScene
from vsidata.topics.ask import Drops, ask
from vsidata.topics.candidates import alternate_answers
from vsidata.topics.object_rel_direction import direction, draw_triples
from vsidata.topics.question import Draft, Drop, Evidence, Question
from vsidata.topics.rule_set import load_rules

WIDE, PAPER = load_rules("wide"), load_rules("vsi100k")


def measures(question: Question) -> dict[str, float]:
    assert all(one.unit == "m" for one in question.evidence.measures)
    return {one.name: one.value for one in question.evidence.measures}


def asked(scene: MeasuredScene, topic: str, rules=WIDE, seed: int = 0) -> tuple[list[Question], Drops]:
    return ask(scene, rules, seed, [topic])


def test_a_kind_of_chair_is_counted_as_a_chair_and_on_its_own() -> None:
    scene = room(
        *(thing(i, "office chair", (i, 0, 0), (0.5, 0.5, 1), "chair") for i in range(3)),
        thing(3, "chair", (0, 2, 0)),
        thing(4, "chair", (1, 2, 0)),
        thing(5, "sink", (5, 5, 0)),
    )
    questions, _ = asked(scene, "object_counting")
    assert {q.question: q.ground_truth for q in questions} == {
        "How many chair(s) are in this room?": "5",
        "How many office chair(s) are in this room?": "3",
    }


def test_labels_of_several_things_and_too_small_objects_are_not_counted() -> None:
    scene = room(
        *(thing(i, "books", (i, 0, 0), hides_several=True) for i in range(2)),
        *(thing(i, "cup", (i, 0, 0), askable=i != 4) for i in range(2, 5)),
    )
    questions, drops = asked(scene, "object_counting")
    assert questions == []
    assert sorted(drops.values()) == [1, 1]


def test_a_mesh_mostly_without_annotation_is_not_counted() -> None:
    scene = room(thing(0, "chair", (0, 0, 0)), thing(1, "chair", (2, 0, 0)), unannotated=0.6)
    questions, drops = asked(scene, "object_counting")
    assert questions == []
    assert sum(drops.values()) == 1


def test_size_is_the_longest_side_in_centimetres() -> None:
    (question,), _ = asked(room(thing(7, "sofa", (0, 0, 0), (0.9, 2.134, 0.8))), "object_size_estimation")
    assert (question.ground_truth, question.unit) == ("213", "cm")
    assert question.evidence.objects[0].instance == 7
    assert question.evidence.value == pytest.approx(2.134)


def test_a_word_for_one_object_is_used_only_if_no_other_object_has_this_word() -> None:
    scene = room(thing(0, "table", (0, 0, 0)), thing(1, "coffee table", (3, 0, 0), (1, 1, 1), "table"))
    questions, _ = asked(scene, "object_size_estimation")
    assert [q.evidence.objects[0].category for q in questions] == ["coffee table"]


def test_room_size_has_one_decimal_and_is_left_out_if_it_is_unknown() -> None:
    (question,), _ = asked(room(area=17.26), "room_size_estimation")
    assert (question.ground_truth, question.unit, question.options) == ("17.3", "m²", None)
    questions, drops = asked(room(area=None), "room_size_estimation")
    assert questions == []
    assert sum(drops.values()) == 1


def test_distance_is_between_the_closest_points_of_the_boxes() -> None:
    # Sides 0.4 m, centres 3 m apart along x and 4 m along y: gaps of 2.6 and 3.6 m.
    scene = room(thing(0, "bed", (0, 0, 0)), thing(1, "sink", (3, 4, 0)))
    (question,), _ = asked(scene, "object_abs_distance")
    assert measures(question)["boxes"] == pytest.approx(math.hypot(2.6, 3.6))
    assert question.ground_truth == "4.4"
    assert {item.role for item in question.evidence.objects} == {"first", "second"}
    (paper,), _ = asked(scene, "object_abs_distance", PAPER)
    assert paper.ground_truth == "5.0"


def test_objects_that_nearly_touch_have_no_distance_to_estimate() -> None:
    scene = room(thing(0, "bed", (0, 0, 0)), thing(1, "nightstand", (0.55, 0, 0)))
    questions, drops = asked(scene, "object_abs_distance")
    assert questions == []
    assert drops["object_abs_distance", "closer than the shortest distance asked about"] == 1


@pytest.mark.parametrize(
    ("by_boxes", "by_surfaces", "asked_in_wide"),
    [
        (1.53, 1.84, False),  # 0.31 m, 20 %
        (0.6, 0.75, False),  # 0.15 m, 25 %
        (1.5, 1.62, True),  # 0.12 m, 8 %
        (0.3, 0.38, True),  # 0.08 m, 27 %
        (1.5, 1.5, True),
    ],
)
def test_distance_on_which_boxes_and_surfaces_disagree_is_asked_by_the_benchmarks_rules_only(
    by_boxes: float, by_surfaces: float, asked_in_wide: bool
) -> None:
    # The surface of each thing is a square of two triangles. The guitar's is behind the near side of its
    # box.
    near, back = 0.2 + by_boxes, 0.2 + by_surfaces
    scene = room(thing(0, "toilet", (0, 0, 0)), thing(1, "guitar", (near + 0.5, 0, 0), (1, 0.4, 0.4)))
    square = np.array([[0.0, -0.2, -0.2], [0, 0.2, -0.2], [0, -0.2, 0.2], [0, 0.2, 0.2]])
    triangles = np.array([[0, 1, 2], [1, 2, 3]])
    toilet, guitar = (
        replace(one, vertices=square + np.array([x, 0, 0]), triangles=triangles)
        for one, x in zip(scene.objects, (0.2, back), strict=True)
    )
    scene = replace(scene, objects=(toilet, guitar))
    questions, drops = asked(scene, "object_abs_distance")
    assert len(questions) == asked_in_wide
    assert drops["object_abs_distance", "boxes and surfaces disagree on the distance"] == 1 - asked_in_wide
    (question,), _ = asked(scene, "object_abs_distance", load_rules("vsibench"))
    assert measures(question) == pytest.approx({"boxes": by_boxes, "surfaces": by_surfaces})


def line_of(*distances: float) -> MeasuredScene:
    """A target with cubes along a line, each `distance` away from its face."""
    words = ["bed", "sink", "stove", "tv", "piano", "bench"]
    others = (
        thing(i + 1, word, (0.4 + far, 0, 0))
        for i, (word, far) in enumerate(zip(words, distances, strict=False))
    )
    return room(thing(0, "lamp", (0, 0, 0)), *others)


def test_the_nearest_of_four_is_the_answer_with_its_margin() -> None:
    questions, _ = asked(line_of(1.0, 1.7, 2.5, 3.5), "object_rel_distance")
    question = next(q for q in questions if q.evidence.objects[0].category == "lamp")
    assert question.answer == "bed"
    assert question.options is not None
    assert question.options["ABCD".index(question.ground_truth)] == f"{question.ground_truth}. bed"
    shown = ", ".join(text[3:] for text in question.options)
    assert f"({shown})" in question.question
    assert question.evidence.margin == pytest.approx(0.7)
    distances = {"to bed": 1.0, "to sink": 1.7, "to stove": 2.5, "to tv": 3.5}
    assert measures(question) == pytest.approx({"boxes": 1.0, **distances})


def test_options_closer_together_than_the_gap_are_never_offered_together() -> None:
    scene = line_of(1.0, 1.1, 1.7, 2.5, 3.5, 4.5)
    seen = set()
    for seed in range(20):
        for question in asked(scene, "object_rel_distance", seed=seed)[0]:
            gaps = np.diff(
                sorted(metres for name, metres in measures(question).items() if name.startswith("to "))
            )
            assert (gaps > 0.15).all()
            seen.add(question.answer)
    assert {"bed", "sink"} <= seen


def with_surface(thing: MeasuredObject, lowest_x: float) -> MeasuredObject:
    """The same object with a surface. The surface is its box without the part below `lowest_x`."""
    assert thing.box is not None
    corners = thing.box.corners.copy()
    corners[:, 0] = np.maximum(corners[:, 0], lowest_x)
    return replace(thing, vertices=corners, triangles=ConvexHull(corners).simplices.astype(np.int64))


@pytest.mark.parametrize(
    ("sofa_starts", "reason"),
    [
        (0.7, None),
        (1.17, "by surfaces another option is nearly as near"),
        (1.5, "the nearest by boxes and by surfaces differ"),
    ],
)
def test_no_question_is_asked_if_surfaces_do_not_clearly_agree(
    sofa_starts: float, reason: str | None
) -> None:
    # The box of the sofa begins 0.5 m from the lamp, and the box of the bed 1 m. The surface of the sofa
    # begins farther away in some cases.
    lamp, sofa = thing(0, "lamp", (0, 0, 0)), thing(1, "sofa", (1.7, 0, 0), (2, 0.4, 0.4))
    others = [thing(2, "bed", (0, 1.4, 0)), thing(3, "sink", (0, 2.4, 0)), thing(4, "tv", (0, 3.4, 0))]
    others = [with_surface(other, -9) for other in others]
    scene = room(with_surface(lamp, -9), with_surface(sofa, sofa_starts), *others)
    questions, drops = asked(scene, "object_rel_distance")
    about_lamp = [q for q in questions if q.evidence.objects[0].category == "lamp"]
    assert bool(about_lamp) == (reason is None)
    assert [why for _, why in drops if "surfaces" in why] == ([reason] if reason else [])
    for question in about_lamp:
        assert (question.answer, measures(question)["surfaces"]) == ("sofa", pytest.approx(0.5))


@pytest.mark.parametrize(("slack", "kept"), [(0.0, True), (0.4, True), (0.6, False)])
def test_no_question_is_asked_if_the_answer_depends_on_noise_in_the_choice_of_a_box(
    slack: float, kept: bool
) -> None:
    scene = line_of(1.0, 1.5, 2.5, 3.5)
    lamp, bed, *others = scene.objects
    questions, drops = asked(room(lamp, replace(bed, slack=slack), *others), "object_rel_distance")
    assert any(q.evidence.objects[0].category == "lamp" for q in questions) == kept
    reason = "with a box of nearly the same volume another option would be nearest"
    assert kept or drops["object_rel_distance", reason] > 0


@pytest.mark.parametrize(("slack", "kept"), [(0.2, True), (0.3, False)])
def test_another_shape_of_the_targets_box_may_change_both_distances(slack: float, kept: bool) -> None:
    lamp, *others = line_of(1.0, 1.5, 2.5, 3.5).objects
    questions, drops = asked(room(replace(lamp, slack=slack), *others), "object_rel_distance")
    assert any(q.evidence.objects[0].category == "lamp" for q in questions) == kept
    reason = "with a box of nearly the same volume another option would be nearest"
    assert kept or drops["object_rel_distance", reason] > 0


def test_a_touching_option_is_never_offered() -> None:
    for question in asked(line_of(0.1, 1.0, 1.7, 2.5, 3.5), "object_rel_distance")[0]:
        if question.evidence.objects[0].category == "lamp":
            assert "bed" not in [item.category for item in question.evidence.objects]


def test_of_several_instances_the_nearest_counts() -> None:
    scene = line_of(1.5, 2.0, 2.5)
    scene = room(*scene.objects, thing(8, "chair", (9, 0, 0)), thing(9, "chair", (0, 1.4, 0)))
    for question in asked(scene, "object_rel_distance")[0]:
        if question.evidence.objects[0].category == "lamp":
            assert question.answer == "chair"
            assert 9 in [item.instance for item in question.evidence.objects]


def test_a_chair_and_an_office_chair_are_never_options_against_each_other() -> None:
    scene = room(
        *line_of(1.0, 1.7, 2.5).objects,
        thing(8, "office chair", (0, 3, 0), (0.4, 0.4, 0.4), "chair"),
        thing(9, "chair", (0, 4, 0)),
    )
    for seed in range(10):
        for question in asked(scene, "object_rel_distance", seed=seed)[0]:
            options = [item.category for item in question.evidence.objects if item.role == "option"]
            assert not {"chair", "office chair"} <= set(options)


def test_the_paper_asks_once_per_label_without_options() -> None:
    questions, _ = asked(line_of(1.0, 1.7, 2.5, 3.5), "object_rel_distance", PAPER)
    assert len(questions) == 5
    assert all(q.options is None and q.ground_truth == q.answer for q in questions)


@pytest.mark.parametrize(
    ("degrees", "easy", "medium", "hard"),
    [
        (30, "left", "left", "front-left"),
        (120, "left", "left", "back-left"),
        (160, None, "back", "back-left"),
        (200, None, "back", "back-right"),
        (240, "right", "right", "back-right"),
        (330, "right", "right", "front-right"),
    ],
)
def test_directions_by_the_clock(degrees: float, easy: str | None, medium: str, hard: str) -> None:
    kinds = WIDE.topics["object_rel_direction"].kinds
    turn = math.radians(degrees)
    # The observer at (1, 1) faces +y; counter-clockwise from there is towards -x.
    asked_at = np.array([1 - 2 * math.sin(turn), 1 + 2 * math.cos(turn), 0.7])
    observer, facing = np.array([1.0, 1, 0]), np.array([1.0, 4, 2])
    words = [
        direction(kinds[f"object_rel_direction_{name}"], observer, facing, asked_at)
        for name in ("easy", "medium", "hard")
    ]
    assert [seen.word for seen in words] == [easy, medium, hard]


@given(st.integers(0, 60), st.integers(0, 10_000))
def test_direction_questions_keep_their_margin_on_both_sides(degrees: int, seed: int) -> None:
    turn = math.radians(degrees)
    scene = room(
        thing(0, "bed", (0, 0, 0), (0.1, 0.1, 0.1)),
        thing(1, "sink", (0, 3, 0), (0.1, 0.1, 0.1)),
        thing(2, "lamp", (3 * math.sin(turn), -3 * math.cos(turn), 0), (0.1, 0.1, 0.1)),
    )
    questions, _ = asked(scene, "object_rel_direction", seed=seed)
    edges = {"easy": (0, 135, 225), "medium": (0, 135, 225), "hard": (0, 90, 180, 270)}
    for question in questions:
        bearing = math.degrees(question.evidence.value) % 360
        nearest = min(
            abs((bearing - edge + 180) % 360 - 180) for edge in edges[question.question_type.split("_")[-1]]
        )
        assert nearest >= 10 - 1e-9
        assert math.degrees(question.evidence.margin or 0) == pytest.approx(nearest)


def test_an_object_that_extends_into_another_sector_is_not_asked_about() -> None:
    long_sofa = thing(2, "sofa", (-2, 0.5, 0), (0.5, 6.0, 0.5))
    scene = room(thing(0, "bed", (0, 0, 0)), thing(1, "sink", (0, 2, 0)), long_sofa)
    questions, _ = asked(scene, "object_rel_direction")
    hard = [q for q in questions if q.question_type.endswith("hard")]
    assert not any("is the sofa to my" in q.question for q in hard)


def scattered(seed: int, count: int = 12) -> MeasuredScene:
    """Small things scattered over a room of 6 by 4 m."""
    rng = np.random.default_rng(seed)
    places = rng.uniform((-3, -2, 0), (3, 2, 1), (count, 3))
    return room(*(thing(i, f"thing {i}", place, (0.25, 0.25, 0.25)) for i, place in enumerate(places)))


def test_possible_questions_of_a_rich_room_are_drawn_and_never_listed() -> None:
    # 300 things have 27 million triples, and 10^11 sets of a target with four options.
    questions, _ = ask(scattered(0, 300), WIDE, 0, WIDE.default_topics)
    made = Counter(q.question_type for q in questions)
    for topic, types in (("abs_distance", 1), ("rel_distance", 1), ("rel_direction", 3)):
        cap = WIDE.topics[f"object_{topic}"].per_scene.whole
        assert [made[kind] for kind in made if kind.startswith(f"object_{topic}")] == [cap] * types


def medium_words(rules, seed: int) -> Counter[str]:
    questions, _ = asked(scattered(seed), "object_rel_direction", rules, seed)
    return Counter(q.answer for q in questions if q.question_type == "object_rel_direction_medium")


def test_rare_directions_take_turns_under_the_cap_and_no_question_is_lost() -> None:
    as_drawn = WIDE.topics["object_rel_direction"].model_copy(update={"words_in_turn": False})
    drawn, even = Counter[str](), Counter[str]()
    for seed in range(20):
        drawn += medium_words(replace(WIDE, topics={**WIDE.topics, "object_rel_direction": as_drawn}), seed)
        even += medium_words(WIDE, seed)
    assert drawn.total() == even.total()
    assert drawn["back"] < 0.1 * drawn.total()
    assert even["back"] > 2 * drawn["back"]
    assert abs(even["left"] - even["right"]) < 0.1 * even.total()


@given(st.lists(st.sampled_from(["left", "right", "back", None]), max_size=40))
def test_words_take_turns_until_only_the_most_common_is_left(words: list[str | None]) -> None:
    evidence = Evidence((), 1.0)
    outcomes = [
        Draft("kind", f"{i}?", word, evidence) if word else Drop("no") for i, word in enumerate(words)
    ]
    ordered = list(alternate_answers(iter(outcomes)))
    assert sorted(map(id, ordered)) == sorted(map(id, outcomes))
    drafts = [outcome for outcome in ordered if isinstance(outcome, Draft)]
    for cap in range(len(drafts) + 1):
        taken, left = Counter(d.answer for d in drafts[:cap]), Counter(d.answer for d in drafts[cap:])
        # While questions with a word are left, any other word was used at most once more than this word.
        assert all(taken[word] >= max(taken.values(), default=0) - 1 for word in left)


@given(st.integers(0, 8), st.integers(1, 600), st.integers(0, 99))
def test_triples_are_different_and_none_comes_twice(count: int, draws: int, seed: int) -> None:
    drawn = list(draw_triples(count, draws, np.random.default_rng(seed)))
    everything = set(permutations(range(count), 3))
    assert len(drawn) == len(set(drawn)) == min(draws, len(everything))
    assert set(drawn) <= everything


@pytest.mark.parametrize("distances", [(1.0, 1.7, 2.5, 3.5), (1.0, 1.05, 1.1, 1.7, 2.5, 3.5)], ids=str)
def test_letters_are_drawn_evenly(distances: tuple[float, ...]) -> None:
    letters = Counter(
        question.ground_truth
        for seed in range(300)
        for question in asked(line_of(*distances), "object_rel_distance", seed=seed)[0]
        if question.evidence.objects[0].category == "lamp"
    )
    total = sum(letters.values())
    # Within five standard deviations of a fair draw.
    assert all(abs(letters[letter] - total / 4) < 5 * math.sqrt(total * 3 / 16) for letter in "ABCD")


def test_the_same_seed_and_scene_give_the_same_questions_with_any_other_topics() -> None:
    scene = line_of(1.0, 1.7, 2.5, 3.5, 4.5)
    together, _ = ask(scene, WIDE, 3, ["object_counting", "object_rel_distance", "object_abs_distance"])
    alone, _ = ask(scene, WIDE, 3, ["object_rel_distance"])
    assert [q for q in together if q.topic == "object_rel_distance"] == alone
    assert alone != ask(scene, WIDE, 4, ["object_rel_distance"])[0]


def test_a_question_keeps_its_id_when_its_rules_change() -> None:
    scene = line_of(1.0, 1.7, 2.5, 3.5)
    by_boxes = {q.question: q for q in asked(scene, "object_size_estimation")[0]}
    by_paper = {q.question: q for q in asked(scene, "object_size_estimation", PAPER)[0]}
    assert by_boxes.keys() == by_paper.keys()
    assert all(by_boxes[text].id == by_paper[text].id for text in by_boxes)
    assert all(by_boxes[text].rules != by_paper[text].rules for text in by_boxes)


def test_caps_are_per_scene_and_question_type() -> None:
    rules = WIDE.with_caps({"object_abs_distance": 2, "object_rel_direction": 1})
    questions, _ = ask(line_of(1.0, 1.7, 2.5, 3.5), rules, 0, ["object_abs_distance", "object_rel_direction"])
    kinds = Counter(q.question_type for q in questions)
    assert kinds["object_abs_distance"] == 2
    assert max(kinds.values()) <= 2


def test_two_different_boxes_are_two_objects_even_if_the_declared_count_is_one():
    things = [
        thing(number, name, (number, number % 3, 0))
        for number, name in enumerate(("lamp", "bed", "door", "sofa", "tv", "sink"))
    ]
    counted = replace(
        room(*things, thing(6, "lamp", (4, 5, 0))),
        declared_counts=dict.fromkeys(("lamp", "bed", "door", "sofa", "tv", "sink"), 1),
    )
    for seed in range(3):
        questions, _ = ask(counted, load_rules("vsibench"), seed, WIDE.topics)
        ids = [question.id for question in questions]
        assert len(ids) == len({*ids}) > 20
        named = Counter(
            it.category for question in questions for it in question.evidence.objects if it.role != "option"
        )
        assert (named["lamp"], named["bed"] > 0) == (0, True)


def test_two_equal_boxes_are_one_object_if_the_declared_count_is_one():
    twice = [thing(number, "lamp", (0, 0, 0)) for number in (0, 1)]
    scene = replace(room(*twice, thing(2, "bed", (3, 0, 0))), declared_counts={"lamp": 1, "bed": 1})
    questions, _ = asked(scene, "object_size_estimation")
    assert sorted(it.instance for question in questions for it in question.evidence.objects) == [0, 2]


@pytest.mark.parametrize(
    "topic", ["object_counting", "object_size_estimation", "object_abs_distance", "object_rel_direction"]
)
@pytest.mark.parametrize("cap", [0, 1, 3])
def test_questions_that_a_cap_leaves_out_are_counted(topic, cap):
    names = ("lamp", "bed", "door", "sofa", "tv", "sink", "cup", "vase")
    things = [
        thing(number, name, (1.2 * number, 1.1 * (number % 3), 0), askable=name != "cup")
        for number, name in enumerate((*names, *(f"chair {it // 2}" for it in range(10))))
    ]
    scene = room(*things)
    kinds = 3 if topic == "object_rel_direction" else 1
    all_of_them, drops = asked(scene, topic, WIDE.with_caps({topic: 999}))
    some, more_drops = asked(scene, topic, WIDE.with_caps({topic: cap}))
    assert len(some) == kinds * cap < len(all_of_them)
    assert {question.id for question in some} <= {question.id for question in all_of_them}
    assert len(some) + sum(more_drops.values()) == len(all_of_them) + sum(drops.values())
    untried = more_drops[topic, "not tried: the topic has its maximum of questions from one scene"]
    assert untried >= len(all_of_them) - len(some)
