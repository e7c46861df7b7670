"""Two processes compute what one does: a group's completions may lie in both."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from tests.vsitrain.two_processes import main

_ROOT = Path(__file__).resolve().parents[2]


def _launch(folder, out, processes) -> None:
    launcher = ["-m", "torch.distributed.run", "--standalone", f"--nproc-per-node={processes}"]
    program = ["-m", "tests.vsitrain.two_processes", str(folder), str(out), str(processes)]
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": "", "HF_HUB_OFFLINE": "1"}
    done = subprocess.run(
        [sys.executable, *launcher, *program], cwd=_ROOT, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr[-3000:]


@pytest.mark.slow
def test_two_processes_give_the_loss_and_the_gradients_of_one(tiny, tmp_path):
    main(tiny(), tmp_path / "one.pt", 1)
    _launch(tiny(), tmp_path / "two.pt", 2)
    one, two = (torch.load(tmp_path / name, weights_only=True) for name in ("one.pt", "two.pt"))
    assert one["losses"][1] > 1e-4
    assert two["losses"] == pytest.approx(one["losses"], abs=1e-5)
    for first, second in zip(one["gradients"], two["gradients"], strict=True):
        assert max(gradient.abs().max() for gradient in first.values()) > 0.01
        assert first.keys() == second.keys()
        for name, gradient in first.items():
            torch.testing.assert_close(second[name], gradient, atol=1e-5, rtol=1e-5)
