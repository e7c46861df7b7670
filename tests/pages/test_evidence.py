"""Plans and evidence of rooms made by hand. The expected places are known from the room."""

import math
from types import SimpleNamespace

import numpy as np
import pytest

from tests.pages.rows import measured, measured_scene, question, scene, thing
from vsidata.pages.evidence import Drawing, drawing
from vsidata.pages.top_view import top_view
from vsidata.topics import (
    obj_appearance_order,
    object_counting,
    object_rel_direction,
    object_rel_distance,
    object_size_estimation,
    room_size_estimation,
    route_planning,
    shapes,
)
from vsidata.topics.question import Shape
from vsidata.topics.route_planning import Route
from vsidata.topics.rule_set import load_rules

WIDE = load_rules("wide")
RULES = WIDE.resolved

SINK = thing(3, "sink", (1, 1, 0.5))
STOVE = thing(5, "stove", (4, 1, 0.5), (0.6, 0.4, 0.4))
LAMP = thing(7, "lamp", (1, 3, 1.0), (0.2, 0.2, 1.6))
DOOR = thing(9, "door", (4, 3, 1.0), (1.0, 0.1, 2.0), turn=45)


ROOM_THINGS = measured_scene(SINK, STOVE, LAMP, DOOR)
AT = {one.instance: one for one in ROOM_THINGS.objects}


def drawn(asked, *things) -> Drawing:
    return drawing(asked, top_view(scene(*(things or (SINK, STOVE, LAMP, DOOR)))))


def about(points):
    return [pytest.approx(point) for point in points]


def test_plan_has_outline_footprints_and_heights():
    seen = top_view(scene(SINK, DOOR))
    assert seen.outline == (((0, 0), (6, 0), (6, 4), (0, 4)),)
    assert sorted(seen.objects[3].footprint) == about([(0.8, 0.8), (0.8, 1.2), (1.2, 0.8), (1.2, 1.2)])
    assert seen.objects[9].heights == pytest.approx((0, 2))
    half, thin = 0.5 * math.sqrt(0.5), 0.05 * math.sqrt(0.5)
    corners = [(4 + a * half - b * thin, 3 + a * half + b * thin) for a in (-1, 1) for b in (-1, 1)]
    assert sorted(seen.objects[9].footprint) == about(sorted(corners))
    assert seen.bounds == ((0, 0), (6, 4))


def test_object_without_a_box_is_listed_and_not_drawn():
    seen = top_view(scene(thing(1, "wall", (0, 0, 0)) | {"box": None, "category": None}))
    assert seen.objects[1].footprint == ()
    assert seen.objects[1].heights is None


def apart(between, metres):
    roles = [("first", 3, "sink"), ("second", 5, "stove")]
    lines = shapes.between(ROOM_THINGS, AT[3], AT[5], between, metres, "answer")
    return drawn(question("object_abs_distance", roles, metres, shapes=lines))


def test_distance_is_drawn_between_the_closest_points_of_the_boxes():
    (line,) = apart("boxes", 2.5).lines
    (x0, y0), (x1, y1) = line.points
    assert (x0, x1) == pytest.approx((1.2, 3.7))  # from the right face of one to the left face of the other
    assert y0 == pytest.approx(y1)
    assert (line.tone, line.label) == ("answer", "2.50 m")


def test_distance_of_centres_is_drawn_between_the_centres():
    (line,) = apart("positions", 3.0).lines
    assert line.points == ((1, 1), (4, 1))


def test_nearest_option_is_the_answer_and_the_others_are_drawn_too():
    options = [
        object_rel_distance.Option(AT[n].category, AT[n], metres, metres, metres)
        for n, metres in ((5, 2.5), (7, 1.7))
    ]
    asked = question(
        "object_rel_distance",
        [("target", 3, "sink"), ("option", 5, "stove"), ("option", 7, "lamp")],
        1.7,
        answer="lamp",
        shapes=object_rel_distance.shapes(ROOM_THINGS, "boxes", AT[3], options),
    )
    found = drawn(asked)
    assert [(line.tone, line.label) for line in found.lines] == [("other", "2.50 m"), ("answer", "1.70 m")]
    assert [(thing.instance, thing.tone) for thing in found.objects] == [
        (3, "given"),
        (5, "other"),
        (7, "answer"),
    ]
    (_, start), (_, end) = found.lines[1].points
    assert (start, end) == pytest.approx((1.2, 2.9))


