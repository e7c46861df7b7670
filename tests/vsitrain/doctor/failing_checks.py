"""Checks that fail in different ways. Each runs in its own process."""

import os
import time
from dataclasses import replace

from vsitrain.doctor.check_result import DONE, UNFINISHED, CheckResult


def works(setup, check):
    print("a library prints this")
    yield CheckResult(check, DONE, peak=1)


def raises(setup, check):
    yield CheckResult(check, UNFINISHED, planned_peak=5)
    raise ValueError("does | not fit\nsecond line")


def is_killed(setup, check):
    yield CheckResult(check, UNFINISHED, planned_peak=6)
    os.kill(os.getpid(), 9)


def takes_too_long(setup, check):
    yield (found := CheckResult(check, UNFINISHED, planned_peak=7))
    time.sleep(600)
    yield replace(found, result=DONE)
