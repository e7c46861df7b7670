"""Questions that the picked frames cannot answer are left out for a reason, and never count."""

from dataclasses import replace

import pytest

from tests.topics.rooms import room, thing
from tests.topics.sights import RULES, sight
from vsidata.measuring.measure import MeasuredScene
from vsidata.measuring.sight import Sight
from vsidata.topics.ask import Drops, ask
from vsidata.topics.question import Question
from vsidata.topics.rule_set import load_rules

WIDE = load_rules("wide")
ENOUGH, GLIMPSE = 0.05, RULES.pixels.value / 2


def asked(scene: MeasuredScene, topic: str, shown: Sight | None, rules=WIDE) -> tuple[list[Question], Drops]:
    return ask(replace(scene, sight=shown), rules, 0, [topic])


def instances(question: Question) -> set[int]:
    return {item.instance for item in question.evidence.objects}


CHAIRS = room(*(thing(i, "chair", (i, 0, 0)) for i in range(3)), thing(3, "sink", (5, 5, 0)))
PLACES = {"bed": (0, 0), "sink": (2, 0.3), "tv": (0.5, 3), "sofa": (-2.5, 1), "desk": (1, -3.6)}
SPREAD = room(*(thing(i, word, (x, y, 0)) for i, (word, (x, y)) in enumerate(PLACES.items())))


def test_chairs_are_counted_only_if_every_one_is_seen() -> None:
    every = {i: [ENOUGH] for i in range(4)}
    assert len(asked(CHAIRS, "object_counting", sight(every))[0]) == 1
    questions, drops = asked(CHAIRS, "object_counting", sight(every | {2: [0.0]}))
    assert questions == []
    assert drops == {("object_counting", "the frames do not show every object it needs"): 1}


@pytest.mark.parametrize("rarely", [[0.0, 0.0], [GLIMPSE, GLIMPSE]], ids=["never", "glimpsed"])
def test_an_object_that_no_frame_shows_well_is_not_measured(rarely: list[float]) -> None:
    shown = sight({0: rarely} | {i: [0.0, ENOUGH] for i in range(1, 5)})
    questions, drops = asked(SPREAD, "object_size_estimation", shown)
    assert all(0 not in instances(q) for q in questions)
    assert len(questions) == 4
    assert sum(drops.values()) == 1


def test_an_object_with_only_a_corner_in_the_frames_is_not_measured() -> None:
    every = {i: [ENOUGH] for i in range(5)}
    questions, _ = asked(SPREAD, "object_size_estimation", sight(every, surface={0: 0.05, 1: 0.2}))
    assert {instance for q in questions for instance in instances(q)} == {1, 2, 3, 4}


def test_object_that_is_missing_in_the_sight_is_not_seen() -> None:
    questions, _ = asked(SPREAD, "object_size_estimation", sight({0: [ENOUGH]}))
    assert [instances(q) for q in questions] == [{0}]


@pytest.mark.parametrize("topic", ["object_abs_distance", "object_rel_distance", "object_rel_direction"])
def test_no_question_needs_an_object_that_is_not_seen(topic: str) -> None:
    shown = sight({i: [ENOUGH if i else 0.0] for i in range(5)})
    questions, drops = asked(SPREAD, topic, shown)
    assert all(0 not in instances(q) for q in questions)
    assert any(0 in instances(q) for q in asked(SPREAD, topic, None)[0])
    assert drops[topic, "the frames do not show every object it needs"] > 0


def test_room_is_asked_about_only_if_enough_of_its_floor_is_seen() -> None:
    assert len(asked(SPREAD, "room_size_estimation", sight({0: [ENOUGH]}, floor=0.8))[0]) == 1
    for floor in (0.2, None):
        questions, drops = asked(SPREAD, "room_size_estimation", sight({0: [ENOUGH]}, floor=floor))
        assert questions == []
        assert drops == {("room_size_estimation", "the frames show too little of the floor"): 1}


def test_questions_that_are_left_out_do_not_count_towards_the_cap() -> None:
    rules = WIDE.with_caps({"object_size_estimation": 2})
    shown = sight({i: [ENOUGH if i >= 3 else 0.0] for i in range(5)})
    questions, _ = asked(SPREAD, "object_size_estimation", shown, rules)
    assert {instance for q in questions for instance in instances(q)} == {3, 4}


def test_without_frames_no_question_is_left_out_because_of_them() -> None:
    without, _ = asked(SPREAD, "object_abs_distance", None)
    every, _ = asked(SPREAD, "object_abs_distance", sight({i: [ENOUGH] for i in range(5)}))
    assert without == every