@pytest.mark.parametrize(
    ("kind", "word", "count"), [("easy", "left", 2), ("medium", "left", 3), ("hard", "front-left", 4)]
)
def test_bearing_is_drawn_from_the_observer_with_the_sectors_and_margins_of_its_question_type(
    kind, word, count
):
    # Seen from the sink, the stove is along x and the lamp along y, a quarter turn to the left.
    rules = WIDE.topics["object_rel_direction"]
    of_kind = rules.kinds[f"object_rel_direction_{kind}"]
    places = [AT[instance].box.center for instance in (3, 5, 9)]
    seen = object_rel_direction.direction(of_kind, *places)
    asked = question(
        "object_rel_direction",
        [("observer", 3, "sink"), ("facing", 5, "stove"), ("asked", 9, "door")],
        math.atan2(2, 3),
        answer=word,
        margin=0.5,
        question_type=f"object_rel_direction_{kind}",
        shapes=object_rel_direction.shapes(of_kind, rules.margin, seen, *places),
    )
    found = drawn(asked)
    facing, bearing = found.lines
    assert facing.points == ((1, 1), (4, 1))
    assert bearing.points == ((1, 1), (4, 3))
    assert bearing.label == "34°"
    words = [sector for sector in found.sectors if sector.tone != "margin"]
    margins = [sector for sector in found.sectors if sector.tone == "margin"]
    assert len(words) == count
    (answer,) = (sector for sector in words if sector.tone == "answer")
    assert (answer.label, answer.start) == (word, pytest.approx(0, abs=1e-4))
    assert answer.start < math.atan2(2, 3) < answer.end
    assert answer.center == (1, 1)
    assert {round(math.degrees(margin.end - margin.start), 1) for margin in margins} == {20}
    edges = {round(math.degrees((margin.start + margin.end) / 2)) % 360 for margin in margins}
    assert edges == {"easy": {0, 135, 225}, "medium": {0, 135, 225}, "hard": {0, 90, 180, 270}}[kind]


def measured_side(thing_row, value):
    of_box = object_size_estimation.shapes(measured(thing_row).box)
    asked = question("object_size_estimation", [("measured", 9, "door")], value, shapes=of_box)
    return drawn(asked, thing_row)


def test_measured_side_is_the_longest_side_of_the_box():
    found = measured_side(DOOR, 2.0)
    assert found.lines == ()  # the door is higher than wide: its longest side is upright
    assert found.spots[0].label == "200.0 cm upright"
    (line,) = measured_side(thing(9, "bench", (4, 3, 0.2), (1.0, 0.3, 0.4), turn=45), 1.0).lines
    assert math.dist(*line.points) == pytest.approx(1.0, abs=1e-3)
    middle = np.mean(line.points, axis=0)
    assert math.dist(middle, (4, 3)) == pytest.approx(0.15, abs=1e-3)
    assert line.label == "100.0 cm"


def test_counted_objects_are_numbered():
    chairs = [thing(n, "chair", (n, 1, 0.4)) for n in (1, 2, 4)]
    numbers = object_counting.shapes([measured(chair) for chair in chairs])
    roles = [("counted", n, "chair") for n in (1, 2, 4)]
    found = drawn(question("object_counting", roles, 3.0, shapes=numbers), *chairs)
    assert [(spot.label, spot.at) for spot in found.spots] == [("1", (1, 1)), ("2", (2, 1)), ("3", (4, 1))]
    assert {one.tone for one in found.objects} == {"answer"}


def test_room_is_the_outline_that_was_measured_with_its_holes():
    outline = ((0, 0), (6, 0), (6, 4), (0, 4)), ((2, 2), (2, 3), (3, 3))
    area = room_size_estimation.shapes([np.array(ring, float) for ring in outline], 24.0)
    (patch,) = drawn(question("room_size_estimation", [], 24.0, shapes=area)).patches
    assert patch.rings == outline
    assert patch.label == "24.0 m²"
    assert room_size_estimation.shapes(None, 24.0) == ()


