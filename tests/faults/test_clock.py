"""A build does not depend on the time of day.

The clock goes backwards, as after a wrong date is corrected.
"""

import os
import subprocess

import pytest

from tests.faults import builds
from tests.pipeline.test_build import digests

# Python runs this code when it starts, in workers too. Each reading of the clock is an hour before the last.
_BACKWARDS = """
import itertools, time
start, steps = time.time(), itertools.count()
time.time = lambda: start - 3600 * next(steps)
time.time_ns = lambda: int(time.time() * 10**9)
"""


@pytest.fixture
def backwards(tmp_path):
    (tmp_path / "clock").mkdir()
    (tmp_path / "clock" / "sitecustomize.py").write_text(_BACKWARDS)
    paths = [str(tmp_path / "clock"), os.environ.get("PYTHONPATH", "")]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths))}


def test_build_while_the_clock_goes_backwards_has_the_same_bytes_and_is_complete(backwards, tmp_path):
    root = builds.write_scans(tmp_path / "root", 1)
    whole = builds.built(root, tmp_path / "whole")
    for complete in (False, True):
        ended = subprocess.run(
            builds.command(root, tmp_path / "out"), capture_output=True, text=True, check=False, env=backwards
        )
        assert ended.returncode == 0, ended.stderr
        assert ("was complete already" in ended.stdout) is complete
        assert digests(tmp_path / "out") == whole


def test_scan_that_changed_while_the_clock_was_wrong_is_read_again(tmp_path):
    root = builds.write_scans(tmp_path / "root", 1)
    before = builds.built(root, tmp_path / "out")
    builds.rename_an_object(root, "scene0000_00")
    for path in root.rglob("*"):
        os.utime(path, (1, 1))  # older than every recorded time
    after = builds.built(root, tmp_path / "out")
    assert after != before
    assert after == builds.built(root, tmp_path / "anew")
