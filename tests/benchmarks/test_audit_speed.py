"""Time and memory of an audit of 100,000 questions. The aim is 60 s and 2 GB.

Run `pytest tests/benchmarks/test_audit_speed.py --benchmark-enable`. For comparison, it also grows as many
forests of scikit-learn on random numbers of the same shape. Trees on random numbers are deeper than on words.
"""

import resource

import numpy as np
import pytest

from tests.analysis.made_questions import like_a_build
from vsidata.analysis.audit.audit import audit
from vsidata.analysis.blind.blind_question import read_blind_questions
from vsidata.analysis.blind.forest import _MOST_ROWS, COARSE, FINE, TREES


@pytest.mark.benchmark(group="audit of 100,000 questions")
def test_audit(benchmark):
    rows = list(like_a_build(scenes=1205))
    assert len(rows) >= 100_000
    found = benchmark.pedantic(lambda: audit(read_blind_questions(rows)), rounds=1)
    assert found["questions"] == len(rows)
    benchmark.extra_info["MB"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


@pytest.mark.benchmark(group="audit of 100,000 questions")
def test_forests_of_an_audit_alone(benchmark):
    sklearn = pytest.importorskip("sklearn.ensemble")
    rng = np.random.default_rng(0)
    # Question type → rows for the forest (options of choices), features, questions in a leaf.
    shapes = {
        "size": (8_400, 4, (FINE, COARSE)),
        "count": (3_600, 4, (FINE, COARSE)),
        "distance": (25_000, 11, (FINE, COARSE)),
        "room": (1_200, 1, (FINE, COARSE)),
        "nearest": (96_000, 10, (COARSE,)),
        "easy": (25_000, 25, (COARSE,)),
        "medium": (37_000, 25, (COARSE,)),
        "hard": (48_000, 25, (COARSE,)),
    }

    def run() -> None:
        for rows, features, leaves in shapes.values():
            table = rng.random((rows, features), dtype=np.float32)
            answers = rng.random(rows)
            fold = rng.integers(5, size=rows)
            for part in range(5):
                for leaf in leaves:
                    learned = table[fold != part]
                    sklearn.RandomForestRegressor(
                        TREES,
                        min_samples_leaf=leaf,
                        max_features=0.5,
                        max_samples=min(_MOST_ROWS, len(learned)),
                    ).fit(learned, answers[fold != part]).apply(table)

    benchmark.pedantic(run, rounds=1)
