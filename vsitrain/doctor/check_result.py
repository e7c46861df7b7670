"""The result of a check."""

from dataclasses import dataclass


@dataclass(frozen=True)
class CheckResult:
    """The result of a check: a row of the report.

    Attributes:
        check: the name of the check.
        result: `done`, or what went wrong, or why the check was skipped.
        peak, planned_peak: maximum of the allocated memory in bytes, measured and by the plan; None if it was
            not measured or not planned.
        seconds, planned_seconds: duration of the step, measured and by the plan.
    """

    check: str
    result: str
    peak: int | None = None
    planned_peak: int | None = None
    seconds: float | None = None
    planned_seconds: float | None = None


DONE, SKIPPED, UNFINISHED = "done", "skipped", "has no result"


def failed(result: CheckResult) -> bool:
    """Return whether a check failed. A skipped check did not fail."""
    return not result.result.startswith((DONE, SKIPPED))
