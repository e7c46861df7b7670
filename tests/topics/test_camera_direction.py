"""The direction of the camera's movement: a second implementation, rigid motions, defects of others.

The second implementation is written from the specification. It uses ratios of lengths, not angles.
"""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from tests.topics.posed_scenes import camera, moved, posed_room
from vsidata.measuring.measure import MeasuredScene
from vsidata.scene import Array
from vsidata.topics.camera_direction import TOPIC
from vsidata.topics.question import Draft, Drop
from vsidata.topics.rule_set import load_rules

RULES = load_rules("posed").topics["camera_direction"].model_copy(update={"per_scene": None})
STRAIGHT, DIAGONAL = "camera_direction", "camera_direction_diagonal"
TAN15, TAN30 = math.tan(math.radians(15)), math.tan(math.radians(30))
ROOM = [("desk", (6, 6, 0.5), (1, 1, 1))]


def outcomes(scene: MeasuredScene, rules: Any = RULES) -> tuple[list[Draft], Counter[str]]:
    """The questions, and the numbers of refused candidates by reason."""
    found = list(TOPIC.generate(scene, rules, np.random.default_rng(0)))
    drops: Counter[str] = Counter()
    for drop in found:
        if isinstance(drop, Drop):
            drops[drop.reason] += drop.count
    return [draft for draft in found if isinstance(draft, Draft)], drops


def pair_of(draft: Draft) -> tuple[int, int]:
    """The positions of the two frames of a question: the test rooms have two frames per second."""
    first, last = draft.evidence.moments
    return round(2 * first.seconds), round(2 * last.seconds)


def walked(seed: int, frames: int = 9) -> list[Array]:
    """A camera that drifts through a room, with changing direction, height, heading, pitch and roll."""
    rng = np.random.default_rng(seed)
    place, way, heading = np.array([0.0, 0.0, 1.5]), rng.uniform(0, 360), rng.uniform(0, 360)
    poses = []
    for _ in range(frames):
        poses.append(camera(place, heading, rng.uniform(-50, 15), rng.uniform(-8, 8)))
        way += rng.normal(0, 25)
        heading += rng.normal(0, 20)
        step = rng.choice([0.04, 0.25, 0.45])
        turned = math.radians(way)
        place = place + np.array([step * math.cos(turned), step * math.sin(turned), rng.normal(0, 0.1)])
    return poses


def by_specification(poses: Sequence[Array], first: int, last: int) -> dict[str, str]:
    """The words that may be asked about two frames, by question type."""
    at = np.array([pose[:3, 3] for pose in poses])
    start = np.array(poses[first])
    ahead = start[:2, 2] / np.linalg.norm(start[:2, 2])
    net = at[last, :2] - at[first, :2]
    length = float(np.linalg.norm(net))
    steps = np.diff(at[first : last + 1, :2], axis=0)
    large = [step for step in steps if np.linalg.norm(step) >= 0.1]
    if (
        length < 0.5
        or abs(at[last, 2] - at[first, 2]) > length / 2
        or sum(np.linalg.norm(step) for step in steps) > 1.5 * length
        or any(step @ net < math.cos(math.radians(60)) * np.linalg.norm(step) * length for step in large)
    ):
        return {}
    forward, left = float(net @ ahead), float(ahead[0] * net[1] - ahead[1] * net[0])
    words = {}
    along, across = ("Forward" if forward > 0 else "Backward"), ("Left" if left > 0 else "Right")
    if abs(left) <= TAN30 * abs(forward):
        words[STRAIGHT] = along
    elif abs(forward) <= TAN30 * abs(left):
        words[STRAIGHT] = across
    if length >= 1:
        if abs(left) <= TAN15 * abs(forward):
            words[DIAGONAL] = f"Directly {along.lower()}"
        elif abs(forward) <= TAN15 * abs(left):
            words[DIAGONAL] = f"Directly {across.lower()}"
        elif TAN30 * abs(forward) <= abs(left) <= abs(forward) / TAN30:
            words[DIAGONAL] = f"Diagonally {along.lower()} and {across.lower()}"
    x, _, z = (at[last] - at[first]) @ start[:3, :3]
    own = ("Right" if x > 0 else "Left") if abs(x) > abs(z) else ("Forward" if z > 0 else "Backward")
    if words.get(STRAIGHT) != own:
        words.pop(STRAIGHT, None)
    return words


