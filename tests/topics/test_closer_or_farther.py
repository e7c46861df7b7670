"""Whether the camera is closer to an object in a later frame, against a second implementation."""

import re
from collections import Counter
from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest

from tests.topics.posed_scenes import Place, camera, moved, posed_room
from tests.topics.posed_truth import looks, random_room, to_box
from vsidata.measuring.measure import MeasuredScene
from vsidata.rules.constant import StatedConstant
from vsidata.topics.ask import Drops, ask
from vsidata.topics.question import Question
from vsidata.topics.rule_set import RuleSet, load_rules

NAME = "closer_or_farther"
POSED = load_rules("posed")
CHANGE, RATIO, ROUNDING = 0.3, 1.4, 1e-4


def without_limits() -> RuleSet:
    """The rules with so many tries that every clear change is asked about."""
    many = StatedConstant(value=10000, unit="count", why="all of them")
    rules = POSED.topics[NAME].model_copy(update={"per_scene": None, "draws": many, "per_object": many})
    return replace(POSED, topics=dict(POSED.topics) | {NAME: rules})


def asked(scene: MeasuredScene, rules: RuleSet = POSED, seed: int = 0) -> tuple[list[Question], Drops]:
    return ask(scene, rules, seed, [NAME])


def read(question: Question) -> tuple[str, int, int]:
    """The object and the rows of the two frames, read from the text."""
    found = re.fullmatch(
        r"Compared to frame (\d+) of \d+, is the camera closer to or farther from the (.+) "
        r"in frame (\d+) of \d+\?",
        question.question,
    )
    assert found
    return found[2], int(found[1]) - 1, int(found[3]) - 1


@pytest.mark.parametrize("seed", range(6))
def test_a_second_implementation_asks_the_same_questions_and_gives_the_same_words(seed: int) -> None:
    places, poses = random_room(seed, frames=5)
    scene = posed_room(places, poses)
    assert scene.posed is not None
    questions, _ = asked(scene, without_limits())
    answers = {read(question): question.answer for question in questions}
    assert len(answers) == len(questions)
    shown = [looks(places, pose) for pose in poses]
    wanted, unclear = {}, set()
    for number, place in enumerate(places):
        if scene.posed.sight.surface[number] < 0.1:
            continue
        for i, j in combinations([at for at, look in enumerate(shown) if look[number].share >= 0.001], 2):
            near, far = (to_box(place, poses[at][:3, 3]) for at in (i, j))
            seen = [
                np.linalg.norm(shown[at][number].points - poses[at][:3, 3], axis=1).min() for at in (i, j)
            ]
            spare = min(abs(far - near) - CHANGE, max(near, far) - RATIO * min(near, far))
            if abs(spare) < ROUNDING or abs(seen[1] - seen[0]) < ROUNDING:
                unclear.add((place[0], i, j))
            elif spare > 0 and (seen[1] < seen[0]) == (far < near):
                wanted[place[0], i, j] = "closer" if far < near else "farther"
    assert {key: word for key, word in answers.items() if key not in unclear} == wanted


def test_a_turned_and_shifted_room_has_the_same_questions_and_answers() -> None:
    places, poses = random_room(1, frames=6)
    still, _ = asked(posed_room(places, poses))
    turned, _ = asked(posed_room(places, poses, move=moved(160, (-4, 1, 0.2))))
    assert {question.answer for question in still} == {"closer", "farther"}
    assert [(q.question, q.ground_truth) for q in still] == [(q.question, q.ground_truth) for q in turned]


SOFA: list[Place] = [("sofa", (4.0, 0.0, 1.0), (1.0, 1.0, 1.0))]


@pytest.mark.parametrize(("step", "word"), [(1.2, "closer"), (-1.5, "farther")])
def test_a_camera_that_moves_along_its_axis_comes_closer_or_goes_away(step: float, word: str) -> None:
    (question,), _ = asked(posed_room(SOFA, [camera((0, 0, 1)), camera((step, 0, 1))]))
    assert read(question) == ("sofa", 0, 1)
    assert question.answer == word
    assert question.evidence.value == pytest.approx(-step, abs=1e-4)
    assert question.evidence.margin == pytest.approx(abs(step), abs=1e-4)
    assert question.options is not None
    assert question.options["AB".index(question.ground_truth)] == f"{question.ground_truth}. {word}"


