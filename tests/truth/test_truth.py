"""Measurements and questions, compared with the truth of rooms, which is known from their recipe.

Every run tests a few rooms. `make soak` tests two hundred with more noise, and prints the table of
docs/measured.md.
"""

from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pytest

from tests.truth.judge import Judgement, judge
from vsidata.synthetic.scan import CLEAN, Flaws
from vsidata.synthetic.write import write_scans
from vsidata.topics.rule_set import load_rules


def judged(root: Path, rooms: int, noise: float = 0.003, flaws: Flaws | None = None) -> Judgement:
    names = write_scans(root, rooms, seed=11, noise=noise, workers=2, flaws=flaws)
    total = Judgement()
    with ProcessPoolExecutor(2, mp_context=get_context("forkserver")) as pool:
        for one in pool.map(partial(judge, root, rules=load_rules("wide")), names):
            total.add(one)
    return total


def median(errors: Sequence[float]) -> float:
    return float(np.median(np.abs(errors)))


def p95(errors: Sequence[float]) -> float:
    return float(np.percentile(np.abs(errors), 95))


def table(found: Judgement) -> str:
    rows = [
        ("longest side, 30 cm and more, %", found.large_sides, 100),
        ("longest side, smaller, cm", found.small_sides, 100),
        ("distance between surfaces, cm", found.surface_distances, 100),
        *((f"room area by `{method}`, %", errors, 100) for method, errors in found.areas.items()),
    ]
    lines = [
        f"| {name} | {len(errors)} | {unit * median(errors):.2f} | {unit * p95(errors):.2f} |"
        for name, errors, unit in rows
        if errors
    ]
    asked = ", ".join(f"{count} {topic}" for topic, count in sorted(found.asked.items()))
    return "\n".join([*lines, f"wrong: {len(found.wrong)} of {asked}"])


def assert_true(found: Judgement) -> None:
    assert median(found.large_sides) <= 0.03
    assert p95(found.large_sides) <= 0.08
    assert median(found.small_sides) <= 0.015
    assert p95(found.surface_distances) <= 0.02
    assert median(found.areas["floor"]) <= 0.03
    assert p95(found.areas["floor"]) <= 0.08
    assert found.asked["object_rel_distance"] > 5
    assert found.asked["object_rel_direction"] > 5
    assert found.wrong == []


@pytest.mark.slow
def test_measurements_hold_and_no_kept_question_is_wrong(tmp_path: Path) -> None:
    assert_true(judged(tmp_path, 8))


@pytest.mark.slow
def test_without_noise_and_holes_surface_distances_are_exact(tmp_path: Path) -> None:
    found = judged(tmp_path, 5, flaws=CLEAN)
    assert len(found.surface_distances) > 20
    assert max(np.abs(found.surface_distances)) <= 0.001
    assert found.wrong == []


@pytest.mark.soak
@pytest.mark.parametrize("millimetres", [3, 5, 10])
def test_two_hundred_rooms(tmp_path: Path, millimetres: int, capsys: pytest.CaptureFixture[str]) -> None:
    found = judged(tmp_path, 200, noise=millimetres / 1000)
    with capsys.disabled():
        print(f"\n200 rooms, noise {millimetres} mm r.m.s.\n{table(found)}")
    if millimetres == 3:
        assert_true(found)
