"""Relative positions in a frame, against a second implementation and on rooms made by hand."""

import re
from collections import Counter
from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest

from tests.topics.posed_scenes import Place, camera, moved, posed_room
from tests.topics.posed_truth import Look, corners, in_camera, looks, random_room, to_box
from vsidata.measuring.measure import MeasuredScene
from vsidata.rules.constant import StatedConstant
from vsidata.scene import Array
from vsidata.topics.ask import Drops, ask
from vsidata.topics.question import Question
from vsidata.topics.rule_set import RuleSet, load_rules

NAME = "relative_position"
POSED = load_rules("posed")
METRES, ANGLE, STEEPEST, ROUNDING = 0.15, np.radians(3), np.radians(45), 1e-4
WORDS = {"lr": ("Left", "Right"), "nf": ("Near", "Far"), "ud": ("Up", "Down")}


def without_limits() -> RuleSet:
    """The rules with so many tries that every clear pair is asked about."""
    many = StatedConstant(value=10000, unit="count", why="all of them")
    rules = POSED.topics[NAME].model_copy(update={"per_scene": None, "draws": many})
    return replace(POSED, topics=dict(POSED.topics) | {NAME: rules})


def asked(scene: MeasuredScene, rules: RuleSet = POSED, seed: int = 0) -> tuple[list[Question], Drops]:
    return ask(scene, rules, seed, [NAME])


def of_kind(questions: list[Question], kind: str) -> list[Question]:
    return [question for question in questions if question.question_type == f"{NAME}_{kind}"]


def read(question: Question) -> tuple[str, str, str, int]:
    """The kind, the asked object, the other one, and the row of the frame, read from the text."""
    where = r"In frame (?P<i>\d+) of \d+, relative to "
    for pattern in (
        r"(?P<b>.+), is (?P<a>.+) to the \[(Left/Right|Up/Down)\]\?",
        r"the camera, is (?P<a>.+) \[Near/Far\] compared to (?P<b>.+)\?",
    ):
        if found := re.fullmatch(where + pattern, question.question):
            return question.question_type[-2:], found["a"], found["b"], int(found["i"]) - 1
    raise AssertionError(question.question)


def verdict(kind: str, pose: Array, a: tuple[Place, Look], b: tuple[Place, Look]) -> tuple[str, float]:
    """The word for two objects of a frame, and by how much all requirements are exceeded; below 0 if not."""
    center, forward = pose[:3, 3], pose[:3, 2]
    measured = []
    for place, look in (a, b):
        box, seen = in_camera(pose, corners(place)), in_camera(pose, look.points)
        if kind == "lr":
            ways = (look.points - center) @ np.array([1, 1j, 0]) / (forward @ np.array([1, 1j, 0]))
            ranges = [
                (box[:, 0], METRES),
                (np.arctan2(seen[:, 0], seen[:, 2]), ANGLE),
                (-np.angle(ways), ANGLE),
            ]
        elif kind == "nf":
            apart = np.linalg.norm(look.points - center, axis=1).min()
            ranges = [
                (box[:, 2], METRES),
                (seen[:, 2], METRES),
                (apart, METRES),
                (to_box(place, center), METRES),
            ]
        else:
            ranges = [
                (box[:, 1], METRES),
                (-corners(place)[:, 2], METRES),
                (np.arctan2(seen[:, 1], seen[:, 2]), ANGLE),
            ]
        measured.append(ranges)
    spare = [
        min(np.min(after) - np.max(before) - need for (before, need), (after, _) in zip(*order, strict=True))
        for order in (measured, measured[::-1])
    ]
    if kind == "ud" and abs(np.arcsin(forward[2])) > STEEPEST:
        return "", -1.0
    return WORDS[kind][int(spare[1] > spare[0])], float(max(spare))


