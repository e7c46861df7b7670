"""After SIGKILL at any moment, the same command gives the bytes of an undisturbed build."""

import os
import shutil
import signal
import subprocess
import time

import numpy as np
import pytest

from tests.faults import builds
from tests.pipeline.test_build import digests

SCANS = 6
SEED = 0


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    return builds.write_scans(tmp_path_factory.mktemp("kills") / "root", SCANS)


@pytest.fixture(scope="module")
def whole(root, tmp_path_factory):
    """The digests of the undisturbed build, and its duration in seconds."""
    began = time.monotonic()
    return builds.built(root, tmp_path_factory.mktemp("whole") / "out"), time.monotonic() - began


def kill_after(process: subprocess.Popen, seconds: float, alone: bool) -> bool:
    """Kill a build, with or without its workers. Return whether it was still running."""
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        (os.kill if alone else os.killpg)(process.pid, signal.SIGKILL)
    process.communicate()
    return process.returncode == -signal.SIGKILL


def kill_at_moments(root, whole, folder, kills: int, begun=None) -> None:
    """Kill builds at moments that are spread over their duration. Every third is killed without its workers.

    Every fifth build is killed again after it has resumed. Each build starts with an empty folder, or with a
    copy of `begun`.
    """
    digest, seconds = whole
    rng = np.random.default_rng(SEED)
    for number in range(kills):
        out = folder / f"out{number}"
        moment = seconds * (number + rng.random()) / kills
        restore(begun, out)
        while not kill_after(builds.start(root, out), moment, alone=number % 3 == 0):
            restore(begun, out)  # the last build ended before the kill
            moment *= 0.8
        if number % 5 == 4:
            kill_after(builds.start(root, out), seconds * rng.random(), alone=False)
        ended = builds.finish(root, out)
        assert ended.returncode == 0, f"kill {number} after {moment:.2f} s: {ended.stderr}"
        assert digests(out) == digest, f"kill {number} after {moment:.2f} s"


def restore(begun, out) -> None:
    shutil.rmtree(out, ignore_errors=True)
    if begun:
        shutil.copytree(begun, out)


def test_build_killed_at_three_moments_ends_with_the_same_bytes(root, whole, tmp_path):
    kill_at_moments(root, whole, tmp_path, 3)


@pytest.mark.soak
def test_build_killed_at_fifty_moments_ends_with_the_same_bytes(root, whole, tmp_path):
    kill_at_moments(root, whole, tmp_path, 50)


@pytest.fixture(scope="module")
def changed(root, whole, tmp_path_factory):
    """A finished build, its scans, and the digests that a new build has.

    Some annotations have changed since.
    """
    folder = tmp_path_factory.mktemp("changed")
    scans = shutil.copytree(root, folder / "root")
    builds.built(scans, folder / "finished")
    for number in (0, 2, 5):
        builds.rename_an_object(scans, f"scene{number:04d}_00")
    again = shutil.copytree(folder / "finished", folder / "again")
    began = time.monotonic()
    digest = builds.built(scans, again)
    seconds = time.monotonic() - began
    assert digest != whole[0]
    assert digest == builds.built(scans, folder / "anew")
    return scans, (digest, seconds), folder / "finished"


def test_update_of_a_finished_build_killed_at_three_moments_ends_with_the_new_bytes(changed, tmp_path):
    scans, whole, finished = changed
    kill_at_moments(scans, whole, tmp_path, 3, finished)


@pytest.mark.soak
def test_update_of_a_finished_build_killed_at_fifty_moments_ends_with_the_new_bytes(changed, tmp_path):
    scans, whole, finished = changed
    kill_at_moments(scans, whole, tmp_path, 50, finished)


def test_update_of_a_finished_build_killed_before_the_merge_is_merged_again(changed, tmp_path):
    scans, (digest, _), finished = changed
    out = shutil.copytree(finished, tmp_path / "out")
    manifest = (out / "manifest.json").read_bytes()
    builds.killed_before_the_merge(scans, out)
    assert (out / "manifest.json").read_bytes() == manifest
    ended = builds.finish(scans, out)
    assert "was complete already" not in ended.stdout
    assert digests(out) == digest
    assert "was complete already" in builds.finish(scans, out).stdout


def test_workers_of_a_killed_build_end(root, tmp_path):
    process = builds.start(root, tmp_path / "out")
    results = tmp_path / "out" / ".work" / "scenes"
    while not list(results.glob("*.jsonl")):
        assert process.poll() is None
        time.sleep(0.01)
    below = builds.workers_of(process.pid)
    assert len(below) >= builds.WORKERS
    process.kill()
    process.communicate()
    deadline = time.monotonic() + 5
    while any(builds.is_alive(worker) for worker in below):
        assert time.monotonic() < deadline, "a worker of a killed build is still alive"
        time.sleep(0.02)


def test_a_killed_build_releases_its_lock_and_a_running_build_does_not(root, tmp_path):
    out = tmp_path / "out"
    process = builds.start(root, out)
    results = out / ".work" / "scenes"
    while not list(results.glob("*.jsonl")):
        assert process.poll() is None
        time.sleep(0.01)
    os.kill(process.pid, signal.SIGSTOP)  # so that this build still runs when the second starts
    try:
        second = builds.finish(root, out)
        assert second.returncode == 2
        fault, remedy = second.stderr.splitlines()
        assert "is in use by another build" in fault
        assert remedy.strip() == "Wait until it has ended, or choose another --out."
    finally:
        process.kill()
        process.communicate()
    third = builds.finish(root, out)
    assert third.returncode == 0, third.stderr
