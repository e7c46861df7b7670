"""The turn of the camera: a second implementation, rigid motions, and what end points alone do not tell."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from tests.topics.posed_scenes import camera, moved, posed_room
from vsidata.measuring.measure import MeasuredScene
from vsidata.scene import Array
from vsidata.topics.camera_turn import TOPIC
from vsidata.topics.question import Draft, Drop
from vsidata.topics.rule_set import load_rules

RULES = load_rules("posed").topics["camera_turn"].model_copy(update={"per_scene": None})
ROOM = [("desk", (6, 6, 0.5), (1, 1, 1))]
WORDS, DEGREES, TILT = "camera_turn", "camera_turn_degrees", "camera_tilt"


def outcomes(scene: MeasuredScene, rules: Any = RULES) -> tuple[list[Draft], Counter[str]]:
    """The questions, and the numbers of refused candidates by reason."""
    found = list(TOPIC.generate(scene, rules, np.random.default_rng(0)))
    drops: Counter[str] = Counter()
    for drop in found:
        if isinstance(drop, Drop):
            drops[drop.reason] += drop.count
    return [draft for draft in found if isinstance(draft, Draft)], drops


def answers(drafts: Sequence[Draft]) -> dict[tuple[str, int, int], str]:
    """Question type, first frame and last frame → answer: the test rooms have two frames per second."""
    found = {}
    for draft in drafts:
        first, last = draft.evidence.moments
        found[draft.question_type, round(2 * first.seconds), round(2 * last.seconds)] = draft.answer
    return found


def turned(*headings: float, pitch: float = -10) -> list[Array]:
    """Cameras at one place with these headings, degrees."""
    return [camera((0, 0, 1.5), heading, pitch) for heading in headings]


def by_specification(poses: Sequence[Array], first: int, last: int) -> dict[str, str]:
    """The answers that may be asked about two frames, by question type."""
    found = {}
    axes = [pose[:3, 2] for pose in poses[first : last + 1]]
    down, up = (math.degrees(math.asin(axis[2])) for axis in (axes[0], axes[-1]))
    if abs(up - down) >= 20:
        found[TILT] = "up" if up > down else "down"
    flat = [complex(axis[0], axis[1]) for axis in axes]
    steps = [math.degrees(np.angle(b * a.conjugate())) for a, b in pairwise(flat)]
    whole = sum(steps)
    side = 1 if whole > 0 else -1
    sums = [side * sum(steps[a:b]) for a in range(len(steps)) for b in range(a + 1, len(steps) + 1)]
    if min(sums) < -5 or max(map(abs, steps)) > 90:
        return found
    if 30 <= abs(whole) <= 150:
        found[WORDS] = "counterclockwise" if whole > 0 else "clockwise"
    if 40 <= abs(whole) <= 180 and max(abs(down), abs(up)) <= 45:
        found[DEGREES] = str(round(abs(whole)))
    return found


def test_questions_and_answers_are_those_of_a_second_implementation() -> None:
    asked: Counter[str] = Counter()
    for seed in range(25):
        rng = np.random.default_rng(seed)
        steps = rng.choice([-1, 1]) * np.abs(rng.normal(15, 15, 8)) + rng.normal(0, 2, 8)
        headings = rng.uniform(0, 360) + np.append(0, np.cumsum(steps))
        poses = [
            camera(rng.normal(0, 0.3, 3), heading, pitch, rng.uniform(-10, 10))
            for heading, pitch in zip(headings, rng.uniform(-55, 20, 9), strict=True)
        ]
        found = answers(outcomes(posed_room(ROOM, poses))[0])
        expected = {
            (kind, i, j): answer
            for i in range(9)
            for j in range(i + 1, 9)
            for kind, answer in by_specification(poses, i, j).items()
        }
        assert found == expected
        asked.update(kind if kind == DEGREES else word for (kind, _, _), word in found.items())
    assert min(asked[word] for word in ("clockwise", "counterclockwise", "up", "down", DEGREES)) > 30


@pytest.mark.parametrize(("turn", "shift"), [(90, (0, 0, 0)), (-137, (3, -8, 0))])
def test_a_turned_and_shifted_room_gives_the_same_questions(turn: float, shift: tuple[float, ...]) -> None:
    poses = turned(170, 185, 215, 240, 280)
    here, there = (outcomes(posed_room(ROOM, poses, move=move))[0] for move in (None, moved(turn, shift)))
    assert [(one.question, one.answer) for one in here] == [(one.question, one.answer) for one in there]
    assert len(here) > 5


def test_a_camera_that_moves_along_its_axis_does_not_turn() -> None:
    poses = [camera((0.5 * k, 0.3 * k, 1.5), 31) for k in range(5)]
    drafts, drops = outcomes(posed_room(ROOM, poses))
    assert not drafts
    assert {*drops} == {"the camera turned less than the smallest angle asked about"}


def test_a_turn_across_the_end_of_the_scale_is_small() -> None:
    found = answers(outcomes(posed_room(ROOM, turned(160, 180, 200, 220)))[0])
    assert found[DEGREES, 0, 3] == "60"
    assert found[WORDS, 0, 3] == "counterclockwise"
    found = answers(outcomes(posed_room(ROOM, turned(-130, -170, -190)))[0])
    assert found[DEGREES, 0, 2] == "60"
    assert found[WORDS, 0, 2] == "clockwise"


def test_end_points_alone_do_not_tell_the_side() -> None:
    """After 280° counterclockwise, the end points alone say 80° clockwise."""
    found = answers(outcomes(posed_room(ROOM, turned(*range(0, 281, 40))))[0])
    assert not [key for key in found if key[1:] == (0, 7)]
    assert {word for (kind, _, _), word in found.items() if kind == WORDS} == {"counterclockwise"}


def test_a_camera_that_turns_back_or_too_fast_is_refused() -> None:
    found, drops = outcomes(posed_room(ROOM, turned(0, 60, 45, 80)))
    assert (WORDS, 0, 3) not in answers(found)
    assert drops["the camera turned back on the way"] > 0
    found, drops = outcomes(posed_room(ROOM, turned(0, 100)))
    assert not found
    assert drops["the camera turned too fast to see to which side"] == 2


def test_a_trembling_hand_is_not_a_turn_back() -> None:
    found = answers(outcomes(posed_room(ROOM, turned(0, 30, 27, 60)))[0])
    assert found[WORDS, 0, 3] == "counterclockwise"
    assert found[DEGREES, 0, 3] == "60"


def test_no_heading_and_lost_tracking_are_refused() -> None:
    poses = turned(0, 30, 60, 90)
    poses[2] = camera((0, 0, 1.5), 60, -75)
    drafts, drops = outcomes(posed_room(ROOM, poses))
    assert drops["the camera points too steeply up or down, so it has no heading"] > 0
    assert not [key for key in answers(drafts) if key[0] == WORDS and key[1] <= 2 <= key[2]]
    scene = posed_room(ROOM, turned(0, 30, 60, 90))
    assert scene.posed is not None
    positions, headings = scene.posed.track.positions.copy(), scene.posed.track.headings.copy()
    positions[1], headings[1] = np.nan, np.nan
    track = replace(scene.posed.track, positions=positions, headings=headings)
    drafts, drops = outcomes(replace(scene, posed=replace(scene.posed, track=track)))
    assert {key[1:] for key in answers(drafts)} == {(2, 3)}
    assert drops["the camera was lost between the frames"] > 0


def test_degrees_need_cameras_that_are_nearly_level() -> None:
    found = answers(outcomes(posed_room(ROOM, turned(0, 50, pitch=-50)))[0])
    assert found == {(WORDS, 0, 1): "counterclockwise"}


def test_numbers_have_a_unit_and_words_have_options_and_a_margin() -> None:
    drafts, _ = outcomes(posed_room(ROOM, turned(0, 60, 120)))
    for draft in drafts:
        if draft.question_type == DEGREES:
            assert (draft.unit, draft.choices, draft.evidence.margin) == ("°", None, None)
            assert draft.answer == f"{math.degrees(draft.evidence.value):.0f}"
        else:
            assert (draft.unit, set(draft.choices or ())) == (None, {"clockwise", "counterclockwise"})
            assert draft.evidence.margin == pytest.approx(math.pi / 3)  # from 60°, and from 120° to 180°
