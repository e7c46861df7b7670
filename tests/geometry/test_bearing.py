from math import pi

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from vsidata.errors import DegenerateGeometry
from vsidata.geometry.bearing import edge_margin, sector_of, signed_bearing, signed_bearings

EYE = np.array([0.0, 0.0, 1.5])
NORTH = np.array([0.0, 2.0, 0.3])

places = st.tuples(*[st.floats(-20, 20)] * 3).map(np.array)
angles = st.floats(-20, 20)

# VSI-Bench's medium directions: left, back, right.
MEDIUM = [(0.0, 0.75 * pi), (0.75 * pi, 1.25 * pi), (1.25 * pi, 2 * pi)]


def apart(a, b) -> bool:
    return np.hypot(*(a - b)[:2]) > 1e-3


@pytest.mark.parametrize(
    ("target", "bearing"),
    [
        ((0, 5, 0), 0.0),
        ((-1, 1, 9), pi / 4),
        ((-3, 0, 0), pi / 2),
        ((3, 0, 0), -pi / 2),
        ((1, -1, 0), -3 * pi / 4),
        ((0, -1, 0), pi),
        ((-0.0, -1, 0), pi),
    ],
)
def test_bearing_to_the_left_is_positive(target, bearing):
    assert signed_bearing(EYE, NORTH, np.array(target, dtype=float)) == pytest.approx(bearing)


@given(observer=places, facing=places, target=places)
def test_bearing_turns_the_facing_direction_onto_the_target(observer, facing, target):
    assume(apart(observer, facing) and apart(observer, target))
    bearing = signed_bearing(observer, facing, target)
    assert -pi < bearing <= pi
    ahead, to = (complex(*(point - observer)[:2]) for point in (facing, target))
    assert ahead / abs(ahead) * np.exp(1j * bearing) == pytest.approx(to / abs(to), abs=1e-9)


@given(observer=places, facing=places, target=places, turn=angles, shift=places)
def test_bearing_does_not_change_when_the_room_turns_and_moves(observer, facing, target, turn, shift):
    assume(apart(observer, facing) and apart(observer, target))
    rotation = np.array([[np.cos(turn), -np.sin(turn), 0], [np.sin(turn), np.cos(turn), 0], [0, 0, 1]])
    moved = [rotation @ point + shift for point in (observer, facing, target)]
    difference = signed_bearing(*moved) - signed_bearing(observer, facing, target)
    assert np.cos(difference) == pytest.approx(1.0, abs=1e-9)


def test_mirrored_target_has_the_opposite_bearing():
    left, right = (signed_bearing(EYE, NORTH, np.array([x, 1.0, 0.0])) for x in (-0.7, 0.7))
    assert left == pytest.approx(-right)
    assert left > 0


def test_many_bearings_agree_with_single_bearings():
    targets = np.random.default_rng(0).normal(size=(8, 3))
    np.testing.assert_allclose(
        signed_bearings(EYE, NORTH, targets), [signed_bearing(EYE, NORTH, target) for target in targets]
    )
    np.testing.assert_allclose(
        signed_bearings(EYE[:2], NORTH[:2], targets[:, :2]), signed_bearings(EYE, NORTH, targets)
    )


@pytest.mark.parametrize(
    ("facing", "target"), [((0, 0, 9), (1, 1, 0)), ((1, 1, 0), (0, 0, 0)), ((np.nan, 0, 0), (1, 1, 0))]
)
def test_observer_and_target_in_one_place_have_no_bearing(facing, target):
    with pytest.raises(DegenerateGeometry):
        signed_bearing(EYE, np.array(facing, dtype=float), np.array(target, dtype=float))


@pytest.mark.parametrize(
    ("degrees", "sector", "margin"),
    [
        (1, 0, 1),
        (134, 0, 1),
        (135, 1, 0),
        (180, 1, 45),
        (-136, 1, 1),
        (-90, 2, 45),
        (-1, 2, 1),
        (359, 2, 1),
        (361, 0, 1),
    ],
)
def test_sector_and_margin_of_the_medium_directions(degrees, sector, margin):
    assert sector_of(np.radians(degrees), MEDIUM) == sector
    assert edge_margin(np.radians(degrees), MEDIUM) == pytest.approx(np.radians(margin), abs=1e-9)


def test_angle_between_sectors_is_in_no_sector():
    easy = [(0.0, 0.75 * pi), (1.25 * pi, 2 * pi)]
    np.testing.assert_array_equal(sector_of(np.radians([90, 180, -90]), easy), [0, -1, 1])


def test_sector_may_contain_the_angle_zero():
    front = [(1.75 * pi, 0.25 * pi)]
    np.testing.assert_array_equal(
        sector_of(np.radians([0, 44, 46, -44, -46, 180]), front), [0, 0, -1, 0, -1, -1]
    )


@given(angle=angles, turns=st.integers(-3, 3))
def test_quadrant_agrees_with_the_signs_of_cosine_and_sine(angle, turns):
    quadrants = [(k * pi / 2, (k + 1) * pi / 2) for k in range(4)]
    margin = edge_margin(angle, quadrants)
    assert margin == pytest.approx(
        min(np.arcsin(abs(np.sin(angle))), np.arccos(abs(np.sin(angle)))), abs=1e-7
    )
    assume(margin > 1e-6)
    expected = {(True, True): 0, (False, True): 1, (False, False): 2, (True, False): 3}
    assert sector_of(angle + turns * 2 * pi, quadrants) == expected[np.cos(angle) > 0, np.sin(angle) > 0]


def test_arrays_of_angles_keep_their_shape():
    many = np.linspace(-9, 9, 24).reshape(2, 3, 4)
    assert sector_of(many, MEDIUM).shape == edge_margin(many, MEDIUM).shape == (2, 3, 4)
