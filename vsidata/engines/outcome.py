"""The report of an engine about a scan."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Outcome:
    """The end of one scan's work.

    Attributes:
        name: the scan.
        seconds: wall time of its work.
        died: how the worker process died (`was killed by SIGKILL`); None if the work returned.
        died_before: the same for an earlier worker, after which the scan was tried again.
    """

    name: str
    seconds: float
    died: str | None = None
    died_before: str | None = None
