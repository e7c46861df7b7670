"""The direction of an object from the camera: a second implementation, rigid motions, objects out of view.

The second implementation is written from the specification. It works with ratios of lengths, not with angles.
"""

import math
from collections import Counter
from collections.abc import Sequence
from itertools import product
from typing import Any

import numpy as np
import pytest

from tests.topics.posed_scenes import Place, camera, moved, posed_room
from vsidata.measuring.measure import MeasuredScene
from vsidata.measuring.posed import PosedFrames
from vsidata.scene import Array
from vsidata.topics.object_bearing import TOPIC
from vsidata.topics.question import Draft, Drop
from vsidata.topics.rule_set import load_rules

RULES = load_rules("posed").topics["object_bearing"]
RULES = RULES.model_copy(
    update={
        "per_scene": None,
        "per_object": RULES.per_object.model_copy(update={"value": 1000}),
        "draws": RULES.draws.model_copy(update={"value": 1000}),
    }
)
FOUR, QUADRANT, DEGREES = "object_bearing", "object_bearing_quadrant", "object_bearing_degrees"
NAMES = ("bed", "box", "cup", "desk", "lamp", "plant", "sink", "table", "tray")


def outcomes(scene: MeasuredScene, rules: Any = RULES) -> tuple[list[Draft], Counter[str]]:
    """The questions, and the numbers of refused candidates by reason."""
    found = list(TOPIC.generate(scene, rules, np.random.default_rng(0)))
    drops: Counter[str] = Counter()
    for drop in found:
        if isinstance(drop, Drop):
            drops[drop.reason] += drop.count
    return [draft for draft in found if isinstance(draft, Draft)], drops


def answers(drafts: Sequence[Draft]) -> dict[tuple[str, int, int], str]:
    """Question type, frame and instance → answer: the test rooms have two frames per second."""
    return {
        (draft.question_type, round(2 * draft.evidence.moments[0].seconds), thing.instance): draft.answer
        for draft in drafts
        for thing in draft.evidence.objects
    }


def around(seed: int) -> list[Place]:
    """Small boxes in a wide ring, so that none hides another."""
    rng = np.random.default_rng(seed)
    angles = np.radians(40 * np.arange(9) + rng.uniform(-12, 12, 9))
    return [
        (name, (r * math.cos(a), r * math.sin(a), z), (0.4, 0.3, 0.4))
        for name, a, r, z in zip(NAMES, angles, rng.uniform(2.2, 4, 9), rng.uniform(0.3, 1.8, 9), strict=True)
    ]


def is_in_picture(points: Array, pose: Array) -> bool:
    """Return whether a picture, 90° wide with 4:3 pixels, has one of these points."""
    x, y, z = ((points - pose[:3, 3]) @ pose[:3, :3]).T
    return bool(((z > 0) & (np.abs(x) < z) & (np.abs(y) < 0.75 * z)).any())


def surface(place: Place) -> Array:
    """Points on the sides of a box."""
    grid = np.array([*product(np.linspace(-0.5, 0.5, 9), repeat=3)])
    grid = grid[(np.abs(grid) == 0.5).any(axis=1)]
    return np.array(place[1]) + grid * np.array(place[2])


def word_of(forward: float, left: float, kind: str, margin: float) -> str | None:
    """The word of a direction that is at least a margin inside its sector, degrees."""
    tangent = math.tan(math.radians(margin))
    if kind == QUADRANT:
        if min(abs(forward), abs(left)) < tangent * max(abs(forward), abs(left)):
            return None
        return f"{'front' if forward > 0 else 'rear'} {'left' if left > 0 else 'right'}"
    across = math.tan(math.radians(45 - margin))
    if abs(left) <= across * abs(forward):
        return "front" if forward > 0 else "behind"
    if abs(forward) <= across * abs(left):
        return "left" if left > 0 else "right"
    return None


