"""Time to score as many replies as VSI-Bench has questions, with intervals and all references.

Aim: at most 3 s for 5,130 predictions. For comparison, it also times the official score of the same replies.
"""

import numpy as np
import pytest

from tests.vsitrain.scoring.answers import CHOICES, choice, number
from vsitrain.scoring import Prediction, official_score, score
from vsitrain.scoring.references import reference_scores

QUESTIONS, SCENES, WORDS = 5130, 288, 60
RANGES = {
    "object_counting": (2, 10, 0),
    "object_abs_distance": (0.2, 8, 1),
    "object_size_estimation": (15, 250, 0),
    "room_size_estimation": (5, 60, 1),
}
"""Of usual answers, with their decimals."""


@pytest.fixture(scope="module")
def replies():
    rng = np.random.default_rng(0)
    kinds = [*RANGES, *CHOICES]
    asked, given = [], []
    for place in range(QUESTIONS):
        kind = kinds[place % len(kinds)]
        if kind in RANGES:
            low, high, decimals = RANGES[kind]
            truth, reply = (f"{value:.{decimals}f}" for value in rng.uniform(low, high, 2))
            row = number(truth, kind)
        else:
            truth, reply = rng.choice(list("ABCD"), 2)
            row = choice(str(truth), kind)
        row |= {"id": str(place), "dataset": "one", "scene_name": str(place % SCENES)}
        asked.append({**row, "question": f"How large is thing {rng.integers(WORDS)}?"})
        given.append(Prediction(str(place), str(reply)))
    return asked, given


def with_references(asked, given):
    return score(asked, given), reference_scores(asked)


def official_alone(asked, given):
    return [official_score(row, it.reply) for row, it in zip(asked, given, strict=True)]


@pytest.mark.benchmark(group=f"score {QUESTIONS:,} replies")
@pytest.mark.parametrize("what", [with_references, score, official_alone])
def test_scores(benchmark, replies, what):
    benchmark.pedantic(what, args=replies, rounds=5, warmup_rounds=1)