@pytest.mark.parametrize("seed", range(8))
def test_a_second_implementation_asks_about_the_same_pairs_and_gives_the_same_words(seed: int) -> None:
    places, poses = random_room(seed)
    scene = posed_room(places, poses)
    questions, _ = asked(scene, without_limits())
    shown = [
        dict(zip([name for name, *_ in places], zip(places, looks(places, pose), strict=True), strict=True))
        for pose in poses
    ]
    for question in questions:
        kind, a, b, frame = read(question)
        word, spare = verdict(kind, poses[frame], shown[frame][a], shown[frame][b])
        assert spare > -ROUNDING, question.question
        assert question.answer == word, question.question
        assert question.options is not None
        assert question.options["AB".index(question.ground_truth)][3:] == word
        assert {option[3:] for option in question.options} == {*WORDS[kind]}
        assert question.frames == tuple(range(len(poses)))
    assert scene.posed is not None
    enough = {
        place[0] for place, share in zip(places, scene.posed.sight.surface, strict=True) if share >= 0.1
    }
    found = {(kind, *sorted((a, b))) for kind, a, b, _ in map(read, questions)}
    assert len(found) == len(questions)
    for kind in WORDS:
        for a, b in combinations(sorted(enough), 2):
            spares = [
                verdict(kind, pose, look[a], look[b])[1]
                for pose, look in zip(poses, shown, strict=True)
                if min(look[name][1].share for name in (a, b)) >= 0.001
            ]
            if all(abs(spare) > ROUNDING for spare in spares):
                assert ((kind, a, b) in found) == any(spare > 0 for spare in spares), (kind, a, b)


def test_a_turned_and_shifted_room_has_the_same_questions_and_answers() -> None:
    places, poses = random_room(3)
    still, _ = asked(posed_room(places, poses))
    turned, _ = asked(posed_room(places, poses, move=moved(-130, (7, 2, 0.4))))
    assert {question.question_type[-2:] for question in still} == {*WORDS}
    assert [(q.question, q.answer) for q in still] == [(q.question, q.answer) for q in turned]


TWO: list[Place] = [("lamp", (2.5, 0.6, 1.6), (0.3, 0.3, 0.3)), ("sofa", (3.5, -0.6, 0.6), (0.6, 0.6, 0.6))]
"""Seen along x from (0, 0, 1), the lamp is to the left of the sofa, nearer, and higher."""

OF_LAMP = {"lr": "Left", "nf": "Near", "ud": "Up"}


@pytest.mark.parametrize("back", [0.0, 0.7, 2.0])
def test_words_stay_when_the_camera_moves_back_along_its_axis(back: float) -> None:
    questions, _ = asked(posed_room(TWO, [camera((-back, 0, 1))]))
    assert len(questions) == 3
    for question in questions:
        kind, a, *_ = read(question)
        first, second = WORDS[kind]
        assert question.answer == (OF_LAMP[kind] if a == "lamp" else {first: second}[OF_LAMP[kind]])


def test_from_the_opposite_side_left_is_right_and_near_is_far() -> None:
    questions, _ = asked(posed_room(TWO, [camera((7, 0, 1), 180)]))
    answers = {read(question)[0]: (read(question)[1], question.answer) for question in questions}
    assert answers["lr"] in {("lamp", "Right"), ("sofa", "Left")}
    assert answers["nf"] in {("lamp", "Far"), ("sofa", "Near")}
    assert answers["ud"] in {("lamp", "Up"), ("sofa", "Down")}


def test_the_margin_is_the_smallest_gap() -> None:
    questions, _ = asked(posed_room(TWO, [camera((0, 0, 1))]))
    margins = {read(question)[0]: question.evidence.margin for question in questions}
    assert margins["lr"] == pytest.approx(0.45 - -0.3)
    assert margins["ud"] == pytest.approx(1.45 - 0.9)
    # The boxes are 3.2 - 2.65 m apart along x; the distances from the camera differ by more.
    assert margins["nf"] == pytest.approx(0.55)


def test_up_in_the_camera_is_not_up_in_the_room() -> None:
    # Public generators compare the camera's y. For this camera, the bin on the floor is "up" by 0.5 m.
    pose = camera((0, 0, 1.6), pitch=-40)
    places: list[Place] = [
        ("bin", (3, 0.4, 0.2), (0.2, 0.2, 0.2)),
        ("lamp", (1.2, -0.4, 0.7), (0.2, 0.2, 0.2)),
    ]
    of_bin, of_lamp = (in_camera(pose, corners(place))[:, 1] for place in places)
    assert of_bin.max() < of_lamp.min() - METRES
    assert corners(places[0])[:, 2].max() < corners(places[1])[:, 2].min() - METRES
    questions, drops = asked(posed_room(places, [pose]))
    assert of_kind(questions, "lr")
    assert of_kind(questions, "ud") == []
    assert drops[NAME, "camera, picture and room disagree on the word"] == 1


def test_left_in_metres_is_not_left_in_the_picture() -> None:
    # Public generators compare the camera's x. The picture shows the near lamp right of the far sofa.
    pose = camera((0, 0, 1))
    places: list[Place] = [("lamp", (1, -0.6, 1), (0.2, 0.2, 0.2)), ("sofa", (5, -1.6, 1), (0.4, 0.4, 0.4))]
    lamp, sofa = (in_camera(pose, corners(place)) for place in places)
    assert lamp[:, 0].max() < sofa[:, 0].min() - METRES
    assert (lamp[:, 0] / lamp[:, 2]).min() > (sofa[:, 0] / sofa[:, 2]).max()
    questions, drops = asked(posed_room(places, [pose]))
    assert of_kind(questions, "lr") == []
    assert drops[NAME, "camera, picture and room disagree on the word"] == 1


