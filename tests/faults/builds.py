"""A small build that tests disturb. It starts as a user starts it, and must end with known digests."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from tests.dataset import small_scans, streams
from tests.pipeline.test_build import digests

WORKERS = 2
OPTIONS = ("--frames", "4", "--embed", "--no-visibility")


def write_scans(root: Path, scans: int) -> Path:
    """Write small scans. Every second scan has a stream."""
    small_scans.write(root, scans, edge=0.3)
    for number in range(0, scans, 2):
        streams.write(root, f"scene{number:04d}_00", streams.sens(12))
    return root


def command(root: Path, out: Path, *more: object) -> list[str]:
    """Return the command line of the build."""
    typed = ("build", "--scannet-root", root, "--out", out, "--workers", WORKERS, *OPTIONS, *more)
    return [sys.executable, "-c", "from vsidata.commands.app import main; main()", *map(str, typed)]


def start(root: Path, out: Path, *more: object) -> subprocess.Popen[str]:
    """Start a build in its own process group."""
    return subprocess.Popen(
        command(root, out, *more),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        # If tests run in the background, SIGINT is ignored, and child processes inherit this.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )


def finish(root: Path, out: Path) -> subprocess.CompletedProcess[str]:
    """Run the same command again and wait for its end."""
    return subprocess.run(command(root, out), capture_output=True, text=True, check=False)


def built(root: Path, out: Path) -> dict[str, str]:
    """Return the digests of an undisturbed build."""
    ended = finish(root, out)
    assert ended.returncode == 0, ended.stderr
    return digests(out)


def rename_an_object(root: Path, scan: str) -> None:
    """Change the annotation of a scan: one of its chairs becomes a stool."""
    file = root / "scans" / scan / f"{scan}.aggregation.json"
    file.write_text(file.read_text().replace('"chair"', '"stool"', 1))
    small_scans.mark(root)


def killed_before_the_merge(root: Path, out: Path) -> None:
    """Run the command, and kill it when each scan has a result and nothing is merged yet."""
    code = (
        "import os, vsidata.pipeline.build as b; b.merge = lambda *_: os.kill(os.getpid(), 9); "
        "from vsidata.commands.app import main; main()"
    )
    python, flag, _, *typed = command(root, out)
    ended = subprocess.run([python, flag, code, *typed], capture_output=True, text=True, check=False)
    assert ended.returncode == -signal.SIGKILL, ended.stderr


def workers_of(parent: int) -> list[int]:
    """Return all descendants of a process, from /proc."""
    children: dict[int, list[int]] = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal():
            try:
                after_name = (folder / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            children.setdefault(int(after_name[1]), []).append(int(folder.name))
    found, waiting = [], [parent]
    while waiting:
        new = children.get(waiting.pop(), [])
        found += new
        waiting += new
    return found


def is_alive(process: int) -> bool:
    """Return whether a process exists and is not a zombie."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def group_is_gone(group: int, seconds: float = 5) -> bool:
    """Return whether all processes of a group end within some seconds.

    A helper process ends after its parent.
    """
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.02)
    return False
