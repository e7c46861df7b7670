"""Time until the console scripts answer. Aim: under 0.3 s, mostly for the start of Python and of typer."""

import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.parametrize("program", ["vsidata", "vsitrain"])
def test_time_to_print_the_help(benchmark, program):
    script = Path(sys.executable).with_name(program)
    benchmark.pedantic(
        subprocess.run, args=([script, "--help"],), kwargs={"check": True, "capture_output": True}, rounds=10
    )


def test_time_to_start_an_empty_python(benchmark):
    benchmark.pedantic(subprocess.run, args=([sys.executable, "-c", ""],), kwargs={"check": True}, rounds=10)
