"""Builds on a Ray cluster have the bytes of a local build after any kill.

The cluster is started here, with two processors.
"""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from contextlib import nullcontext
from pathlib import Path

import pytest

from tests.faults import builds
from tests.pipeline.test_build import command, digests
from vsidata.engines import rank, ray
from vsidata.errors import VsiError
from vsidata.pipeline.build import BuildOptions, build

pytest.importorskip("ray", reason="the extra `cluster` is not installed")


@pytest.fixture(scope="module")
def cluster():
    """A running cluster. Yields its process, and the environment in which builds find it."""
    # Ray makes sockets below this folder; their paths may have at most 107 characters
    folder = tempfile.mkdtemp(prefix="ray")
    start = [Path(sys.executable).with_name("ray"), "start", "--head", "--block", "--port=0", "--num-cpus=2"]
    # The cluster has its own token instead of the user's settings, so that no other user may run code on it.
    keys = {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": uuid.uuid4().hex}
    quiet = {**os.environ, **keys, "RAY_USAGE_STATS_ENABLED": "0", "PYTHONUNBUFFERED": "1"}
    process = subprocess.Popen(
        [*start, "--include-dashboard=false", f"--temp-dir={folder}", "--object-store-memory=80000000"],
        stdout=subprocess.PIPE,
        text=True,
        env=quiet,
        start_new_session=True,
    )
    for line in process.stdout:
        if address := re.search(r"--address='([\d.:]+)'", line):
            break
    else:
        pytest.fail("Ray did not start")
    yield process.pid, {**quiet, "RAY_ADDRESS": address[1]}
    process.terminate()
    process.wait(30)
    process.stdout.close()
    shutil.rmtree(folder, ignore_errors=True)


def start(root: Path, out: Path, cluster) -> subprocess.Popen[str]:
    return subprocess.Popen(
        command("--scannet-root", root, "--out", out, "--engine", "ray"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=cluster[1],
        start_new_session=True,
    )


def until_under_way(process: subprocess.Popen[str], out: Path) -> None:
    """Wait until ranks have reported a few scans."""
    while sum(path.read_text().count("\n") for path in (out / ".work/reports").glob("*.jsonl")) < 4:
        assert process.poll() is None, process.communicate()
        time.sleep(0.02)


def is_actors(process: int) -> bool:
    """Return whether a process is an actor of datatrove or was forked from an actor."""
    return Path(f"/proc/{process}/cmdline").read_text().startswith("ray::RankWorker")


def finish(process: subprocess.Popen[str]) -> str:
    printed, said = process.communicate(timeout=120)
    assert process.returncode == 0, said
    return printed


@pytest.mark.parametrize(
    "killed",
    [pytest.param("rank", marks=pytest.mark.slow), pytest.param("actor", marks=pytest.mark.soak)],
)
def test_bytes_are_those_of_a_local_build_after_a_kill_and_each_rank_writes_a_log(
    root, whole, cluster, tmp_path, killed
):
    process = start(root, tmp_path / "out", cluster)
    until_under_way(process, tmp_path / "out")
    actors = [number for number in builds.workers_of(cluster[0]) if is_actors(number)]
    victims = [process for actor in actors for process in builds.workers_of(actor) if is_actors(process)]
    os.kill(victims[0] if killed == "rank" else min(actors), signal.SIGKILL)
    assert "Skipped: 1 (scene0001_00_vh_clean_2.ply" in finish(process)
    assert digests(tmp_path / "out") == whole
    logs = [path.read_text() for path in sorted((tmp_path / "out/.work/logs").iterdir())]
    assert len(logs) == 2
    assert all("Processing done" in log for log in logs)
    names = [name for name, _ in re.findall(r"(scene\d+_00) (\d)", (tmp_path / "out/build.log").read_text())]
    assert len(names) == len(set(names))


@pytest.mark.soak
def test_build_with_a_killed_driver_resumes_with_any_engine(root, whole, cluster, tmp_path):
    process = start(root, tmp_path / "out", cluster)
    until_under_way(process, tmp_path / "out")
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    build(BuildOptions(out=tmp_path / "out", scannet_root=root))
    assert digests(tmp_path / "out") == whole


@pytest.mark.soak
def test_interrupted_build_states_that_it_can_be_resumed(root, cluster, tmp_path):
    process = start(root, tmp_path / "out", cluster)
    until_under_way(process, tmp_path / "out")
    process.terminate()
    _, said = process.communicate(timeout=30)
    assert (process.returncode, said) == (143, "Interrupted. Run the same command again to resume.\n")


def test_missing_cluster_is_reported_in_two_lines(root, tmp_path):
    nobody = {**os.environ, "RAY_ADDRESS": "127.0.0.1:9"}
    process = start(root, tmp_path / "out", (0, nobody))
    _, said = process.communicate(timeout=300)
    fault, remedy = said.splitlines()
    assert process.returncode == 2
    assert fault.startswith("the Ray cluster: cannot be reached")
    assert "RAY_ADDRESS" in remedy


def test_number_of_ranks_fits_processors_and_memory():
    def machine(processors: float, gigabytes: float, alive: bool = True):
        return {"Alive": alive, "Resources": {"CPU": processors, "memory": gigabytes * 2**30}}

    head_without_work = {"Alive": True, "Resources": {}}
    machines = [machine(8, 100), machine(8, 5), machine(4, 1.9), machine(64, 512, alive=False)]
    assert ray._rank_capacity([head_without_work, *machines]) == 8 + 2
    assert ray._rank_capacity([machine(0.5, 64)]) == 0


def test_idle_ranks_do_not_make_the_driver_work_on_all_scans_itself(root, tmp_path, monkeypatch):
    monkeypatch.setattr(ray, "_cluster", lambda: nullcontext(2))
    monkeypatch.setattr(ray, "_outcomes", lambda *_: iter(()))
    with pytest.raises(VsiError, match="has no report of any rank") as caught:
        build(BuildOptions(out=tmp_path / "out", scannet_root=root, engine="ray"))
    assert "every machine sees it" in caught.value.remedy


def test_error_of_missing_packages_states_the_command_that_installs_them(root, tmp_path, monkeypatch):
    monkeypatch.setattr(rank, "find_spec", lambda _: None)
    with pytest.raises(VsiError, match="needs datatrove") as caught:
        build(BuildOptions(out=tmp_path / "out", scannet_root=root, engine="ray"))
    assert "vsi100k[cluster]" in caught.value.remedy
