"""The differences between the methods of measuring a room."""

import pytest

from vsidata.dataset.room_areas import ratios


def test_ratios_are_to_the_method_of_the_questions_in_each_room():
    rooms = [{"floor": 10.0 * n, "vsibench": 9.0 * n, "vsi100k": 12.0 * n} for n in range(1, 6)]
    compared = ratios(rooms, "floor")
    assert compared == {
        "vsibench": pytest.approx({"median": 0.9, "p5": 0.9, "p95": 0.9}),
        "vsi100k": pytest.approx({"median": 1.2, "p5": 1.2, "p95": 1.2}),
    }
    assert ratios(rooms, "vsi100k")["floor"]["median"] == pytest.approx(10 / 12)


def test_spread_over_rooms_is_stated():
    rooms = [{"floor": 10.0, "vsibench": 10.0 + n, "vsi100k": 10.0} for n in range(101)]
    assert ratios(rooms, "floor")["vsibench"] == pytest.approx({"median": 6.0, "p5": 1.5, "p95": 10.5})


def test_room_that_one_method_cannot_measure_does_not_count():
    rooms = [
        {"floor": 10.0, "vsibench": None, "vsi100k": 99.0},
        {"floor": 10.0, "vsibench": 5.0, "vsi100k": 20.0},
    ]
    assert ratios(rooms, "floor")["vsi100k"]["median"] == pytest.approx(2.0)
    assert ratios(rooms[:1], "floor") == {}
    assert ratios([], "floor") == {}