def test_the_ratio_and_the_change_both_have_to_be_large() -> None:
    # The surface is 3.5 m away. From there to 2.6 m is a ratio of 1.35, to 2.4 m of 1.46.
    too_little, drops = asked(posed_room(SOFA, [camera((0, 0, 1)), camera((0.9, 0, 1))]))
    assert too_little == []
    assert drops[NAME, "the distance changes too little"] == 1
    assert len(asked(posed_room(SOFA, [camera((0, 0, 1)), camera((1.1, 0, 1))]))[0]) == 1
    # From 0.7 m to 0.45 m is a ratio of 1.56, but a change of 0.25 m.
    assert asked(posed_room(SOFA, [camera((2.8, 0, 1)), camera((3.05, 0, 1))]))[0] == []


def test_a_turning_camera_that_stays_in_its_place_is_not_asked_about() -> None:
    # The middle of what the frame shows moves, and the depth along the axis changes; the distance does not.
    questions, _ = asked(posed_room(SOFA, [camera((2.8, 0, 1)), camera((2.8, 0, 1), 40)]))
    assert questions == []


def test_the_camera_is_at_the_translation_of_its_pose_not_of_the_inverse_pose() -> None:
    # A public generator took the translation of the inverse pose. By it, this camera moves away.
    poses = [camera((1, 0, 1), 0), camera((2.5, 0, 1), 10)]
    wrong = [-pose[:3, :3].T @ pose[:3, 3] for pose in poses]
    assert to_box(SOFA[0], wrong[1]) > to_box(SOFA[0], wrong[0])
    (question,), _ = asked(posed_room(SOFA, poses))
    assert question.answer == "closer"


def test_both_frames_have_to_show_the_object() -> None:
    away = camera((2, 0, 1), 180)
    questions, _ = asked(posed_room(SOFA, [camera((0, 0, 1)), away, camera((2, 0, 1))]), without_limits())
    assert [read(question) for question in questions] == [("sofa", 0, 2)]


def test_nothing_is_asked_if_the_box_and_the_surface_disagree() -> None:
    scene = posed_room(SOFA, [camera((0, 0, 1)), camera((1.2, 0, 1))])
    (sofa,) = scene.objects
    assert sofa.box is not None
    around = replace(sofa, box=replace(sofa.box, extents=np.array([20.0, 20.0, 20.0])))
    questions, drops = asked(replace(scene, objects=(around,)))
    assert questions == []
    assert drops[NAME, "surface, box and picture disagree on the change of the distance"] == 1


def test_nothing_is_asked_across_a_gap_of_the_tracking() -> None:
    scene = posed_room(SOFA, [camera((0, 0, 1)), camera((1.2, 0, 1))], rate=0.5)
    questions, drops = asked(scene)
    assert questions == []
    assert drops[NAME, "the camera was lost between the frames"] == 1


def test_the_words_are_kept_in_turn_and_stand_equally_often_at_each_letter() -> None:
    places, poses = random_room(1, frames=6)
    scene = posed_room(places, poses)
    found = [question for seed in range(40) for question in asked(scene, seed=seed)[0]]
    words = Counter(question.answer for question in found)
    assert words["closer"] == words["farther"] == 40 * 3
    letters = Counter(question.ground_truth for question in found)
    assert abs(letters["A"] - 120) < 4 * np.sqrt(240) / 2


def test_nothing_is_asked_without_cameras() -> None:
    scene = replace(posed_room(SOFA, [camera((0, 0, 1))]), posed=None)
    questions, drops = asked(scene)
    assert questions == []
    assert drops == Counter({(NAME, "the scan has no frames with known cameras"): 1})
