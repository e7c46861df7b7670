"""Routes through rooms made by hand. Each route is walked again with independent code and known furniture."""

import cmath
import json
import math
import re
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import LineString, Polygon, box, union_all
from shapely.affinity import rotate, translate

from tests.geometry.test_free_space import sheet, shell, walls
from tests.topics.rooms import room, thing
from tests.topics.sights import sight
from vsidata.measuring.measure import MeasuredScene, measure
from vsidata.sources.registry import open_source
from vsidata.topics import route_planning
from vsidata.topics.ask import Drops, ask
from vsidata.topics.question import Question
from vsidata.topics.rule_set import RuleSet, load_rules

TOPIC = "route_planning"
WIDE = load_rules("wide")
RULES = WIDE.topics[TOPIC]
TURNS = {"Turn Left": 90, "Turn Right": -90, "Turn Back": 180}
Place = tuple[float, float, float, float]


def way(question: Question) -> list[tuple[float, float]]:
    """The stops of the walk as the evidence draws it, on the ground plane."""
    (walked,) = (
        shape for shape in question.evidence.shapes if (shape.kind, shape.role) == ("arrow", "answer")
    )
    return [(x, y) for x, y, _ in walked.points]


def furnished(size: tuple[float, float], furniture: dict[str, Place], height: float = 0.8) -> MeasuredScene:
    """A room with one object of each word at (x, y, width, depth): its corner and sides in metres."""
    parts = [sheet((0, 0, 0), (*size, 0)), walls(*size)]
    things = []
    for instance, (word, (x, y, width, depth)) in enumerate(furniture.items()):
        surface = shell((x, y, 0), (x + width, y + depth, height))
        middle, sides = (x + width / 2, y + depth / 2, height / 2), (width, depth, height)
        things.append(replace(thing(instance, word, middle, sides), vertices=surface))
        parts.append(surface)
    return replace(room(*things), points=np.concatenate(parts))


def asked(scene: MeasuredScene, seed: int = 0, cap: int = 1000) -> tuple[list[Question], Drops]:
    return ask(scene, WIDE.with_caps({TOPIC: cap}), seed, [TOPIC])


def words_of(question: Question, role: str) -> list[str]:
    return [item.category for item in question.evidence.objects if item.role == role]


def moves_of(question: Question) -> list[str]:
    """The moves without their numbers; `turn` for those to be filled in."""
    text = question.question.split("'turn right.'): ")[1].removesuffix(
        ". You have reached the final destination."
    )
    return ["turn" if "[please" in move else move for move in re.split(r" ?\d\. ", text)[1:]]


def turned(before: complex, after: complex) -> float:
    """Degrees from one heading to another, counter-clockwise."""
    return math.degrees(cmath.phase(after / before))


def turns_walked(question: Question, furniture: dict[str, Place]) -> list[float]:
    """Degrees of each turn on the question's path."""
    path = [complex(x, y) for x, y in way(question)]
    headings = [b - a for a, b in pairwise(path)]
    (facing,) = words_of(question, "facing")
    if moves_of(question)[0] == "turn":
        x, y, width, depth = furniture[facing]
        headings.insert(0, complex(x + width / 2, y + depth / 2) - path[0])
    return [turned(before, after) for before, after in pairwise(headings)]


# The bed is in the west and the tv in the east. The sink is north of the tv, the stove is south of it, and
# the desk is north of the bed.
CROSS = {
    "bed": (0.2, 2.5, 1.0, 1.0),
    "tv": (6.0, 2.7, 0.8, 0.6),
    "sink": (6.1, 5.6, 0.6, 0.3),
    "stove": (6.1, 0.1, 0.6, 0.3),
    "desk": (1.4, 5.5, 0.8, 0.4),
}
HALL = furnished((7, 6), CROSS)


