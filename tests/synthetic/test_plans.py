"""Floor plans agree with simple geometry: areas by counting, perimeters, containment."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vsidata.synthetic.plans import PARTITION, make_plan, polygon_area

SHAPES = ("rectangle", "L", "T", "rooms")
plans = st.builds(
    lambda shape, area, seed: (make_plan(shape, area, np.random.default_rng(seed)), area),
    st.sampled_from(SHAPES),
    st.floats(12.0, 120.0),
    st.integers(0, 10_000),
)


def test_shoelace_area_of_known_polygons():
    assert polygon_area(np.array([(0, 0), (4, 0), (4, 3), (0, 3)], dtype=float)) == 12
    assert polygon_area(np.array([(0, 0), (3, 0), (3, 1), (1, 1), (1, 3), (0, 3)], dtype=float)) == 5


@given(plans)
def test_rooms_have_the_requested_area(case):
    plan, area = case
    assert sum(map(polygon_area, plan.rooms)) == pytest.approx(area, rel=1e-9)


@given(plans)
def test_area_inside_the_outline_agrees_with_counting_points_in_its_spaces(case):
    plan, _ = case
    low, high = plan.outline.min(axis=0), plan.outline.max(axis=0)
    grid = np.stack(np.meshgrid(*np.linspace(low, high, 401).T), axis=-1).reshape(-1, 2)
    spaces = [space for room in plan.spaces for space in room]
    # The wall between two rooms in a row is as long as the side of the less deep room.
    spaces += [
        (west[0][2], west[0][1], east[0][0], min(west[0][3], east[0][3]))
        for west, east in zip(plan.spaces, plan.spaces[1:], strict=False)
    ]
    inside = np.zeros(len(grid), dtype=bool)
    for x0, y0, x1, y1 in spaces:
        inside |= (grid[:, 0] >= x0) & (grid[:, 0] <= x1) & (grid[:, 1] >= y0) & (grid[:, 1] <= y1)
    assert plan.area == pytest.approx(inside.mean() * np.prod(high - low), rel=0.015)


@given(plans)
def test_walls_enclose_every_room_once_and_face_into_the_room(case):
    plan, _ = case
    for index, polygon in enumerate(plan.rooms):
        walls = [wall for wall in plan.walls if wall.room == index]
        around = np.linalg.norm(np.roll(polygon, -1, axis=0) - polygon, axis=1).sum()
        assert sum(wall.length for wall in walls) == pytest.approx(around)
        for wall in walls:
            x, y = (wall.start + wall.end) / 2 + 0.01 * wall.inward
            assert any(a < x < c and b < y < d for a, b, c, d in plan.spaces[index])


@given(st.floats(25.0, 120.0), st.integers(0, 10_000))
def test_a_doorway_joins_neighbouring_rooms_through_the_wall_between_them(area, seed):
    plan = make_plan("rooms", area, np.random.default_rng(seed))
    assert len(plan.thresholds) == len(plan.rooms) - 1
    for (x0, y0, x1, y1), west, east in zip(plan.thresholds, plan.spaces, plan.spaces[1:], strict=False):
        assert (x0, x1) == (west[0][2], east[0][0])
        assert x1 - x0 == pytest.approx(PARTITION)
        assert max(west[0][1], east[0][1]) < y0 < y1 < min(west[0][3], east[0][3])
    openings = [wall for wall in plan.walls if wall.opening]
    assert len(openings) == 2 * len(plan.thresholds)
    for wall in openings:
        ends = [wall.start + share * wall.along for share in wall.opening]
        assert any(
            {round(end[1], 6) for end in ends} == {round(threshold[1], 6), round(threshold[3], 6)}
            for threshold in plan.thresholds
        )


@pytest.mark.parametrize("shape", SHAPES)
def test_a_plan_is_centred_on_the_origin_and_counter_clockwise(shape):
    plan = make_plan(shape, 30.0, np.random.default_rng(3))
    assert np.allclose(plan.outline.min(axis=0), -plan.outline.max(axis=0))
    assert polygon_area(plan.outline) > 0
    assert len(plan.outline) == {"rectangle": 4, "L": 6, "T": 8}.get(shape, len(plan.outline))
