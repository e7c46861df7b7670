"""The local engine gives every scan one outcome, even if its worker dies."""

import os
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import pytest

from vsidata.engines import local
from vsidata.errors import VsiError


def note_threads(folder: Path, name: str) -> None:
    import cv2

    (folder / name).write_text(f"{os.getpid()} {os.environ['OMP_NUM_THREADS']} {cv2.getNumThreads()}")


def die_of_the_second(folder: Path, name: str) -> None:
    with (folder / name).open("a") as file:
        file.write("tried\n")
    if name == "second":
        os.kill(os.getpid(), signal.SIGKILL)


def die_once(folder: Path, name: str) -> None:
    tried = folder / name
    if not tried.exists():
        tried.touch()
        os._exit(3)
    tried.write_text("done")


def fail(name: str) -> None:
    raise VsiError("disk", f"is full at {name}.", "Make room.")


NAMES = ["first", "second", "third", "fourth"]


@pytest.mark.parametrize("workers", [1, 2, 9])
def test_every_name_is_processed_once(tmp_path, workers):
    outcomes = list(local.run(partial(note_threads, tmp_path), NAMES, workers))
    assert sorted(outcome.name for outcome in outcomes) == sorted(NAMES)
    assert not any(outcome.died for outcome in outcomes)
    processes = {(tmp_path / name).read_text().split()[0] for name in NAMES}
    assert len(processes) <= workers
    assert str(os.getpid()) not in processes


def test_workers_run_their_libraries_on_one_thread(tmp_path):
    list(local.run(partial(note_threads, tmp_path), ["first"], 1))
    assert (tmp_path / "first").read_text().split()[1:] == ["1", "1"]


def test_scan_that_kills_its_worker_twice_is_reported_and_the_others_are_processed(tmp_path):
    outcomes = {o.name: o for o in local.run(partial(die_of_the_second, tmp_path), NAMES, 2)}
    assert sorted(outcomes) == sorted(NAMES)
    assert outcomes["second"].died == "was killed by SIGKILL"
    assert [name for name in NAMES if outcomes[name].died] == ["second"]
    assert (tmp_path / "second").read_text() == "tried\ntried\n"


def test_scan_with_a_worker_that_died_once_is_tried_again(tmp_path):
    (outcome,) = local.run(partial(die_once, tmp_path), ["first"], 1)
    assert outcome.died is None
    assert (tmp_path / "first").read_text() == "done"


def test_exception_of_the_work_itself_stops_the_run_and_is_raised_unchanged(tmp_path):
    with pytest.raises(VsiError) as caught:
        list(local.run(fail, NAMES, 2))
    assert caught.value.remedy == "Make room."


def test_script_without_a_main_guard_is_refused_with_the_remedy(tmp_path):
    script = tmp_path / "script.py"
    script.write_text("from vsidata.engines import local\nlist(local.run(print, ['first'], 1))\n")
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, script]
    ended = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert ended.returncode == 1
    assert "before it started a scan" in ended.stderr
    assert 'if __name__ == "__main__":' in ended.stderr


def test_no_names_need_no_workers():
    assert list(local.run(fail, [], 2)) == []


def test_workers_end_after_the_caller_stops_the_iteration(tmp_path):
    run = local.run(partial(sleep_after_first, tmp_path), ["first", "second"], 2)
    next(run)
    run.close()
    for marker in tmp_path.iterdir():
        with pytest.raises(ProcessLookupError):
            os.kill(int(marker.suffix[1:]), 0)


def sleep_after_first(folder: Path, name: str) -> None:
    (folder / f"{name}.{os.getpid()}").touch()
    if name != "first":
        time.sleep(60)
