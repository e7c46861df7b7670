"""Evaluations in processes of their own: one that is killed, and two that share the work."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.vsitrain import asked
from tests.vsitrain.evaluation import slow_evaluation
from vsitrain.commands.app import main
from vsitrain.scoring.predictions import read_entries

_ROOT = Path(__file__).resolve().parents[3]
_ENVIRONMENT = {**os.environ, "OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": "", "HF_HUB_OFFLINE": "1"}


@pytest.mark.slow
def test_a_kill_loses_at_most_one_batch_and_the_same_command_completes_the_evaluation(tmp_path):
    out, noted = tmp_path / "out", tmp_path / "noted"
    command = [sys.executable, "-m", "tests.vsitrain.evaluation.slow_evaluation", str(out), str(noted)]
    running = subprocess.Popen(command, cwd=_ROOT, env=_ENVIRONMENT)
    path = out / "predictions.jsonl"
    until = time.monotonic() + 120
    while not (path.exists() and path.read_bytes().count(b"\n") >= 7) and time.monotonic() < until:
        time.sleep(0.01)
    running.send_signal(signal.SIGKILL)
    assert running.wait() == -signal.SIGKILL
    kept = {entry["id"] for entry in read_entries(out)}
    replied = set(noted.read_text().split())
    assert 7 <= len(kept) < 60
    assert kept <= replied
    assert len(replied - kept) <= slow_evaluation.BATCH
    slow_evaluation.main(out, tmp_path / "noted-again")
    again = set((tmp_path / "noted-again").read_text().split())
    assert not again & kept  # no question is asked twice
    slow_evaluation.main(tmp_path / "whole", tmp_path / "noted-whole")
    assert read_entries(out) == read_entries(tmp_path / "whole")


@pytest.mark.slow
def test_two_processes_predict_the_same_as_one(tiny, tmp_path, monkeypatch, forks, offline):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    data = asked.build(tmp_path / "build")
    how = ["--frames", "2", "--max-new-tokens", "6", "--batch", "2", "--dtype", "float32"]
    places = ["--model", str(tiny()), "--data", str(data)]
    monkeypatch.setattr(sys, "argv", ["vsitrain", "evaluate", *places, "--out", str(tmp_path / "one"), *how])
    with pytest.raises(SystemExit) as end:
        main()
    assert not end.value.code
    program = ("-m", "tests.vsitrain.evaluation.waiting", "evaluate")
    done = forks.run(*program, *places, "--out", tmp_path / "two", *how, processes=2)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("macro: mean of the tasks") == 1  # only one process prints
    files = sorted(path.name for path in (tmp_path / "two").glob("*.jsonl"))
    assert files == ["predictions-0-of-2.jsonl", "predictions-1-of-2.jsonl"]
    one, two = (sorted(read_entries(tmp_path / name), key=lambda it: it["id"]) for name in ("one", "two"))
    assert one == two
    records = [(tmp_path / name / "run.json").read_text() for name in ("one", "two")]
    assert records[0] == records[1]
