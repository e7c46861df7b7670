"""A rank processes its share once, even if it is stopped and started again. No cluster is needed."""

import os
import shutil
import signal
from collections import Counter
from functools import partial
from pathlib import Path

import pytest

from vsidata.engines.rank import Rank
from vsidata.errors import VsiError

pytest.importorskip("loguru", reason="the extra `cluster` is not installed")

NAMES = [f"scan{number}" for number in range(7)]


def note(folder: Path, name: str) -> None:
    with (folder / name).open("a") as file:
        file.write("worked on\n")


def die_of_scan2(folder: Path, name: str) -> None:
    note(folder, name)
    if name == "scan2":
        os.kill(os.getpid(), signal.SIGKILL)


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "work").mkdir()
    (tmp_path / "done").mkdir()
    return tmp_path


def rank_of(folder: Path, work=note) -> Rank:
    return Rank(partial(work, folder / "done"), NAMES, folder / "work")


def done(folder: Path) -> dict[str, int]:
    return {path.name: path.read_text().count("\n") for path in (folder / "done").iterdir()}


@pytest.mark.parametrize("ranks", [1, 3, 7])
def test_ranks_work_on_every_scan_once_and_report_it(folder, ranks):
    step = rank_of(folder)
    for rank in range(ranks):
        step(None, rank, ranks)
    assert done(folder) == dict.fromkeys(NAMES, 1)
    assert sorted(outcome.name for outcome in step.reported(Counter())) == NAMES


def test_rank_that_is_started_again_does_the_scans_that_it_has_not_reported(folder):
    step = rank_of(folder)
    step(None, 0, 1)
    report = folder / "work/reports/00000.jsonl"
    report.write_bytes(b"".join(report.read_bytes().splitlines(keepends=True)[:4]) + b'{"name": "scan4", "se')
    step(None, 0, 1)
    assert done(folder) == {name: 1 + (name in NAMES[4:]) for name in NAMES}
    assert sorted(outcome.name for outcome in step.reported(Counter())) == NAMES


def test_reports_are_read_from_where_the_last_read_ended(folder):
    step, read = rank_of(folder), Counter()
    step(None, 0, 2)
    assert len(list(step.reported(read))) == 4
    assert list(step.reported(read)) == []
    step(None, 1, 2)
    with (folder / "work/reports/00001.jsonl").open("ab") as file:
        file.write(b'{"name": "sc')
    assert len(list(step.reported(read))) == 3
    assert list(step.reported(read)) == []


def test_new_submission_removes_the_reports_and_markers_of_an_earlier_submission(folder):
    rank_of(folder)(None, 0, 1)
    (folder / "work/completions").mkdir()
    step = rank_of(folder)
    assert list(step.reported(Counter())) == []
    assert not (folder / "work/completions").exists()


def test_rank_survives_a_scan_that_kills_its_worker(folder):
    step = rank_of(folder, die_of_scan2)
    step(None, 0, 1)
    (death,) = [outcome for outcome in step.reported(Counter()) if outcome.died]
    assert (death.name, death.died) == ("scan2", "was killed by SIGKILL")
    assert sorted(done(folder)) == NAMES


def test_rank_ends_when_its_parent_has_ended(folder, monkeypatch):
    starters = iter([1000, 1000, 1])
    monkeypatch.setattr(os, "getppid", lambda: next(starters))
    step = rank_of(folder)
    with pytest.raises(InterruptedError):
        step(None, 0, 1)
    assert len(list(step.reported(Counter()))) == 2


def test_machine_that_does_not_see_the_folder_is_reported(folder):
    step = rank_of(folder)
    shutil.rmtree(folder / "work")
    with pytest.raises(VsiError, match="does not exist on") as caught:
        step(None, 0, 1)
    assert "every machine sees" in caught.value.remedy


def test_rank_runs_in_the_folder_where_the_build_was_started_so_that_relative_paths_are_valid(
    folder, monkeypatch
):
    monkeypatch.chdir(folder)
    step = Rank(partial(note, Path("done")), NAMES, Path("work"))
    monkeypatch.chdir("/")
    step(None, 0, 1)
    assert sorted(done(folder)) == NAMES