def test_turns_agree_with_the_map() -> None:
    answers = {
        tuple(moves_of(question)): question.answer
        for seed in range(4)
        for question in asked(HALL, seed)[0]
        if "beginning at the bed and facing the tv" in question.question
    }
    to_tv = "Go forward until the tv"
    assert answers[to_tv, "turn", "Go forward until the sink"] == "Turn Left"
    assert answers[to_tv, "turn", "Go forward until the stove"] == "Turn Right"
    assert answers["turn", "Go forward until the desk"] == "Turn Left"


def test_routes_have_two_to_five_moves_that_alternate_and_end_at_the_destination() -> None:
    lengths = set()
    for question in asked(HALL)[0]:
        moves = moves_of(question)
        goes = [f"Go forward until the {word}" for word in words_of(question, "stop")]
        assert moves[::-2] == goes[::-1]
        assert set(moves[-2::-2]) == {"turn"}
        assert moves.count("turn") == len(question.answer.split(", "))
        assert f"You want to navigate to the {words_of(question, 'stop')[-1]}." in question.question
        if moves[0] != "turn":
            assert words_of(question, "facing") == words_of(question, "stop")[:1]
        lengths.add(len(moves))
    assert lengths == {2, 3, 4, 5}


def test_one_turn_has_three_options_and_more_have_four() -> None:
    for question in asked(HALL)[0]:
        turns = len(question.answer.split(", "))
        options = [option[3:] for option in question.options or ()]
        assert len(set(options)) == len(options) == (3 if turns == 1 else 4)
        assert all(set(option.split(", ")) <= set(TURNS) for option in options)
        assert all(len(option.split(", ")) == turns for option in options)
        assert options["ABCD".index(question.ground_truth)] == question.answer


@pytest.mark.parametrize("name", ["wide", "vsibench", "vsi100k"])
def test_wording_is_that_of_the_released_questions(name: str, vsibench: Path) -> None:
    rows = [json.loads(line) for line in (vsibench / "questions.jsonl").read_text().splitlines()]
    released = [row for row in rows if row["question_type"] == TOPIC]
    rules = load_rules(name).topics[TOPIC]
    moves = "1. [please fill in] 2. Go forward until the doorframe"
    words = {"start": "sink", "facing": "heater", "destination": "doorframe", "moves": moves}
    assert rules.question.format(**words) in {row["question"] for row in released}
    options = {option[3:] for row in released for option in row["options"]}
    assert set(rules.turns) <= options
    assert "Turn Left, Turn Right" in options


def check(question: Question, furniture: dict[str, Place], size: tuple[float, float]) -> None:
    """Walk a route again, on the plan of the room."""
    solids = {word: box(x, y, x + w, y + d) for word, (x, y, w, d) in furniture.items()}
    path = LineString(way(question))
    assert box(0, 0, *size).buffer(-RULES.radius.value + 0.001).contains(path)
    assert path.distance(union_all(list(solids.values()))) >= RULES.radius.value - 0.001
    assert question.evidence.value == pytest.approx(path.length, abs=1e-3)
    stops = [words_of(question, "observer")[0], *words_of(question, "stop")]
    assert len(set(stops)) == len(stops)
    for place, word in zip(path.coords, stops, strict=True):
        assert (
            solids[word].distance(LineString([place, place])) <= RULES.reach.value + 0.08
        )  # a cell's diagonal
    for start, end in pairwise(path.coords):
        assert math.dist(start, end) >= RULES.shortest.value
    angles = turns_walked(question, furniture)
    words = question.answer.split(", ")
    off = [abs(math.remainder(angle - TURNS[word], 360)) for angle, word in zip(angles, words, strict=True)]
    assert max(off) <= RULES.tolerance.value + 1e-6
    # Halfway between two quarters, at 45 degrees, another word would be as near.
    assert math.degrees(question.evidence.margin or 0) == pytest.approx(45 - max(off), abs=0.01)


def test_each_route_is_walkable_and_its_turns_are_clear() -> None:
    questions, _ = asked(HALL)
    assert len(questions) > 20
    for question in questions:
        check(question, CROSS, (7, 6))


