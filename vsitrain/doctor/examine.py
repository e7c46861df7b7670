"""Run checks, each in its own process, within a time limit."""

import os
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from multiprocessing import get_context
from multiprocessing.connection import Connection

from vsitrain.doctor.check import Check
from vsitrain.doctor.check_result import UNFINISHED, CheckResult
from vsitrain.doctor.setup import Setup

LIMIT = 8 * 60.0
"""Maximum duration of all checks together, in seconds."""

_LONGEST = 200  # characters of an error in the report


def examine(
    setup: Setup,
    checks: Mapping[str, Check],
    *,
    limit: float = LIMIT,
    before: Callable[[], object] | None = None,
) -> Iterator[CheckResult]:
    """Run checks one after another. A failure of any kind becomes the result of its check.

    Each check has its own process. So a crash or a full memory does not end the other checks, and the memory
    of a GPU is free again after each check.

    Args:
        setup: the model and the settings.
        checks: the checks by name. They must be importable.
        limit: maximum duration of all checks together, in seconds.
        before: called in each process before its check.
    """
    ends = time.monotonic() + limit
    for name, check in checks.items():
        yield _in_a_process(name, check, setup, before, ends, limit)


def _in_a_process(
    name: str, check: Check, setup: Setup, before: Callable[[], object] | None, ends: float, limit: float
) -> CheckResult:
    found = CheckResult(name, UNFINISHED)
    processes = get_context("spawn")
    receiver, sender = processes.Pipe(duplex=False)
    process = processes.Process(target=_send_results, args=(sender, name, check, setup, before))
    process.start()
    sender.close()
    try:
        while receiver.poll(max(0.0, ends - time.monotonic())):
            found = receiver.recv()
        return replace(found, result=f"stopped: the checks took more than {limit:g} s")
    except EOFError:
        process.join()
        if found.result == UNFINISHED:
            found = replace(found, result=f"failed: its process ended with exit code {process.exitcode}")
        return found
    finally:
        process.kill()
        process.join()


def _send_results(
    sender: Connection, name: str, check: Check, setup: Setup, before: Callable[[], object] | None
) -> None:
    """Send the results of a check. An exception is sent as a result."""
    os.dup2(2, 1)  # libraries print to the standard output, where the report is printed
    found = CheckResult(name, UNFINISHED)
    try:
        if before is not None:
            before()
        for found in check(setup, name):
            sender.send(found)
    except Exception as error:
        sender.send(replace(found, result=f"failed: {_in_short(error)}"))


def _in_short(error: Exception) -> str:
    first = " ".join(str(error).strip().partition("\n")[0].split())
    return f"{type(error).__name__}: {first}"[:_LONGEST]
