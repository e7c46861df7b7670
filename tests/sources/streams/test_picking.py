"""Frames are picked evenly over time. No frame is picked twice or without a pose."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vsidata.sources.streams.frames import FrameStream
from vsidata.sources.streams.picking import pick


class Stream(FrameStream):
    """A stream of times and validity, without pictures."""

    def jpeg(self, position):
        raise NotImplementedError

    def depth(self, position):
        raise NotImplementedError


def stream(times, valid=None):
    n = len(times)
    return Stream(
        path=Path(),
        size=(1, 1),
        depth_size=None,
        color_matrix=None,
        depth_matrix=None,
        numbers=np.arange(n),
        timestamps=np.asarray(times, dtype=np.float64),
        timed=True,
        poses=None,
        valid=np.ones(n, dtype=bool) if valid is None else np.asarray(valid),
    )


@st.composite
def streams(draw):
    steps = draw(st.lists(st.sampled_from([0.001, 1 / 30, 0.1, 1.0, 20.0]), min_size=1, max_size=60))
    valid = draw(st.lists(st.booleans(), min_size=len(steps), max_size=len(steps)))
    return stream(np.cumsum(steps), valid)


def test_stream_at_a_constant_rate_is_sampled_as_by_vsi_bench():
    assert pick(stream(np.arange(91) / 30), 4).tolist() == np.linspace(0, 90, 4).astype(int).tolist()
    assert pick(stream(np.arange(1501) / 30), 16).tolist() == np.linspace(0, 1500, 16).astype(int).tolist()


def test_frames_are_spread_by_time_and_not_by_position():
    slow_then_fast = np.concatenate([np.arange(10), 10 + np.arange(1, 101) / 10])
    assert pick(stream(slow_then_fast), 5).tolist() == [0, 5, 10, 59, 109]


def test_nearest_valid_frame_replaces_a_lost_frame():
    valid = np.ones(101, dtype=bool)
    valid[48:51] = False
    assert pick(stream(np.arange(101) / 30, valid), 3).tolist() == [0, 51, 100]


def test_long_loss_of_tracking_does_not_reduce_the_number_of_frames():
    valid = np.ones(100, dtype=bool)
    valid[10:90] = False
    assert pick(stream(np.arange(100) / 30, valid), 12).tolist() == [
        0,
        9,
        90,
        91,
        92,
        93,
        94,
        95,
        96,
        97,
        98,
        99,
    ]


@given(streams(), st.integers(0, 70))
def test_picked_frames_are_valid_distinct_rising_and_as_many_as_possible(stream, count):
    picked = pick(stream, count)
    usable = np.flatnonzero(stream.valid)
    assert len(picked) == min(count, len(usable))
    assert stream.valid[picked].all()
    assert (np.diff(picked) > 0).all()
    if len(picked) > 1:
        assert picked[0] == usable[0]
        assert picked[-1] == usable[-1]


@given(st.integers(2, 400), st.integers(2, 40))
def test_no_gap_between_picked_frames_is_much_longer_than_another(frames, count):
    gaps = np.diff(pick(stream(np.arange(frames) / 30), count))
    assert gaps.max() - gaps.min() <= 1


@pytest.mark.parametrize("count", [0, 1, 5])
def test_stream_without_any_pose_has_no_frames_to_pick(count):
    assert pick(stream(np.arange(9) / 30, np.zeros(9, dtype=bool)), count).tolist() == []


def test_zero_frames_and_one_frame_can_be_requested():
    assert pick(stream(np.arange(9)), 0).tolist() == []
    assert pick(stream(np.arange(9)), 1).tolist() == [0]
