"""Ctrl-C and SIGTERM end a build with a message at any moment. The same command resumes the build."""

import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import numpy as np
import pytest

from tests.faults import builds
from tests.pipeline.test_build import digests

WORD = "Interrupted. Run the same command again to resume.\n"
SEED = 1


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    return builds.write_scans(tmp_path_factory.mktemp("signals") / "root", 4)


@pytest.fixture(scope="module")
def whole(root, tmp_path_factory):
    began = time.monotonic()
    return builds.built(root, tmp_path_factory.mktemp("whole") / "out"), time.monotonic() - began


def until_at_work(process: subprocess.Popen, out) -> None:
    """Wait until build.log exists. Before, Python is still starting."""
    while not (out / "build.log").exists():
        assert process.poll() is None
        time.sleep(0.005)


def stopped(process: subprocess.Popen, number: int, out: Path) -> str | None:
    """Send a signal like a terminal or a scheduler. Return the output; None if the build ended before."""
    if number == signal.SIGINT:
        os.killpg(process.pid, number)  # a terminal sends the signal to the whole group
    else:
        process.send_signal(number)
    _, said = process.communicate(timeout=20)
    if (out / "manifest.json").exists():  # the build had ended, and Python was exiting
        return None
    assert process.returncode == 128 + number, said
    return said


def stop_at_moments(root, whole, folder, stops: int) -> None:
    digest, seconds = whole
    rng = np.random.default_rng(SEED)
    for number in range(stops):
        out = folder / f"out{number}"
        moment = seconds / 2 * (number + rng.random()) / stops  # the other half is the start of Python
        said = None
        while said is None:
            shutil.rmtree(out, ignore_errors=True)  # the last build ended before the signal
            process = builds.start(root, out)
            until_at_work(process, out)
            time.sleep(moment)
            said = stopped(process, (signal.SIGINT, signal.SIGTERM)[number % 2], out)
            moment *= 0.7
        assert said == WORD
        assert builds.group_is_gone(process.pid), "a process of an interrupted build still runs"
        ended = builds.finish(root, out)
        assert ended.returncode == 0, ended.stderr
        assert digests(out) == digest


def test_interrupted_build_prints_a_message_and_resumes(root, whole, tmp_path):
    stop_at_moments(root, whole, tmp_path, 2)


@pytest.mark.soak
def test_build_interrupted_at_any_moment_prints_a_message_and_resumes(root, whole, tmp_path):
    stop_at_moments(root, whole, tmp_path, 40)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signal_during_the_start_of_the_workers_prints_no_traceback(root, tmp_path, number):
    process = builds.start(root, tmp_path / "out")
    until_at_work(process, tmp_path / "out")
    time.sleep(0.1)  # now the forkserver imports the modules of the work
    assert stopped(process, number, tmp_path / "out") == WORD
