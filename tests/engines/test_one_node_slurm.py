"""Builds on a real Slurm with one node have the bytes of a local build, even if a task dies.

The output folder stays locked until the jobs have ended. These tests need root and Debian's packages
slurm-wlm and munge: apt-get install slurm-wlm munge
"""

import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import pytest

from tests.pipeline.test_build import command, digests

SCRIPT = Path(__file__).with_name("one-node-slurm.sh")
SETTINGS = ("--slurm", "partition=all", "--slurm", "time=10", "--slurm", "mem-per-cpu=1G")

pytestmark = [
    pytest.mark.soak,
    pytest.mark.skipif(
        os.getuid() != 0 or not all(map(shutil.which, ("slurmctld", "slurmd", "munged"))),
        reason="needs root and the packages slurm-wlm and munge, to start a Slurm",
    ),
]


@pytest.fixture(scope="module")
def slurm():
    """The environment in which commands find the Slurm that is started here."""
    folder = Path(tempfile.mkdtemp(prefix="slurm"))
    subprocess.run(["bash", SCRIPT, "start", folder], check=True)
    yield {**os.environ, "SLURM_CONF": str(folder / "slurm.conf")}
    subprocess.run(["bash", SCRIPT, "stop", folder], check=True)
    shutil.rmtree(folder)


def typed(root: Path, out: Path, slurm, *more: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command("--scannet-root", root, "--out", out, *more),
        capture_output=True,
        text=True,
        check=False,
        env=slurm,
    )


def submit(root: Path, out: Path, slurm, *more: object) -> dict:
    ended = typed(root, out, slurm, "--engine", "slurm", "--workers", 3, *SETTINGS, "--json", *more)
    assert ended.returncode == 0, ended.stderr
    assert ended.stderr == ""
    return json.loads(ended.stdout)


def states(slurm, name: str) -> list[str]:
    asked = ["squeue", "--noheader", f"--name={name}", "--format=%T"]
    return subprocess.run(asked, capture_output=True, text=True, check=True, env=slurm).stdout.split()


def until_ended(slurm, name: str) -> None:
    deadline = time.monotonic() + 180
    while states(slurm, name):
        assert time.monotonic() < deadline, states(slurm, name)
        time.sleep(0.5)


def until_under_way(out: Path) -> None:
    """Wait until ranks have reported a few scans."""
    deadline = time.monotonic() + 60
    while sum(path.read_text().count("\n") for path in (out / ".work/reports").glob("*.jsonl")) < 4:
        assert time.monotonic() < deadline
        time.sleep(0.02)


def merged(out: Path) -> str:
    """Return the output of the job that merges."""
    (said,) = (out / ".work/slurm_logs").glob("merge_*.out")
    return said.read_text()


def test_bytes_are_those_of_a_local_build_and_the_folder_is_locked_until_the_end(
    root, whole, slurm, tmp_path
):
    out = tmp_path / "out"
    submitted = submit(root, out, slurm)
    second = typed(root, out, slurm)
    assert second.returncode == 2
    assert f"is the output of running Slurm jobs ({submitted['name']})" in second.stderr
    until_ended(slurm, submitted["name"])
    assert digests(out) == whole
    assert "Found 24 scenes to use, 23 already done." in merged(out)
    assert len(list((out / ".work/logs").iterdir())) == 3
    assert "nothing changed" not in typed(root, out, slurm).stdout  # the skipped scan is tried again
    assert digests(out) == whole


def test_task_that_is_killed_leaves_its_scans_to_the_job_that_merges(root, whole, slurm, tmp_path):
    out = tmp_path / "out"
    submitted = submit(root, out, slurm)
    until_under_way(out)
    mine = str(out / ".work/executor.pik").encode()
    processes = (int(path.name) for path in Path("/proc").iterdir() if path.name.isdecimal())
    tasks = [number for number in processes if mine in _command_line(number).split(b"\0")]
    for task in tasks:
        os.kill(task, signal.SIGKILL)
    until_ended(slurm, submitted["name"])
    done = int(re.search(r"Found 24 scenes to use, (\d+) already done", merged(out))[1])
    assert 4 <= done < 23
    assert digests(out) == whole


def _command_line(process: int) -> bytes:
    try:
        return Path(f"/proc/{process}/cmdline").read_bytes()
    except OSError:
        return b""


def test_cancelled_build_resumes_with_the_same_command(root, whole, slurm, tmp_path):
    out = tmp_path / "out"
    submitted = submit(root, out, slurm)
    until_under_way(out)
    subprocess.run(["scancel", f"--name={submitted['name']}"], check=True, env=slurm)
    until_ended(slurm, submitted["name"])
    assert not (out / "manifest.json").exists()
    again = submit(root, out, slurm)
    assert 0 < again["scenes"] < 24
    until_ended(slurm, again["name"])
    assert digests(out) == whole


def test_strict_build_fails_in_the_job_that_merges(root, slurm, tmp_path):
    submitted = submit(root, tmp_path / "out", slurm, "--strict")
    until_ended(slurm, submitted["name"])
    shown = ["scontrol", "show", "job", submitted["job"]]
    told = subprocess.run(shown, capture_output=True, text=True, check=True, env=slurm).stdout
    assert "JobState=FAILED" in told
    assert "ExitCode=1:0" in told


def test_relative_paths_are_valid_on_other_machines(root, whole, slurm, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "scans").symlink_to(root)
    here = {**slurm, "PYTHONPATH": str(Path(__file__).parents[2])}
    local = typed(Path("scans"), Path("local"), here)
    assert local.returncode == 0
    until_ended(slurm, submit(Path("scans"), Path("out"), here)["name"])
    assert digests(tmp_path / "out") == digests(tmp_path / "local")


def test_refused_partition_is_reported_by_sbatch_and_in_two_lines(root, slurm, tmp_path):
    cluster = ("--engine", "slurm", "--workers", 2, *SETTINGS, "--slurm", "partition=none")
    ended = typed(root, tmp_path / "out", slurm, *cluster)
    assert ended.returncode == 2
    *said, fault, _ = ended.stderr.splitlines()
    assert "invalid partition" in said[0]
    assert fault.startswith("sbatch: refused a job")
    assert typed(root, tmp_path / "out", slurm).returncode == 0
