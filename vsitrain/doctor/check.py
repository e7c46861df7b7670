"""The form of a check."""

from collections.abc import Callable, Iterator

from vsitrain.doctor.check_result import CheckResult
from vsitrain.doctor.setup import Setup

Check = Callable[[Setup, str], Iterator[CheckResult]]
"""A check is called with its setup and its name. The last value that it yields is its result."""