def test_a_rolled_camera_asks_only_where_picture_and_room_agree() -> None:
    # A camera that is turned by 60 degrees shows the lamp left of the sofa, because the lamp is higher.
    places: list[Place] = [
        ("lamp", (3, -0.3, 1.8), (0.3, 0.3, 0.3)),
        ("sofa", (3, 0.3, 0.6), (0.3, 0.3, 0.3)),
    ]
    questions, _ = asked(posed_room(places, [camera((0, 0, 1.2), roll=60)]))
    assert of_kind(questions, "lr") == []


@pytest.mark.parametrize(("pitch", "kinds"), [(-44, {"lr", "ud"}), (-46, {"lr"}), (-61, set())])
def test_steep_cameras_have_no_up_and_the_steepest_no_left(pitch: float, kinds: set[str]) -> None:
    places: list[Place] = [("lamp", (0, 0.5, 1.0), (0.2, 0.2, 0.2)), ("bin", (0, -0.5, 0.2), (0.2, 0.2, 0.2))]
    p = np.radians(pitch)
    at = np.array([0, 0, 0.6]) - 2 * np.array([np.cos(p), 0, np.sin(p)])
    questions, _ = asked(posed_room(places, [camera(at, pitch=pitch)]))
    assert {question.question_type[-2:] for question in questions} - {"nf"} == kinds


def test_an_object_that_shows_one_pixel_is_not_asked_about() -> None:
    tiny: Place = ("pen", (1.5, 0.0, 1.0), (0.02, 0.02, 0.02))
    questions, _ = asked(posed_room([*TWO, tiny], [camera((0, 0, 1))]), without_limits())
    assert {name for question in questions for name in read(question)[1:3]} == {"lamp", "sofa"}


def test_an_object_that_is_mostly_hidden_is_compared_by_its_box_too() -> None:
    # The board shows only its left end. Its pixels are left of the lamp, but its box is not.
    places: list[Place] = [
        ("lamp", (2.5, -0.5, 1.0), (0.3, 0.3, 0.3)),
        ("board", (3.5, 0.0, 1.0), (0.1, 3.0, 0.5)),
        ("cabinet", (3.0, -0.7, 1.0), (0.1, 2.6, 2.0)),
    ]
    questions, _ = asked(posed_room(places, [camera((0, 0, 1))]), without_limits())
    assert {"lamp", "board"} not in [{*read(question)[1:3]} for question in of_kind(questions, "lr")]


def test_swapped_objects_have_the_other_word_and_both_orders_are_equally_common() -> None:
    scene = posed_room(TWO, [camera((0, 0, 1))])
    answers: Counter[tuple[str, str, str, str]] = Counter()
    for seed in range(200):
        for question in asked(scene, seed=seed)[0]:
            kind, a, *_ = read(question)
            answers[kind, a, question.answer, question.ground_truth] += 1
    assert answers.total() == 600
    for kind, (first, second) in WORDS.items():
        assert {(a, word) for k, a, word, _ in answers if k == kind} == {("lamp", first), ("sofa", second)}
        for place, wanted in ((2, first), (3, "A")):
            count = sum(number for key, number in answers.items() if key[0] == kind and key[place] == wanted)
            assert abs(count - 100) < 4 * np.sqrt(200) / 2


def test_the_two_words_of_a_kind_are_kept_in_turn() -> None:
    places, poses = random_room(5, things=9, frames=4)
    words = Counter((q.question_type, q.answer) for q in asked(posed_room(places, poses))[0])
    assert set(words.values()) == {2}
    assert len(words) == 6


def test_the_benchmarks_rule_set_uses_its_question_types() -> None:
    questions, _ = asked(posed_room(TWO, [camera((0, 0, 1))]), load_rules("vsti"))
    assert {question.question_type for question in questions} == {
        f"obj_obj_relative_pos_{kind}" for kind in ("lr", "nf", "ud")
    }


def test_nothing_is_asked_without_cameras() -> None:
    scene = replace(posed_room(TWO, [camera((0, 0, 1))]), posed=None)
    questions, drops = asked(scene)
    assert questions == []
    assert drops == Counter({(NAME, "the scan has no frames with known cameras"): 1})
