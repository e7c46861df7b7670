"""The cost of builds of 500, 2,000 and 20,000 small scans grows no faster than the number of scans.

Run with `-s`, it prints the figures of docs/clusters.md. It takes about half an hour on one core.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.dataset import small_scans

NUMBERS = (500, 2_000, 20_000)

# Run a build with one worker. Return the cost of the scans, of the steps before and after them, and the
# memory.
MEASURE = """
import json, resource, statistics, sys, time
from pathlib import Path
from vsidata.pipeline.build import BuildOptions, Watcher, build

# Directions are left out: they take half of the time.
TOPICS = (
    "object_counting", "object_size_estimation", "room_size_estimation", "object_abs_distance",
    "object_rel_distance",
)

class Clock(Watcher):
    def start(self, selection, done):
        self.started = time.monotonic()
        self.seconds = []
    def scene(self, name, seconds):
        self.ended = time.monotonic()
        self.seconds.append(seconds)

if __name__ == "__main__":
    root, out, number = sys.argv[1:]
    clock, began = Clock(), time.monotonic()
    options = BuildOptions(
        out=Path(out), scannet_root=Path(root), split="all", scenes=(number,), workers=1, frames=0,
        topics=TOPICS, allow_benchmark_scenes=True,
    )
    summary = build(options, clock)
    ended = time.monotonic()
    begin = time.monotonic()
    assert build(options).untouched
    files = [path for path in Path(out).rglob("*") if path.is_file()]
    print(json.dumps({
        "scenes": sum(summary.manifest.scenes.values()),
        "questions": sum(sum(of.values()) for of in summary.manifest.questions.values()),
        "before the scans, s": round(clock.started - began, 2),
        "a scan, ms": round(1000 * statistics.median(clock.seconds), 2),
        "merge, s": round(ended - clock.ended, 2),
        "second run, s": round(time.monotonic() - begin, 2),
        "driver, MB": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        "results, MB": round(sum(path.stat().st_size for path in files if ".work" in path.parts) / 1e6, 1),
        "shards": len(summary.manifest.files),
        "shards, MB": round(sum(file.bytes for file in summary.manifest.files.values()) / 1e6, 1),
    }))
"""


@pytest.mark.soak
def test_cost_of_a_scan_and_of_the_merge_stays_the_same_up_to_20_000_scans(tmp_path):
    root = small_scans.write(tmp_path / "download", 0)
    for number in range(max(NUMBERS)):  # scans of 10,000 rooms; some rooms are scanned twice
        room, scan = number % 10_000, number // 10_000
        small_scans.write_scan(root / "scans" / f"scene{room:04d}_{scan:02d}", number, edge=10.0, floor=1.0)
    script = tmp_path / "measure.py"
    script.write_text(MEASURE)
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    found = {}
    for number in NUMBERS:
        command = [sys.executable, script, root, tmp_path / f"out{number}", str(number)]
        ended = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
        assert ended.returncode == 0, ended.stderr
        found[number] = json.loads(ended.stdout)
        print(json.dumps(found[number]))
    few, many = found[NUMBERS[0]], found[NUMBERS[-1]]
    assert many["scenes"] == NUMBERS[-1]
    times = NUMBERS[-1] / NUMBERS[0]
    # A third is the tolerance for the noise of a shared machine.
    assert many["a scan, ms"] < 1.33 * few["a scan, ms"]
    assert many["merge, s"] < 1.33 * times * few["merge, s"]
    assert many["questions"] > 0.9 * times * few["questions"]
