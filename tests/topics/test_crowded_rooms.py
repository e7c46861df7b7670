"""Rooms with very many objects. Only distances of questions are measured. Too many objects are refused."""

from itertools import permutations

import numpy as np
import pytest

from tests.topics.rooms import box, room, thing
from vsidata.errors import ScanError
from vsidata.geometry.distance import box_distance, box_distances
from vsidata.measuring import measure
from vsidata.scene import Scene, SceneObject
from vsidata.topics.rule_set import load_rules


@pytest.mark.parametrize("at_once", [0, 9])
def test_distance_of_a_pair_does_not_depend_on_the_order_of_asking(monkeypatch, at_once):
    monkeypatch.setattr(measure, "_ALL_AT_ONCE", at_once)
    rng = np.random.default_rng(0)
    things = [thing(7 * n, f"thing {n}", rng.uniform(0, 3, 3), rng.uniform(0, 1, 3)) for n in range(9)]
    scene = room(*things)
    pairs = list(permutations(things, 2))
    for place in rng.permutation(len(pairs)):
        a, b = pairs[place]
        low, high = sorted((a, b), key=lambda one: one.instance)
        assert scene.distance(a, b, "boxes") == box_distance(low.box, high.box)


def test_only_the_pairs_of_the_objects_that_are_asked_about_are_measured(monkeypatch):
    measured = []

    def counted(first, second):
        measured.append(len(first))
        return box_distances(first, second)

    monkeypatch.setattr(measure, "box_distances", counted)
    things = [thing(n, f"thing {n}", (n, 0, 0)) for n in range(200)]
    scene = room(*things)
    assert scene.distance(things[0], things[9], "boxes") == pytest.approx(8.6)
    assert scene.distance(things[9], things[0], "boxes") == pytest.approx(8.6)
    assert scene.distance(things[5], things[0], "boxes") == pytest.approx(4.6)
    assert scene.distance(things[5], things[7], "boxes") == pytest.approx(1.6)
    assert measured == [199, 198]


def test_an_object_without_a_box_has_no_distance():
    boxless = measure.MeasuredObject(3, ("rug",), None, False, False, None)
    chair, table = thing(1, "chair", (0, 0, 0)), thing(5, "table", (2, 0, 0))
    scene = room(chair, boxless, table)
    assert scene.distance(boxless, chair, "boxes") is None
    assert scene.distance(table, boxless, "boxes") is None
    assert scene.distance(table, chair, "boxes") == pytest.approx(1.6)


def crowd(count: int) -> Scene:
    """The given number of objects on a line, with a word each."""
    words = (f"w{''.join(chr(97 + n // 26**k % 26) for k in range(3))}" for n in range(count))
    objects = tuple(SceneObject(instance=n, label=word, box=box((n, 0, 0))) for n, word in enumerate(words))
    return Scene(dataset="made", name="room0", objects=objects, room_area=20.0)


def test_a_scan_with_more_objects_than_any_room_has_is_refused_with_a_message():
    rules = load_rules("wide")
    assert len(measure.measure(crowd(1_000), rules.measurement, rules.vocabulary, 0).objects) == 1_000
    with pytest.raises(
        ScanError, match="has 1,001 objects that questions could ask about; the limit is 1,000"
    ):
        measure.measure(crowd(1_001), rules.measurement, rules.vocabulary, 0)


def test_objects_that_no_question_names_do_not_count():
    rules = load_rules("vsibench")
    assert not measure.measure(crowd(3_000), rules.measurement, rules.vocabulary, 0).objects