def by_specification(
    posed: PosedFrames, places: Sequence[Place], poses: Sequence[Array]
) -> dict[tuple[str, int, int], str]:
    """The answers of all questions that may be asked."""
    found = {}
    for frame, (at, place) in product(range(len(poses)), enumerate(places)):
        pose = poses[frame]
        seen = [posed.shows(one, at) for one in range(frame + 1)]
        if not seen[-1] and (is_in_picture(surface(place), pose) or not any(seen)):
            continue
        ahead = pose[:2, 2] / np.linalg.norm(pose[:2, 2])
        to_left = np.array([-ahead[1], ahead[0]])
        offset = np.array(place[1]) - pose[:3, 3]
        corners = surface(place)[np.isin(np.arange(len(surface(place))), _corner_rows(place))] - pose[:3, 3]
        x, _, z = offset @ pose[:3, :3]
        for kind, margin in ((FOUR, 15), (QUADRANT, 20)):
            word = word_of(float(offset[:2] @ ahead), float(offset[:2] @ to_left), kind, margin)
            astray = [word_of(float(c[:2] @ ahead), float(c[:2] @ to_left), kind, 0) != word for c in corners]
            if word and sum(astray) <= 2 and word_of(float(z), float(-x), kind, 0) == word:
                found[kind, frame, at] = word
        degrees = math.degrees(math.atan2(-float(offset[:2] @ to_left), float(offset[:2] @ ahead))) % 360
        if 30 <= degrees <= 330 and abs(math.degrees(math.asin(pose[2, 2]))) <= 45:
            found[DEGREES, frame, at] = str(round(degrees))
    return found


def _corner_rows(place: Place) -> Array:
    offsets = np.abs(surface(place) - np.array(place[1]))
    return np.flatnonzero(np.isclose(offsets, np.array(place[2]) / 2).all(axis=1))


def turning(seed: int) -> list[Array]:
    rng = np.random.default_rng(seed)
    return [
        camera(rng.normal([0, 0, 1.2], 0.3), heading, rng.uniform(-30, 20), rng.uniform(-6, 6))
        for heading in rng.uniform(0, 360) + np.cumsum(rng.uniform(20, 70, 7))
    ]


def test_questions_and_answers_are_those_of_a_second_implementation() -> None:
    asked: Counter[str] = Counter()
    missed = 0
    for seed in range(12):
        places, poses = around(seed), turning(seed)
        scene = posed_room(places, poses)
        assert scene.posed is not None
        found, expected = answers(outcomes(scene)[0]), by_specification(scene.posed, places, poses)
        assert found.items() <= expected.items()
        # Objects near the edge of the picture are in the second set only: there it has no margin of 3°.
        missed += len(expected) - len(found)
        asked.update(kind if kind == DEGREES else word for (kind, _, _), word in found.items())
    words = ("front", "left", "behind", "right", "front left", "front right", "rear left", "rear right")
    assert min(asked[word] for word in words) > 10
    assert missed < 0.15 * asked.total()


@pytest.mark.parametrize(("turn", "shift"), [(90, (0, 0, 0)), (-137, (3, -8, 0))])
def test_a_turned_and_shifted_room_gives_the_same_questions(turn: float, shift: tuple[float, ...]) -> None:
    places, poses = around(1), turning(1)
    here = answers(outcomes(posed_room(places, poses))[0])
    there = answers(outcomes(posed_room(places, poses, move=moved(turn, shift)))[0])
    assert here == there
    assert len(here) > 20


