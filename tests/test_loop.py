"""The script of the loop, at a tiny size, runs every step once, and its table shows the predictions."""

import json
import os
import runpy
import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[1] / "scripts" / "loop.py"
SHORT = ["--rooms", "12", "--runs", "0", "--sft", "--max_steps 2", "--grpo"]
SHORT += ["--max_steps 1 --per_device_train_batch_size 8 --num_generations 4"]


@pytest.fixture
def run(tmp_path, monkeypatch, forks, capsys):
    """Run the script in this process, and its trainings as forks.

    Return its output and the number of steps.
    """
    steps = []
    alone = subprocess.run

    def step(words, *, stdout, **how):
        steps.append(words)
        if Path(words[0]).name == "vsidata":
            return alone(words, stdout=stdout, **how)
        done = forks.run("-m", Path(words[0]).name, *words[1:])
        stdout.write(done.stdout + done.stderr)
        return done

    def driver():
        steps.clear()
        runpy.run_path(str(SCRIPT), run_name="__main__")
        return capsys.readouterr().out, len(steps)

    for name in ("OMP_NUM_THREADS", "TOKENIZERS_PARALLELISM"):  # the script sets these variables
        monkeypatch.setenv(name, os.environ.get(name, "1"))
    monkeypatch.syspath_prepend(SCRIPT.parent)
    monkeypatch.setattr("sys.argv", [str(SCRIPT), "--out", str(tmp_path / "loop"), *SHORT])
    monkeypatch.setattr(subprocess, "run", step)
    return driver


@pytest.mark.slow
def test_loop_runs_every_step_once_and_shows_the_predictions_in_a_table(run, tmp_path):
    first, steps = run()
    assert steps == first.count(" s\n") == 2 + 6
    scores = tmp_path / "loop" / "scores"
    assert {folder.name for folder in scores.iterdir()} == {"tiny-0", "sft-0", "grpo-0"}
    asked = {folder.name: ids(folder) for folder in scores.iterdir()}
    assert len({frozenset(found) for found in asked.values()}) == 1
    table = (tmp_path / "loop" / "table.md").read_text()
    assert table.splitlines()[0] == "|  | seed 0 | all | 95 % interval |"
    assert "| best constant by category |" in table
    assert (tmp_path / "loop" / "loop.png").read_bytes().startswith(b"\x89PNG")
    again, steps = run()
    assert steps == 0
    assert again.count("done before") == 2 + 5  # the random model exists, so it is not made again


def ids(folder) -> set[str]:
    return {json.loads(line)["id"] for line in (folder / "predictions.jsonl").read_text().splitlines()}
