"""The loop's driver at toy size: every step is run once, and not again; the table says what was predicted."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[1] / "scripts" / "loop.py"
SHORT = ["--rooms", "12", "--runs", "0", "--sft", "--max_steps 2", "--grpo"]
SHORT += ["--max_steps 1 --per_device_train_batch_size 8 --num_generations 4"]


@pytest.mark.slow
def test_loop_runs_every_step_once_and_tables_what_was_predicted(tmp_path):
    def run():
        command = [sys.executable, str(SCRIPT), "--out", str(tmp_path / "loop"), *SHORT]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    first = run()
    assert first.returncode == 0, first.stdout + first.stderr
    scores = tmp_path / "loop" / "scores"
    assert {folder.name for folder in scores.iterdir()} == {"tiny-0", "sft-0", "grpo-0"}
    asked = {folder.name: ids(folder) for folder in scores.iterdir()}
    assert len({frozenset(found) for found in asked.values()}) == 1
    table = (tmp_path / "loop" / "table.md").read_text()
    assert table.splitlines()[0] == "|  | seed 0 | all | 95 % interval |"
    assert "| best constant by category |" in table
    assert (tmp_path / "loop" / "loop.png").read_bytes().startswith(b"\x89PNG")
    again = run()
    assert again.returncode == 0
    assert again.stdout.count("done before") == first.stdout.count(" s\n") == 2 + 6


def ids(folder) -> set[str]:
    return {json.loads(line)["id"] for line in (folder / "predictions.jsonl").read_text().splitlines()}