@settings(max_examples=8)
@given(st.integers(0, 10_000))
def test_each_route_is_walkable_in_any_room(seed: int) -> None:
    rng = np.random.default_rng(seed)
    size = tuple(rng.uniform(4, 9, 2).tolist())
    words = ["bed", "tv", "sink", "stove", "desk", "sofa", "piano"]
    sides = rng.uniform(0.3, 1.2, (len(words), 2))
    corners = rng.uniform(0.05, np.array(size) - sides - 0.05)
    furniture: dict[str, Place] = dict(zip(words, np.hstack([corners, sides]).tolist(), strict=True))
    for question in asked(furnished(size, furniture), seed)[0]:
        check(question, furniture, size)


def test_no_route_leads_through_a_wall() -> None:
    wall = shell((3.4, 0, 0), (3.5, 6, 2.5))
    walled = replace(HALL, points=np.concatenate([HALL.points, wall]))
    sides = [{word for word, (x, *_) in CROSS.items() if (x < 3.4) == west} for west in (True, False)]
    questions, _ = asked(walled)
    assert questions
    for question in questions:
        visited = {*words_of(question, "observer"), *words_of(question, "stop")}
        assert any(visited <= side for side in sides)


def test_repeated_or_unreachable_objects_are_not_landmarks() -> None:
    twice = replace(HALL, objects=(*HALL.objects, thing(9, "tv", (3, 1, 0.3))))
    high = replace(
        HALL,
        objects=tuple(
            replace(one, vertices=np.add(one.vertices, (0, 0, 2)))
            if one.category == "tv" and one.vertices is not None
            else one
            for one in HALL.objects
        ),
    )
    for scene in (twice, high):
        for question in asked(scene)[0]:
            assert "tv" not in [item.category for item in question.evidence.objects]


def test_a_route_past_unseen_places_is_left_out() -> None:
    shown = sight({i: [0.05 if i != 1 else 0.0] for i in range(5)})
    questions, drops = asked(replace(HALL, sight=shown))
    assert questions
    assert all(1 not in [item.instance for item in q.evidence.objects] for q in questions)
    assert drops[TOPIC, "the frames do not show every object it needs"] > 0


def test_without_a_mesh_a_floor_or_landmarks_there_are_no_routes() -> None:
    for scene in (
        room(thing(0, "bed", (0, 0, 0))),
        replace(HALL, points=np.empty((0, 3))),
        furnished((5, 4), {"bed": (1, 1, 1, 1), "tv": (3, 1, 0.5, 0.5)}),
    ):
        questions, drops = asked(scene)
        assert questions == []
        assert sum(drops.values()) == 1


def test_objects_that_need_more_maps_than_fit_in_memory_have_no_routes(monkeypatch) -> None:
    assert asked(HALL)[0]
    monkeypatch.setattr(route_planning, "_MOST_MAPPED", 1_000)
    questions, drops = asked(HALL)
    assert (questions, drops) == ([], {(TOPIC, "the scan shows no floor"): 1})


def test_the_same_seed_gives_the_same_routes_and_another_seed_others() -> None:
    first, again, other = (asked(HALL, seed, cap=4)[0] for seed in (1, 1, 2))
    assert first == again
    assert first != other


def test_no_route_crosses_the_furniture_or_leaves_the_rooms_of_a_recipe(synthetic_root: Path) -> None:
    source = open_source("scannet", [synthetic_root])
    for name in source.names():
        truth = json.loads((synthetic_root / "truth" / f"{name}.json").read_text())
        inside = union_all([Polygon(each["polygon"]) for each in truth["room"]["rooms"]])
        scene = measure(source.load(name), WIDE.measurement, WIDE.vocabulary, 0)
        for question in asked(scene)[0]:
            path = LineString(way(question))
            assert inside.covers(path)
            for solid in solids_of(truth):
                assert not solid.intersects(path)


