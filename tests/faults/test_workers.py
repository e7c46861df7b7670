"""If the kernel kills a worker, as when memory runs out, a build loses time and prints a message."""

import os
import resource
import signal
import subprocess
import sys
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from tests.dataset import meta_info
from tests.pipeline.test_build import digests
from vsidata.engines import local
from vsidata.errors import VsiError
from vsidata.pipeline import build as building
from vsidata.pipeline.build import BuildOptions, Watcher, build
from vsidata.scene import Scene
from vsidata.sources.meta_info import MetaInfo


class DeadlyOnce(MetaInfo):
    """A source with a second room.

    When it is read for the first time, its worker is killed, as if memory ran out.
    """

    def load(self, name: str) -> Scene:
        path, _ = self.places[name]
        tried = path.with_name("tried")
        if name == "room0001" and not tried.exists():
            tried.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return super().load(name)


class Greedy(MetaInfo):
    """A source with a second room that needs more memory than a worker may have."""

    def load(self, name: str) -> Scene:
        if name == "room0001":
            resource.setrlimit(resource.RLIMIT_AS, (8 << 30, -1))
            np.ones(2 << 30)
        return super().load(name)


class Listener(Watcher):
    """Records which scans were tried again."""

    def __init__(self) -> None:
        self.told: list[tuple[str, str]] = []

    def retried(self, name: str, cause: str) -> None:
        self.told.append((name, cause))


@pytest.fixture
def rooms(tmp_path):
    return meta_info.write(tmp_path / "rooms.json", 4)


def options(rooms: Path, out: Path) -> BuildOptions:
    return BuildOptions(out=out, meta_info=(rooms,), rules="vsibench", workers=2)


def test_scan_with_a_worker_that_was_killed_once_is_tried_again_with_a_message(rooms, tmp_path, monkeypatch):
    whole = build(options(rooms, tmp_path / "whole"))
    monkeypatch.setattr(building, "open_source", lambda _, paths: DeadlyOnce.open(paths))
    listener = Listener()
    summary = build(options(rooms, tmp_path / "out"), listener)
    assert listener.told == [("room0001", "was killed by SIGKILL")]
    log = (summary.out / "build.log").read_text()
    assert "room0001: its worker was killed by SIGKILL; tried again" in log
    assert summary.failures == []
    assert digests(summary.out) == digests(whole.out)


def test_scan_that_needs_too_much_memory_is_skipped_with_a_remedy(rooms, tmp_path, monkeypatch):
    monkeypatch.setattr(building, "open_source", lambda _, paths: Greedy.open(paths))
    summary = build(options(rooms, tmp_path / "out"))
    (failure,) = summary.failures
    assert failure["scene_name"] == "room0001"
    assert failure["fault"] == "needs more memory than is available."
    assert "fewer --workers" in failure["remedy"]
    assert sum(summary.manifest.scenes.values()) == 3


class DeadlyToTake:
    """Work that kills the process that unpickles it, `deaths` times."""

    def __init__(self, folder: Path, deaths: int) -> None:
        self.folder = folder
        self.deaths = deaths

    def __setstate__(self, state: dict[str, object]) -> None:
        vars(self).update(state)
        for death in range(self.deaths):
            try:
                (self.folder / f"death{death}").touch(exist_ok=False)
            except FileExistsError:
                continue
            os.kill(os.getpid(), signal.SIGKILL)

    def __call__(self, name: str) -> None:
        (self.folder / name).touch()


def call(work: DeadlyToTake, name: str) -> None:
    work(name)


def test_worker_that_was_killed_while_it_started_is_replaced(tmp_path):
    work = partial(call, DeadlyToTake(tmp_path, deaths=1))
    outcomes = list(local.run(work, ["first", "second"], 1))
    assert [outcome.name for outcome in outcomes] == ["first", "second"]
    assert (tmp_path / "second").exists()


def test_workers_that_are_killed_at_every_start_end_the_build_with_a_message(tmp_path):
    work = partial(call, DeadlyToTake(tmp_path, deaths=9))
    with pytest.raises(VsiError, match="was killed by SIGKILL before it started a scan") as caught:
        list(local.run(work, ["first", "second"], 1))
    assert "fewer --workers" in caught.value.remedy


@pytest.mark.parametrize("seconds", [0, 0.5], ids=["ends at once", "ends once it was asked"])
def test_error_of_workers_that_cannot_be_started_does_not_name_the_folder(rooms, tmp_path, seconds):
    """Use a Python that only exits. It acts like a limit on processes, or a Python that may not be run."""
    python = tmp_path / "python"
    python.write_text(f"#!/bin/sh\nsleep {seconds}\nexit 1\n")
    python.chmod(0o755)
    script = (
        f"import multiprocessing; multiprocessing.set_executable({str(python)!r});"
        "from vsidata.commands.app import main; main()"
    )
    typed = ("build", "--meta-info", rooms, "--rules", "vsibench", "--out", tmp_path / "out")
    command = [sys.executable, "-W", "ignore", "-c", script, *map(str, typed)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    assert ended.returncode == 2, ended.stderr
    fault, remedy = ended.stderr.splitlines()
    assert fault.startswith("a worker process: cannot be started: ")
    assert "ulimit -u" in remedy