def test_questions_and_answers_are_those_of_a_second_implementation() -> None:
    asked: Counter[str] = Counter()
    for seed in range(25):
        poses = walked(seed)
        drafts, _ = outcomes(posed_room(ROOM, poses))
        answers = {(draft.question_type, *pair_of(draft)): draft.answer for draft in drafts}
        expected = {
            (kind, i, j): word
            for i in range(len(poses))
            for j in range(i + 1, len(poses))
            for kind, word in by_specification(poses, i, j).items()
        }
        assert answers.items() <= expected.items()
        # For diagonals, the second implementation does not have the check of the camera's own axes.
        assert {key for key in expected if key[0] == STRAIGHT} <= {*answers}
        asked.update(answers.values())
    assert min(asked[word] for word in ("Forward", "Backward", "Left", "Right")) > 10
    assert sum(number for word, number in asked.items() if word.startswith("Diagonally")) > 20


@pytest.mark.parametrize(("turn", "shift"), [(90, (0, 0, 0)), (-37, (3, -8, 0)), (180, (-40, 12, 0.4))])
def test_a_turned_and_shifted_room_gives_the_same_questions(turn: float, shift: tuple[float, ...]) -> None:
    poses = walked(3)
    here, _ = outcomes(posed_room(ROOM, poses))
    there, _ = outcomes(posed_room(ROOM, poses, move=moved(turn, shift)))
    assert [(one.question, one.answer) for one in here] == [(one.question, one.answer) for one in there]
    assert len(here) > 3


@pytest.mark.parametrize(
    ("way", "word"), [((1, 0), "Forward"), ((-1, 0), "Backward"), ((0, 1), "Left"), ((0, -1), "Right")]
)
@pytest.mark.parametrize("heading", [0.0, 130.0, -60.0])
def test_a_camera_that_moves_along_its_axis_or_sideways(
    way: tuple[int, int], word: str, heading: float
) -> None:
    h = math.radians(heading)
    step = 0.3 * (
        way[0] * np.array([math.cos(h), math.sin(h), 0]) + way[1] * np.array([-math.sin(h), math.cos(h), 0])
    )
    poses = [camera(np.array([1, 2, 1.4]) + k * step, heading, -20) for k in range(5)]
    drafts, _ = outcomes(posed_room(ROOM, poses))
    assert {draft.answer for draft in drafts} == {word, f"Directly {word.lower()}"}
    for draft in drafts:
        assert draft.evidence.margin == pytest.approx(
            math.radians(45 if draft.question_type == STRAIGHT else 22.5)
        )


def test_the_text_is_the_benchmarks_with_its_options_in_their_order() -> None:
    poses = [camera((0.4 * k, 0, 1.5)) for k in range(4)]
    rules = load_rules("vsti").topics["camera_direction"].model_copy(update={"per_scene": None})
    drafts, _ = outcomes(posed_room(ROOM, poses), rules)
    start = "During the sequence between frame {} and frame {} of 4, what was the primary consistent "
    middle = "direction of the camera's movement relative to its orientation at the start? The options are "
    numbers = set()
    for draft in drafts:
        assert draft.question_type == "camera_movement_direction"
        assert draft.choices is not None
        *firsts, last = draft.choices
        ends = {2: "{} and {}.", 3: "{}, {}, and {}.", 4: "{}, {}, {}, and {}."}[len(draft.choices)]
        i, j = pair_of(draft)
        assert draft.question == start.format(i + 1, j + 1) + middle + ends.format(*firsts, last)
        assert draft.frames == (0, 1, 2, 3)
        level = 0.4 * (j - i)
        assert len(draft.choices) < 4 or level >= 1
        numbers.add(len(draft.choices))
    assert len(drafts) == 3  # 0.8 m twice, and 1.2 m
    assert numbers <= {2, 3, 4}


def test_the_place_of_a_camera_is_not_taken_from_the_inverse_of_its_pose() -> None:
    """A public generator takes -R^T t of a camera-to-world matrix for the camera's centre."""
    poses = [camera((3 + 0.4 * k, 2, 1.5), 40 * k) for k in range(4)]
    drafts, _ = outcomes(posed_room(ROOM, poses))
    wrong = [-pose[:3, :3].T @ pose[:3, 3] for pose in poses]
    whole = next(draft for draft in drafts if pair_of(draft) == (0, 3) and draft.question_type == STRAIGHT)
    assert whole.answer == "Forward"
    x, _, z = (wrong[3] - wrong[0]) @ poses[0][:3, :3]
    assert not (z > abs(x))


