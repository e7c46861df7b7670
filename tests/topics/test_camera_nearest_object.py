"""The object nearest to the camera, against a second implementation and on rooms made by hand."""

import re
from collections import Counter
from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest

from tests.topics.posed_scenes import Place, camera, moved, posed_room
from tests.topics.posed_truth import Look, in_camera, looks, random_room, to_box
from vsidata.measuring.measure import MeasuredScene
from vsidata.rules.constant import StatedConstant
from vsidata.scene import Array
from vsidata.topics.ask import Drops, ask
from vsidata.topics.question import Question
from vsidata.topics.rule_set import RuleSet, load_rules

NAME = "camera_nearest_object"
POSED = load_rules("posed")
MIN_GAP, MIN_SHARE, ROUNDING = 0.15, 0.15, 1e-4


def without_limits() -> RuleSet:
    """The rules with so many tries that every clear question is asked."""
    many = StatedConstant(value=250, unit="count", why="all of them")
    rules = POSED.topics[NAME].model_copy(update={"per_scene": None, "per_object": many, "per_frame": many})
    return replace(POSED, topics=dict(POSED.topics) | {NAME: rules})


def asked(scene: MeasuredScene, rules: RuleSet = POSED, seed: int = 0) -> tuple[list[Question], Drops]:
    return ask(scene, rules, seed, [NAME])


def true_gap(
    places: list[Place], shown: list[Look], pose: Array, names: list[str]
) -> tuple[str, float, float]:
    """The nearest object, its distance, how much farther the others are, and the spare gap."""
    center, by_name = (
        pose[:3, 3],
        {place[0]: (place, look) for place, look in zip(places, shown, strict=True)},
    )
    metres = {
        name: (
            to_box(place, center),
            float(np.linalg.norm(look.points - center, axis=1).min()),
            float(in_camera(pose, look.points)[:, 2].min()),
        )
        for name in names
        for place, look in [by_name[name]]
    }
    nearest = min(metres, key=lambda name: metres[name][0])
    gaps = [
        min(metres[name][way] for name in names if name != nearest) - metres[nearest][way] for way in range(3)
    ]
    needed = [max(MIN_GAP, MIN_SHARE * metres[nearest][way]) for way in range(3)]
    spare = min(gap - need for gap, need in zip(gaps, needed, strict=True))
    return nearest, min(gaps), spare


def named(question: Question) -> tuple[list[str], int]:
    """The names and the row of the frame, read from the text."""
    found = re.search(
        r"objects \((.*)\) is the closest to the camera in frame (\d+) of (\d+)\?", question.question
    )
    assert found
    return found[1].split(", "), int(found[2]) - 1


@pytest.mark.parametrize("seed", range(6))
def test_every_answer_is_that_of_a_second_implementation(seed: int) -> None:
    places, poses = random_room(seed)
    questions, _ = asked(posed_room(places, poses), without_limits())
    assert questions
    shown = [looks(places, pose) for pose in poses]
    for question in questions:
        names, frame = named(question)
        nearest, gap, spare = true_gap(places, shown[frame], poses[frame], names)
        assert question.answer == nearest
        assert question.options is not None
        assert question.options["ABCD".index(question.ground_truth)] == f"{question.ground_truth}. {nearest}"
        assert question.evidence.margin == pytest.approx(gap, abs=ROUNDING)
        assert spare > -ROUNDING
        assert question.frames == tuple(range(len(poses)))
        assert [thing.category for thing in question.evidence.objects] == names


@pytest.mark.parametrize("seed", range(3))
def test_every_clear_pair_is_asked(seed: int) -> None:
    places, poses = random_room(seed)
    scene = posed_room(places, poses)
    questions, _ = asked(scene, without_limits())
    pairs = {(frame, *sorted(names)) for names, frame in map(named, questions) if len(names) == 2}
    assert scene.posed is not None
    enough = {
        place[0] for place, share in zip(places, scene.posed.sight.surface, strict=True) if share >= 0.1
    }
    for frame, pose in enumerate(poses):
        shown = looks(places, pose)
        seen = (place[0] for place, look in zip(places, shown, strict=True) if look.share >= 0.001)
        for first, second in combinations(sorted(enough & {*seen}), 2):
            *_, spare = true_gap(places, shown, pose, [first, second])
            if abs(spare) > ROUNDING:
                assert ((frame, first, second) in pairs) == (spare > 0)


def test_a_turned_and_shifted_room_has_the_same_questions_and_answers() -> None:
    places, poses = random_room(1)
    still, _ = asked(posed_room(places, poses))
    turned, _ = asked(posed_room(places, poses, move=moved(77, (3, -8, 0.5))))
    assert still
    assert [(q.question, q.ground_truth) for q in still] == [(q.question, q.ground_truth) for q in turned]


