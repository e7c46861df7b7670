"""Alarms: made-up runs that go wrong in one way each, and one run that goes well."""

from dataclasses import replace
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vsitrain.runs.alarms import (
    CONDITIONS,
    AlarmCallback,
    Statistics,
    alarm_rules,
    read_alarms,
    statistics_of,
)

RULES = alarm_rules()
WELL = Statistics(
    step=0, zero_variance=0.2, format=0.9, accuracy=0.5, length=40, cut_off=0.0, kl=0.001, entropy=1.0
)


def run(steps, **figures):
    """A run of the given number of steps. Each figure is a value, or a function of the step."""
    return [
        replace(WELL, step=n, **{k: v(n) if callable(v) else v for k, v in figures.items()})
        for n in range(1, steps + 1)
    ]


def raised(history, beta=1e-4):
    found = {kind: condition(history, RULES, beta) for kind, condition in CONDITIONS.items()}
    return {kind: alarm for kind, alarm in found.items() if alarm is not None}


def test_a_run_that_goes_well_raises_nothing_at_any_step():
    history = run(
        300, accuracy=lambda n: n / 400, entropy=lambda n: 1 - n / 600, length=lambda n: 40 + n / 10
    )
    assert not any(raised(history[:end]) for end in range(1, 301, 7))


@pytest.mark.parametrize(
    ("kind", "figures", "numbers"),
    [
        ("zero_variance", {"zero_variance": 0.9}, ["90%", "steps 81 to 100"]),
        ("format_collapse", {"format": lambda n: 0.95 if n < 60 else 0.05}, ["0.95", "0.05"]),
        ("length", {"length": lambda n: 40 if n < 50 else 90}, ["2.2 times", "90 tokens", "40"]),
        ("length", {"cut_off": 0.75}, ["75%", "max_completion_length"]),
        ("kl", {"kl": lambda n: 0.001 if n < 85 else 0.4 if n <= 90 else 3.0}, ["3.00 nats"]),
        ("kl", {"kl": 12.0}, ["12.00 nats"]),
        ("entropy", {"entropy": lambda n: 1.0 if n < 50 else 0.02}, ["1.000", "0.020"]),
    ],
)
def test_each_fault_is_reported_with_its_numbers_and_a_remedy(kind, figures, numbers):
    found = raised(run(100, **figures))
    assert set(found) == {kind}
    assert found[kind].step == 100
    for number in numbers:
        assert number in found[kind].sentence
    assert found[kind].remedy.endswith(".")


def test_collapse_of_the_format_without_the_kl_term_mentions_the_finding_of_the_paper():
    history = run(100, format=lambda n: 0.95 if n < 60 else 0.05)
    assert "Set beta to 1.0e-4" in raised(history, beta=0)["format_collapse"].remedy
    assert "Raise beta (it is 0.0001)" in raised(history, beta=1e-4)["format_collapse"].remedy


def test_a_format_that_was_never_learned_has_not_collapsed():
    assert not raised(run(100, format=0.1))


def test_replies_that_grow_and_get_better_raise_no_alarm():
    growing = {"length": lambda n: 40 if n < 50 else 90}
    assert not raised(run(100, **growing, accuracy=lambda n: 0.3 if n < 50 else 0.5))


@given(
    st.lists(
        st.builds(
            Statistics,
            step=st.integers(0, 9),
            **{
                name: st.none() | st.floats(0, 1e6)
                for name in ("zero_variance", "format", "accuracy", "length", "cut_off", "kl", "entropy")
            },
        ),
        max_size=60,
    )
)
def test_any_history_is_checked_without_an_error(history):
    raised(history, beta=0.0)


def test_figures_are_read_from_the_log_of_trl():
    logs = {
        "frac_reward_zero_std": 0.25,
        "rewards/format_reward/mean": 0.5,
        "rewards/length_reward/mean": 0.1,
        "rewards/min_ratio_reward/mean": 0.4,
        "rewards/match_reward/mean": 0.2,
        "rewards/mra_reward/mean": None,
        "rewards_by_topic/object_counting": 0.9,
        "completions/mean_length": 30.0,
        "completions/clipped_ratio": 0.125,
        "kl": float("nan"),
    }
    assert statistics_of(7, logs) == Statistics(
        step=7, zero_variance=0.25, format=0.5, accuracy=pytest.approx(0.3), length=30.0, cut_off=0.125
    )
    assert statistics_of(7, {"eval_loss": 1.0}) is None


def test_an_alarm_is_reported_when_it_begins_and_then_rarely_and_is_written_to_a_file(tmp_path, caplog):
    callback = AlarmCallback()
    args = SimpleNamespace(output_dir=str(tmp_path), beta=1e-4)
    logs = {"frac_reward_zero_std": 1.0}
    for step in range(1, 101):
        state = SimpleNamespace(global_step=step, is_world_process_zero=True, log_history=[])
        callback.on_log(args, state, None, logs=logs)
    alarms = read_alarms(tmp_path)
    assert [alarm.step for alarm in alarms] == [20, 70]
    assert {alarm.since for alarm in alarms} == {1}
    assert caplog.text.count("In 100% of the groups") == 2


def test_a_resumed_run_uses_the_figures_that_were_logged_before(tmp_path):
    callback = AlarmCallback()
    args = SimpleNamespace(output_dir=str(tmp_path), beta=1e-4)
    logged = [{"step": step, "frac_reward_zero_std": 1.0} for step in range(1, 20)]
    callback.on_train_begin(args, SimpleNamespace(log_history=logged), None)
    state = SimpleNamespace(global_step=20, is_world_process_zero=True)
    callback.on_log(args, state, None, logs={"frac_reward_zero_std": 1.0})
    assert [alarm.step for alarm in read_alarms(tmp_path)] == [20]


def test_every_number_has_a_reason():
    for group in RULES.model_dump().values():
        assert all(constant["why"] for constant in group.values())
