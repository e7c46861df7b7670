"""What reading a file may cost, whatever is in it. The kernel keeps the memory; a clock keeps the time."""

import resource
import signal
from collections.abc import Iterator
from contextlib import contextmanager

SECONDS = 10
BYTES_A_BYTE = 10
BYTES = 200_000_000


@contextmanager
def within_limits(size: int) -> Iterator[None]:
    """Fail with MemoryError or TimeoutError where reading a file of a size takes more than it may."""
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (_taken() + BYTES_A_BYTE * size + BYTES, hard))
    before = signal.signal(signal.SIGALRM, _too_slow)
    signal.alarm(SECONDS)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
        resource.setrlimit(resource.RLIMIT_AS, (hard, hard))


def _taken() -> int:
    """The address space of this process."""
    with open("/proc/self/statm") as file:  # noqa: PTH123
        return int(file.read().split()[0]) * resource.getpagesize()


def _too_slow(*_: object) -> None:
    raise TimeoutError(f"more than {SECONDS} s")