def solids_of(truth: dict) -> list[Polygon]:
    """The boxes of the recipe that block a body, but smaller: the corners of a round table's box are free."""
    found = []
    for each in truth["objects"]:
        (x, y, z), (width, depth, height) = each["recipe"]["center"], each["recipe"]["extents"]
        if (
            z - height / 2 < 1.7
            and z + height / 2 > 0.15
            and each["label"] not in ("wall", "floor", "ceiling")
        ):
            solid = box(-width * 0.35, -depth * 0.35, width * 0.35, depth * 0.35)
            found.append(
                translate(rotate(solid, each["recipe"]["yaw"], origin=(0, 0), use_radians=True), x, y)
            )
    return found


# Two rooms with a thin wall between them; its doorway is in the middle.
SIDES = {
    "cupboard": (4.02, 0.6, 0.5, 1.2),
    "shelf": (4.02, 4.4, 0.3, 1.2),
    "sofa": (6.9, 2.4, 0.9, 1.2),
    "bed": (0.2, 0.2, 1.0, 1.0),
    "desk": (0.2, 4.9, 0.8, 0.8),
    "stove": (0.1, 2.7, 0.6, 0.6),
    "sink": (2.9, 5.6, 0.6, 0.3),
}
WALLS = [LineString([(4, 0), (4, 2.5)]), LineString([(4, 3.5), (4, 6)])]


def arrivals(rules: RuleSet, seeds: int) -> list[tuple[str, bool]]:
    """Words of landmarks at a stop or in front of it, and whether the wall hides all of their outline."""
    rooms = furnished((8, 6), SIDES, height=1.6)
    parts = [sheet((4, 0, 0), (4, 2.5, 2.5)), sheet((4, 3.5, 0), (4, 6, 2.5)), rooms.points]
    scene = replace(rooms, points=np.concatenate(parts))
    shapes = {word: box(x, y, x + w, y + d) for word, (x, y, w, d) in SIDES.items()}
    found = []
    for question in [question for seed in range(seeds) for question in ask(scene, rules, seed, [TOPIC])[0]]:
        path = way(question)
        assert path is not None
        by = [*words_of(question, "observer"), *words_of(question, "stop")]
        pairs = list(zip(path, by, strict=True))
        pairs.append((path[0], *words_of(question, "facing")))
        for place, word in pairs:
            edge = shapes[word].exterior
            lines = [LineString([place, edge.interpolate(step / 40, normalized=True)]) for step in range(40)]
            hidden = [any(line.crosses(wall) for wall in WALLS) for line in lines]
            found.append((word, all(hidden)))
    return found


def test_no_route_stops_at_or_faces_an_object_behind_a_wall() -> None:
    found = arrivals(WIDE.with_caps({TOPIC: 1000}), seeds=3)
    assert not [word for word, hidden in found if hidden]
    assert {"cupboard", "shelf"} <= {word for word, _ in found}  # they are reached from their own room


@pytest.mark.parametrize(("name", "value"), [("into", 0.0), ("short_of", 0.3)])
def test_with_other_lines_of_sight_a_quarter_of_the_arrivals_are_behind_a_wall(
    name: str, value: float
) -> None:
    capped = WIDE.with_caps({TOPIC: 20})
    constant = getattr(capped.topics[TOPIC], name).model_copy(update={"value": value})
    topic = capped.topics[TOPIC].model_copy(update={name: constant})
    found = arrivals(replace(capped, topics={**capped.topics, TOPIC: topic}), seeds=2)
    assert 0.1 < np.mean([hidden for _, hidden in found]) < 0.5


def test_lamp_on_a_table_is_a_landmark() -> None:
    scene = furnished((7, 6), {**CROSS, "table": (3.0, 2.5, 0.8, 0.8)})
    lamp = shell((3.3, 2.8, 0.8), (3.5, 3.0, 1.2))
    shining = replace(thing(9, "lamp", (3.4, 2.9, 1.0), (0.2, 0.2, 0.4)), vertices=lamp)
    scene = replace(scene, objects=(*scene.objects, shining), points=np.concatenate([scene.points, lamp]))
    assert any("lamp" in words_of(question, "stop") for question in asked(scene)[0])