def test_a_camera_that_moves_along_its_axis_has_the_object_in_front_and_then_behind() -> None:
    places: list[Place] = [("lamp", (0, 0, 1.2), (0.3, 0.3, 0.3)), ("bed", (0, 5, 1), (1, 1, 1))]
    poses = [camera((x, 0.05, 1.2)) for x in (-3, -2, -1, 0.2, 1, 2)]
    drafts, drops = outcomes(posed_room(places, poses))
    lamp = {frame: word for (kind, frame, at), word in answers(drafts).items() if kind == FOUR and at == 0}
    assert lamp == {0: "front", 1: "front", 2: "front", 4: "behind", 5: "behind"}
    assert drops["the camera is above the object or close to it"] > 0
    behind = next(draft for draft in drafts if draft.answer == "behind")
    assert [round(2 * moment.seconds) for moment in behind.evidence.moments] in ([4, 2], [5, 2])
    degrees = {word for (kind, _, at), word in answers(drafts).items() if kind == DEGREES and at == 0}
    assert {*map(int, degrees)} <= {177, 179, 182, 183, 181, 178}


def test_an_object_that_no_earlier_frame_shows_is_not_asked_about() -> None:
    places: list[Place] = [("lamp", (2, 0, 1.2), (0.4, 0.4, 0.4))]
    away, towards = camera((0, 0, 1.2), 180), camera((0, 0, 1.2), 0)
    drafts, drops = outcomes(posed_room(places, [away, towards]))
    assert {frame for _, frame, _ in answers(drafts)} == {1}
    assert drops["the frame does not show the object, and no earlier frame does"] == 3
    drafts, _ = outcomes(posed_room(places, [towards, away]))
    assert answers(drafts)[FOUR, 1, 0] == "behind"


@pytest.mark.parametrize(("heading", "is_asked"), [(46, True), (54, False), (62, True)])
def test_an_object_near_the_edge_of_the_picture_is_not_out_of_view(heading: float, is_asked: bool) -> None:
    # The picture reaches to 45°. The lamp reaches to 6.3° on each side: at 46° it is in view, at 54° it is
    # less than 3° outside.
    places: list[Place] = [("lamp", (2, 0, 1.2), (0.4, 0.4, 0.4))]
    poses = [camera((0, 0, 1.2), 0), camera((0, 0, 1.2), heading)]
    drafts, drops = outcomes(posed_room(places, poses))
    assert ((DEGREES, 1, 0) in answers(drafts)) == is_asked
    assert (drops["it is not certain whether the frame shows the object"] > 0) != is_asked


def test_an_object_behind_another_is_out_of_view() -> None:
    places: list[Place] = [("lamp", (3, 0, 1.2), (0.4, 0.4, 0.4)), ("wardrobe", (1.5, 0, 1), (0.2, 2, 2))]
    poses = [camera((3, -2.5, 1.2), 90), camera((0, 0, 1.2), 0)]
    drafts, _ = outcomes(posed_room(places, poses))
    assert answers(drafts)[FOUR, 1, 0] == "front"
    hidden = next(
        draft
        for draft in drafts
        if draft.evidence.objects[0].instance == 0
        and draft.answer == "front"
        and round(2 * draft.evidence.moments[0].seconds) == 1
    )
    assert len(hidden.evidence.moments) == 2


def test_numbers_have_a_unit_and_words_have_options_and_a_margin() -> None:
    drafts, _ = outcomes(posed_room(around(2), turning(2)))
    kinds = RULES.kinds
    for draft in drafts:
        if draft.question_type == DEGREES:
            assert (draft.unit, draft.choices, draft.evidence.margin) == ("°", None, None)
            assert 30 <= int(draft.answer) <= 330
        else:
            kind = kinds[draft.question_type]
            assert kind.sectors is not None
            assert set(draft.choices or ()) == {*kind.sectors}
            assert draft.evidence.margin is not None
            assert draft.evidence.margin >= kind.margin.radians


def test_the_nearest_wrong_word_is_the_one_beyond_the_edge() -> None:
    assert TOPIC.near_miss is not None
    row = {"question_type": QUADRANT, "answer": "front left", "evidence": {"value": 0.4, "margin": 0.4}}
    assert TOPIC.near_miss(row, RULES, ["front right"]) == "front right"
    assert TOPIC.near_miss({"question_type": DEGREES, "answer": "50", "evidence": {}}, RULES, []) is None
