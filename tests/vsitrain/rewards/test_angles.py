"""Answers in degrees are read in any usual form and compared on the circle, by rewards and scores."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.vsitrain.data import builds
from vsidata.metrics import angular_accuracy, best_angle, circular_error
from vsitrain.answers import read_number
from vsitrain.data.answer_check import check_answers
from vsitrain.rewards import REWARDS
from vsitrain.scoring import lenient_score, official_score
from vsitrain.scoring.references import reference_scores

DEGREES = st.floats(-1000, 1000)
NUMBERS = ["mra", "min_ratio", "log_ratio"]


def between(first: float, second: float) -> float:
    """The angle between two directions in the plane, by their scalar product: a second implementation."""
    a, b = (np.array([math.cos(math.radians(it)), math.sin(math.radians(it))]) for it in (first, second))
    return math.degrees(math.atan2(abs(a[0] * b[1] - a[1] * b[0]), a @ b))


def row(truth="315"):
    return builds.question(1, unit="°", answer=truth, ground_truth=truth, question_type="bearing")


def reward(name, replies, truth="315"):
    columns = {"ground_truth": [truth] * len(replies), "unit": ["°"] * len(replies)}
    return REWARDS[name](replies, **columns)


@pytest.mark.parametrize(
    ("reply", "degrees"),
    [
        ("45 degrees", 45),
        ("45°", 45),
        ("-45°", -45),
        ("−45 °", -45),
        ("315°", 315),
        ("45º", 45),
        ("45 deg", 45),
        ("45", 45),
        ("minus 45 degrees", -45),
        (r"$45^\circ$", 45),
        (r"\boxed{45^{\circ}}", 45),
        ("It moved 2 m and turned 45 degrees.", 45),
        (f"{math.pi / 4} radians", 45),
        ("2 m", None),
        ("left", None),
    ],
)
def test_degrees_are_read_in_any_usual_form(reply, degrees):
    assert read_number(reply, "°") == pytest.approx(degrees)


@given(DEGREES, DEGREES)
def test_error_is_the_angle_between_the_directions(prediction, truth):
    assert float(circular_error(prediction, truth)) == pytest.approx(between(prediction, truth), abs=1e-5)


@given(DEGREES, DEGREES, st.integers(-3, 3))
def test_turning_both_or_a_full_circle_changes_nothing(prediction, truth, turns):
    error = float(circular_error(prediction, truth))
    assert float(circular_error(truth, prediction)) == pytest.approx(error, abs=1e-9)
    assert float(circular_error(prediction + 360 * turns, truth)) == pytest.approx(error, abs=1e-9)
    assert float(circular_error(prediction + 77, truth + 77)) == pytest.approx(error, abs=1e-9)


@pytest.mark.parametrize(
    ("error", "share"), [(0, 1.0), (4, 1.0), (5, 0.9), (22, 0.6), (23, 0.5), (44, 0.1), (46, 0), (180, 0)]
)
@pytest.mark.parametrize("truth", [0, 1, 40, 180, 359, -90])
def test_score_depends_on_the_error_alone(error, share, truth):
    for sign in (-1, 1):
        assert float(angular_accuracy(truth + sign * error, truth)) == pytest.approx(share)


def test_numbers_that_are_not_finite_score_nothing():
    assert angular_accuracy([math.nan, math.inf], 10).tolist() == [0, 0]


@pytest.mark.parametrize("name", NUMBERS)
def test_rewards_fall_with_the_error_on_the_circle(name):
    found = reward(name, ["-45°", "315 degrees", "325", "305°", "340", "0", "135°", "right"])
    assert found[0] == found[1] == 1.0
    assert found[2] == pytest.approx(found[3])
    assert 1 > found[2] > found[4] > found[5] > found[6] - 1e-12
    assert found[7] == 0.0
    assert reward(name, ["0°", "-10°"], truth="0")[0] == 1.0  # no ratio to the truth is needed


def test_half_of_the_reward_is_at_the_stated_errors():
    assert reward("min_ratio", ["0"]) == [pytest.approx(0.5)]
    assert reward("log_ratio", ["337.5"]) == [pytest.approx(0.5)]
    assert reward("mra", ["337.6"]) == [pytest.approx(0.5)]


def test_scores_read_angles_as_the_benchmark_reads_numbers():
    assert official_score(row(), "-45") == lenient_score(row(), "It is -45°.") == 1.0
    assert official_score(row(), "45°") == 0.0  # Python's float does not read the sign of degrees
    assert official_score(row("0"), "355") == pytest.approx(0.9)
    assert official_score(row("-45"), "315") == 1.0


def test_data_with_an_angle_of_zero_or_below_can_be_scored():
    from datasets import Dataset

    check_answers("data", Dataset.from_list([row("0"), row("-45")]))


def test_best_constant_is_found_across_north():
    assert float(circular_error(best_angle([350, 10, 355, 5]), 0)) <= 5
    scenes = {"350": "scene0000_00", "10": "scene0001_00", "0": "scene0002_00"}
    rows = [{**row(truth), "id": truth, "scene_name": scene} for truth, scene in scenes.items()]
    assert reference_scores(rows)["best constant"].macro.official > 0.7
    assert reference_scores(rows)["the key itself"].macro.official == 1.0
