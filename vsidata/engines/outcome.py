"""What an engine reports about a scan."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Outcome:
    """The outcome of the work on one scan.

    Attributes:
        name: the scan.
        seconds: wall time of the work.
        died: how the worker process died, such as `was killed by SIGKILL`; None if the work returned.
        died_before: how an earlier worker died on this scan. The scan was then tried again.
    """

    name: str
    seconds: float
    died: str | None = None
    died_before: str | None = None
