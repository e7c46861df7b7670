"""Scores agree with values computed by hand, simple loops, and the published blind baselines."""

import json
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vsidata.metrics import (
    best_constant,
    exact_match,
    interval,
    mean_relative_accuracy,
    redrawn_means,
    relative_accuracy,
)


@pytest.mark.parametrize(
    ("prediction", "truth", "score"),
    [
        (4, 4, 1.0),
        (3, 4, 0.6),  # an error of 0.25 is accepted at 0.50 … 0.75, and not at 0.80 and above
        (2, 4, 0.1),  # an error of 0.50, which the threshold 0.50 just accepts
        (1.9, 4, 0.0),
        (6, 4, 0.1),
        (8, 4, 0.0),
        (1.04, 1.0, 1.0),  # an error of 0.04 is below the strictest threshold
        (1.06, 1.0, 0.9),
        (-4, 4, 0.0),
        (float("nan"), 4, 0.0),
        (float("inf"), 4, 0.0),
    ],
)
def test_mean_relative_accuracy_agrees_with_values_computed_by_hand(prediction, truth, score):
    assert mean_relative_accuracy(prediction, truth) == pytest.approx(score)
    assert relative_accuracy(prediction, truth) == pytest.approx(score)


@given(st.floats(), st.floats(min_value=0, exclude_min=True))
def test_relative_accuracy_of_a_number_agrees_with_arrays(prediction, truth):
    with np.errstate(all="ignore"):
        assert relative_accuracy(prediction, truth) == mean_relative_accuracy([prediction], [truth])[0]


@given(st.integers(1, 500), st.integers(1, 500))
def test_mean_relative_accuracy_agrees_with_exact_fractions_away_from_the_thresholds(prediction, truth):
    error = Fraction(abs(prediction - truth), truth)
    allowed = [Fraction(percent, 100) for percent in range(5, 51, 5)]
    if error in allowed:
        return
    score = Fraction(sum(error <= a for a in allowed), 10)
    assert mean_relative_accuracy(prediction, truth) == pytest.approx(float(score))


def test_mean_relative_accuracy_broadcasts():
    scores = mean_relative_accuracy([[2], [4]], [2, 4])
    np.testing.assert_allclose(scores, [[1.0, 0.1], [0.0, 1.0]])


@pytest.mark.parametrize("truth", [0, -1, float("nan")])
def test_a_truth_that_is_not_positive_is_refused(truth):
    with pytest.raises(ValueError, match="positive truths"):
        mean_relative_accuracy([1, 2], [3, truth])
    with pytest.raises(ValueError, match="positive truths"):
        relative_accuracy(1, truth)


def test_exact_match_ignores_case_and_space_around():
    assert exact_match(["a", " Left", "sink", ""], ["A", "left", "bathroom sink", "b"]).tolist() == [
        1,
        1,
        0,
        0,
    ]


def test_exact_match_needs_as_many_answers_as_truths():
    with pytest.raises(ValueError, match="longer"):
        exact_match(["a"], ["a", "b"])


@given(st.lists(st.integers(1, 60), min_size=1, max_size=12))
def test_no_whole_number_scores_better_than_the_best_constant(truths):
    _, score = best_constant(truths, decimals=0)
    everywhere = [mean_relative_accuracy(constant, truths).mean() for constant in range(121)]
    assert score == pytest.approx(max(everywhere))


def test_best_constant_of_equal_truths_is_their_value():
    assert best_constant([2.4, 2.4], decimals=1) == (2.4, 1.0)


def test_best_constant_without_truths_is_refused():
    with pytest.raises(ValueError, match="at least one"):
        best_constant([], decimals=0)


@pytest.mark.parametrize(
    ("question_type", "decimals", "constant", "score"),
    [
        ("object_counting", 0, 2, 58.9),
        ("object_abs_distance", 1, 1.9, 31.5),
        ("object_size_estimation", 0, 93, 30.2),
        ("room_size_estimation", 1, 16.2, 32.1),
    ],
)
def test_constant_answers_get_their_known_scores_on_the_released_rooms(
    vsibench: Path, question_type, decimals, constant, score
):
    # The published constants are best for the whole benchmark. These rooms are only a part of it.
    with (vsibench / "questions.jsonl").open() as lines:
        rows = [json.loads(line) for line in lines]
    truths = [float(row["ground_truth"]) for row in rows if row["question_type"] == question_type]
    assert round(100 * mean_relative_accuracy(constant, truths).mean(), 1) == score
    assert 100 * best_constant(truths, decimals)[1] >= score - 0.05


def test_interval_of_one_scene_is_its_mean():
    low, high = interval(redrawn_means([0.0, 1.0, 1.0], ["a", "a", "a"]))
    assert low == high == pytest.approx(2 / 3)


def test_interval_widens_when_the_questions_share_scenes():
    scores = np.repeat([0.0, 1.0], 200)
    apart = interval(redrawn_means(scores, [f"scene{i:04}" for i in range(400)]))
    together = interval(redrawn_means(scores, [f"scene{i // 40:04}" for i in range(400)]))
    assert together[1] - together[0] > 4 * (apart[1] - apart[0])


def test_interval_over_independent_questions_agrees_with_the_binomial_interval():
    scores = np.repeat([0.0, 1.0], [600, 400])
    low, high = interval(redrawn_means(scores, [f"scene{i:04}" for i in range(1000)], repeats=5000))
    half = 1.96 * np.sqrt(0.4 * 0.6 / 1000)
    assert (low, high) == pytest.approx((0.4 - half, 0.4 + half), abs=0.003)


def test_interval_does_not_depend_on_the_order_of_the_questions():
    scores, scenes = np.array([0.0, 1.0, 0.5, 1.0]), np.array(["b", "a", "c", "b"])
    order = [3, 1, 0, 2]
    assert interval(redrawn_means(scores, list(scenes))) == pytest.approx(
        interval(redrawn_means(scores[order], list(scenes[order])))
    )


@pytest.mark.parametrize(("scores", "scenes"), [([], []), ([1.0], ["a", "b"]), ([[1.0]], ["a"])])
def test_interval_needs_one_scene_per_score(scores, scenes):
    with pytest.raises(ValueError, match="one room per score"):
        interval(redrawn_means(scores, scenes))


def test_means_of_chosen_questions_can_be_combined_sample_by_sample():
    rng = np.random.default_rng(0)
    scores, scenes = rng.uniform(size=60), [f"scene{i % 12}" for i in range(60)]
    first = np.arange(60) % 5 < 2
    parts = [redrawn_means(scores, scenes, chosen=chosen, seed=3) for chosen in (first, ~first)]
    # Every scene has two questions of the first type and three of the second.
    assert 0.4 * parts[0] + 0.6 * parts[1] == pytest.approx(redrawn_means(scores, scenes, seed=3))
