"""A check that fails is a row of the report, and does not end the other checks."""

from tests.vsitrain.doctor import failing_checks
from vsitrain.doctor.check_result import DONE, CheckResult, failed
from vsitrain.doctor.examine import examine
from vsitrain.doctor.report import as_markdown
from vsitrain.doctor.setup import setup_for

SETUP = setup_for("qwen2-vl-2b", "cpu")


def test_failures_are_rows_and_later_checks_run(capfd):
    named = ("raises", "is_killed", "works")
    found = list(examine(SETUP, {name: getattr(failing_checks, name) for name in named}))
    assert [(it.check, it.planned_peak, failed(it)) for it in found] == [
        ("raises", 5, True),
        ("is_killed", 6, True),
        ("works", None, False),
    ]
    assert [it.result for it in found] == [
        "failed: ValueError: does | not fit",
        "failed: its process ended with exit code -9",
        DONE,
    ]
    assert "a library prints this" not in capfd.readouterr().out


def test_a_check_that_takes_too_long_is_stopped():
    checks = {"long": failing_checks.takes_too_long, "next": failing_checks.works}
    first, second = examine(SETUP, checks, limit=0.1)
    assert first.result == second.result == "stopped: the checks took more than 0.1 s"
    assert failed(first)


def test_report_is_a_markdown_table_with_versions_and_device():
    rows = [
        CheckResult("SFT", DONE, 3 * 2**30, 4 * 2**30, 1.25, 2.0),
        CheckResult("vLLM", "failed: does | not fit"),
    ]
    said = as_markdown(SETUP, rows)
    assert "| SFT | done | 3.00 GiB | 4.00 GiB | 1.2 | 2.0 |" in said
    assert r"| vLLM | failed: does \| not fit | – | – | – | – |" in said
    for fact in ("torch", "transformers", "trl", "peft", "CUDA", "device"):
        assert f"\n| {fact} | " in said