def test_end_points_alone_do_not_decide() -> None:
    """A public generator reads the end points only: here the camera walks 2 m to the right and back."""
    places = [(0, 0), (0.1, -1), (0.2, -2), (0.6, -1), (1.2, 0)]
    poses = [camera((x, y, 1.5)) for x, y in places]
    drafts, drops = outcomes(posed_room(ROOM, poses))
    assert (0, 4) not in {pair_of(draft) for draft in drafts}
    assert drops["the camera's path is much longer than the straight line"] > 0


def test_a_step_to_the_side_is_not_a_consistent_direction() -> None:
    poses = [camera((x, y, 1.5)) for x, y in [(0, 0), (0.6, 0), (0.62, 0.25), (1.2, 0.1), (1.9, 0)]]
    drafts, drops = outcomes(posed_room(ROOM, poses))
    assert (0, 4) not in {pair_of(draft) for draft in drafts}
    assert drops["the camera moved in another direction for a while"] > 0


def test_a_camera_that_looks_down_moves_forward_where_its_own_axes_say_right() -> None:
    """A public generator does not level z: at 60° of pitch, half of the movement forward is lost."""
    step = np.array([math.cos(math.radians(-29)), math.sin(math.radians(-29)), 0]) * 0.6
    steep = [camera(k * step + [0, 0, 1.5], pitch=-58) for k in range(3)]
    x, _, z = (steep[2][:3, 3] - steep[0][:3, 3]) @ steep[0][:3, :3]
    assert x > z > 0
    drafts, drops = outcomes(posed_room(ROOM, steep))
    assert not [draft for draft in drafts if draft.question_type == STRAIGHT]
    assert drops["the camera's own axes give another word than the level direction"] > 0
    level = [camera(k * step + [0, 0, 1.5], pitch=-10) for k in range(3)]
    drafts, _ = outcomes(posed_room(ROOM, level))
    assert {draft.answer for draft in drafts if draft.question_type == STRAIGHT} == {"Forward"}


def test_halfway_between_two_words_is_not_asked() -> None:
    for bearing, kinds in ((45, {DIAGONAL}), (31, {DIAGONAL}), (29, {STRAIGHT}), (22.5, {STRAIGHT})):
        way = math.radians(bearing)
        poses = [camera((k * 0.6 * math.cos(way), k * 0.6 * math.sin(way), 1.5)) for k in range(3)]
        drafts, _ = outcomes(posed_room(ROOM, poses))
        assert {draft.question_type for draft in drafts} == kinds, bearing


def test_a_rising_camera_a_steep_camera_and_lost_tracking_are_refused() -> None:
    _, drops = outcomes(posed_room(ROOM, [camera((0.6 * k, 0, 1 + 0.4 * k)) for k in range(3)]))
    assert drops["the camera moved too far up or down"] == 4  # 0.6 m twice, and 1.2 m for both kinds
    _, drops = outcomes(posed_room(ROOM, [camera((0.6 * k, 0, 1.5), pitch=-65) for k in range(3)]))
    assert drops["the camera points too steeply up or down, so it has no heading"] > 0
    scene = posed_room(ROOM, [camera((0.3 * k, 0, 1.5)) for k in range(5)])
    assert scene.posed is not None
    assert outcomes(scene)[0]
    positions = scene.posed.track.positions.copy()
    positions[1:4] = np.nan
    gap = replace(scene, posed=replace(scene.posed, track=replace(scene.posed.track, positions=positions)))
    drafts, drops = outcomes(gap)
    assert {pair_of(draft) for draft in drafts} <= {(1, 3), (0, 2), (2, 4)}
    assert drops["the camera was lost between the frames"] > 0


def test_a_scene_without_cameras_has_no_questions() -> None:
    scene = replace(posed_room(ROOM, [camera((0, 0, 1.5))]), posed=None)
    assert outcomes(scene) == ([], Counter({"the scan has no frames with known cameras": 1}))


def test_the_nearest_wrong_word_is_the_one_beyond_the_edge() -> None:
    row = {
        "question_type": STRAIGHT,
        "answer": "Forward",
        "evidence": {"value": 0.3, "margin": math.pi / 4 - 0.3},
    }
    assert TOPIC.near_miss is not None
    assert TOPIC.near_miss(row, RULES, ["Left", "Right", "Backward"]) == "Left"
    assert TOPIC.near_miss(row, RULES, ["Right", "Backward"]) is None