LAMP_AND_SOFA: list[Place] = [
    ("lamp", (2.0, 0.5, 1.0), (0.3, 0.3, 0.3)),
    ("sofa", (3.5, -0.5, 0.8), (0.8, 0.8, 0.8)),
]


@pytest.mark.parametrize("back", [0.0, 0.5, 1.5])
def test_the_nearest_stays_the_nearest_when_the_camera_moves_back_along_its_axis(back: float) -> None:
    (question,), _ = asked(posed_room(LAMP_AND_SOFA, [camera((-back, 0, 1))]))
    assert question.answer == "lamp"
    assert question.evidence.margin is not None
    assert question.evidence.value == pytest.approx(np.linalg.norm([1.85 + back, 0.35, 0]), abs=1e-4)


def test_the_camera_is_at_the_translation_of_its_pose_not_of_the_inverse_pose() -> None:
    # A public generator took the translation of the inverse pose. From there, the sofa is nearer.
    pose = camera((-3, 0, 1))
    places: list[Place] = [
        ("lamp", (-1, -0.5, 1), (0.3, 0.3, 0.3)),
        ("sofa", (0.5, 0.8, 1.2), (0.5, 0.5, 0.5)),
    ]
    wrong = -pose[:3, :3].T @ pose[:3, 3]
    assert to_box(places[1], wrong) < to_box(places[0], wrong)
    (question,), _ = asked(posed_room(places, [pose]))
    assert question.answer == "lamp"


def test_an_object_that_shows_one_pixel_is_not_an_option() -> None:
    tiny: Place = ("pen", (1.0, -0.2, 1.0), (0.02, 0.02, 0.02))  # nearest of all
    questions, _ = asked(posed_room([*LAMP_AND_SOFA, tiny], [camera((0, 0, 1))]), without_limits())
    assert {name for question in questions for name in named(question)[0]} == {"lamp", "sofa"}


def test_nothing_is_asked_if_the_box_of_the_farther_object_comes_nearer() -> None:
    scene = posed_room(LAMP_AND_SOFA, [camera((0, 0, 1))])
    lamp, sofa = scene.objects
    assert sofa.box is not None
    wide = replace(sofa, box=replace(sofa.box, extents=np.array([5.0, 0.8, 0.8])))
    questions, drops = asked(replace(scene, objects=(lamp, wide)))
    assert questions == []
    assert drops[NAME, "surfaces, boxes and the picture disagree on the nearest object"] == 1


def test_nothing_is_asked_if_the_near_end_of_the_nearest_object_is_hidden() -> None:
    # The table starts 1.2 m away behind the cabinet. The frame shows only its part behind the lamp.
    places: list[Place] = [
        ("lamp", (2.0, 0.9, 1.0), (0.3, 0.3, 0.3)),
        ("table", (2.2, -0.45, 0.9), (2.0, 0.3, 0.3)),
        ("cabinet", (1.0, -0.375, 1.0), (0.1, 0.45, 1.6)),
    ]
    scene = posed_room(places, [camera((0, 0, 1))])
    questions, _ = asked(scene, without_limits())
    assert scene.posed is not None
    assert to_box(places[1], np.array([0, 0, 1])) < to_box(places[0], np.array([0, 0, 1])) - MIN_GAP
    assert not [question for question in questions if {*named(question)[0]} == {"lamp", "table"}]


def test_nothing_is_asked_without_cameras() -> None:
    scene = replace(posed_room(LAMP_AND_SOFA, [camera((0, 0, 1))]), posed=None)
    questions, drops = asked(scene)
    assert questions == []
    assert drops == Counter({(NAME, "the scan has no frames with known cameras"): 1})


def test_the_right_option_is_equally_often_at_each_letter() -> None:
    places, poses = random_room(2, frames=1)
    scene = posed_room(places, poses)
    letters = Counter(
        q.ground_truth for seed in range(150) for q in asked(scene, seed=seed)[0] if len(q.options or ()) == 2
    )
    total = letters.total()
    assert total > 300
    assert abs(letters["A"] - total / 2) < 4 * np.sqrt(total) / 2


def test_the_near_miss_is_the_second_nearest_option() -> None:
    places, poses = random_room(0)
    topic = POSED.registry[NAME]
    assert topic.near_miss is not None
    for question in asked(posed_room(places, poses))[0]:
        measures = [{"name": one.name, "value": one.value} for one in question.evidence.measures]
        objects = [{"role": one.role, "category": one.category} for one in question.evidence.objects]
        row = {"answer": question.answer, "evidence": {"objects": objects, "measures": measures}}
        names, frame = named(question)
        by_name = {place[0]: place for place in places}
        order = sorted(names, key=lambda name: to_box(by_name[name], poses[frame][:3, 3]))
        assert topic.near_miss(row, POSED.topics[NAME], ()) == order[1]
