"""Limits on the memory and time that reading a file may take.

The kernel limits memory, a clock limits time.
"""

import resource
import signal
from collections.abc import Iterator
from contextlib import contextmanager

SECONDS = 10  # seconds of processor time, so that other work on the machine does not count
SECONDS_OF_WAITING = 60
BYTES_A_BYTE = 10
BYTES = 200_000_000


@contextmanager
def within_limits(size: int) -> Iterator[None]:
    """Raise MemoryError or TimeoutError if reading a file of this size takes more than the limits."""
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (_taken() + BYTES_A_BYTE * size + BYTES, hard))
    before = {number: signal.signal(number, _too_slow) for number in (signal.SIGPROF, signal.SIGALRM)}
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    signal.alarm(SECONDS_OF_WAITING)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.setitimer(signal.ITIMER_PROF, 0)
        for number, handler in before.items():
            signal.signal(number, handler)
        resource.setrlimit(resource.RLIMIT_AS, (hard, hard))


def _taken() -> int:
    """Return the size of the address space of this process."""
    with open("/proc/self/statm") as file:  # noqa: PTH123
        return int(file.read().split()[0]) * resource.getpagesize()


def _too_slow(*_: object) -> None:
    raise TimeoutError(f"more than {SECONDS} s")