def test_a_sector_of_a_full_turn_is_a_disc():
    disc = shapes.sector(np.zeros(3), 1.0, 0.5, 0.5 + math.tau, "answer", "anywhere")
    (sector,) = drawn(question("toy", [("asked", 3, "sink")], 1.0, shapes=[disc])).sectors
    assert sector.end - sector.start == pytest.approx(math.tau, abs=1e-3)


def test_drawing_on_a_picture_is_not_on_the_plan():
    mark = Shape("point", ((12.0, 30.0),), "answer", "here", picture=0)
    assert drawn(question("toy", [("asked", 3, "sink")], 1.0, shapes=[mark])).spots == ()


def footage(**more):
    """A camera that moves along x at a metre per second and looks along y. After 3 s, tracking is lost."""
    poses = [np.array([[1, 0, 0, s], [0, 0, 1, 2], [0, -1, 0, 1.5], [0, 0, 0, 1]]).tolist() for s in (0, 2)]
    spots = [{"seconds": s / 2, "position": [s / 2, 2.0, 1.5] if s < 6 else None} for s in range(8)]
    return {
        "indices": [0, 60],
        "timestamps": [0.0, 2.0],
        "poses": poses,
        "seen": None,
        "camera_path": spots,
        **more,
    }


def test_appearances_are_drawn_in_their_order_at_the_positions_of_the_camera():
    in_order = [
        obj_appearance_order.Appearance(AT[n].category, AT[n], s, s, 0, np.array([s, 2.0, 1.5]))
        for n, s in ((7, 0.5), (3, 2.25))
    ]
    asked = question(
        "obj_appearance_order",
        [("appearing", 3, "sink"), ("appearing", 7, "lamp")],
        2.25,
        seconds=[2.25, 0.5],
        shapes=obj_appearance_order.shapes(in_order),
    )
    found = drawn(asked)
    assert [(spot.label, spot.at) for spot in found.spots] == [
        ("1: 0.5 s", (0.5, 2)),
        ("2: 2.2 s", (2.25, 2)),
    ]
    assert [line.points[1] for line in found.lines] == [(1, 3), (1, 1)]


def test_walk_is_drawn_from_stop_to_stop():
    floor = SimpleNamespace(level=0.1)
    sink, lamp, stove, door = (SimpleNamespace(thing=AT[n], floor=floor) for n in (3, 7, 5, 9))
    path = np.array([[1.5, 1.5], [3.5, 1.5], [3.5, 3.5]])
    walked = Route(sink, lamp, (stove, door), path, ("Turn Left",), 0.3)
    asked = question(
        "route_planning",
        [("observer", 3, "sink"), ("facing", 7, "lamp"), ("stop", 5, "stove"), ("stop", 9, "door")],
        4.0,
        shapes=route_planning.shapes(walked),
    )
    found = drawn(asked)
    facing, way = found.lines
    assert facing.points == ((1.5, 1.5), (1, 3))
    assert way.points == ((1.5, 1.5), (3.5, 1.5), (3.5, 3.5))
    assert (way.label, way.arrow) == ("4.0 m", True)
    assert [spot.label for spot in found.spots] == ["start", "1", "2"]


def test_camera_path_breaks_where_tracking_was_lost_and_frames_have_their_view_directions():
    seen = top_view(scene(SINK), footage())
    assert [len(stretch) for stretch in seen.path] == [6]
    assert seen.frames[1].at == (2, 2)
    assert seen.frames[1].towards == pytest.approx((0, 1))


@pytest.mark.parametrize(
    ("pixels", "surface", "shown"), [([0.0, 0.2], 0.9, True), ([0, 0], 0.9, False), ([0.2], 0.0, False)]
)
def test_object_is_seen_if_one_frame_shows_it_large_and_all_frames_show_enough_of_it(pixels, surface, shown):
    row = {"instance": 3, "first": 0, "pixels": pixels, "surfaces": [], "surface": surface}
    assert top_view(scene(SINK), footage(seen=[row]), RULES["visibility"]).objects[3].seen is shown
    assert top_view(scene(SINK), footage(seen=[row])).objects[3].seen is None


def test_question_about_objects_that_the_scene_lacks_has_no_drawing():
    asked = question("object_size_estimation", [("measured", 99, "door")], 2.0)
    assert drawn(asked) == Drawing(())
