"""The same scans and options give the same bytes for any machine, time and number of workers."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.dataset import small_scans, streams
from tests.pipeline.test_build import digests

OPTIONS = ("--frames", "4", "--embed", "--no-visibility", "--holdout", "30%")
SCANS = 6

# Python runs this code in every process of a build. It lists folders in another order than the disk.
ANOTHER_ORDER = """
import os, random
listdir, scandir = os.listdir, os.scandir

class Shuffled:
    def __init__(self, entries):
        with entries:
            self.entries = list(entries)
        random.shuffle(self.entries)
    def __iter__(self):
        return iter(self.entries)
    def __next__(self):
        if not self.entries:
            raise StopIteration
        return self.entries.pop()
    def __enter__(self):
        return self
    def __exit__(self, *_):
        pass
    def close(self):
        pass

os.scandir = lambda *path: Shuffled(scandir(*path))
os.listdir = lambda *path: random.sample(names := listdir(*path), len(names))
"""
ITS_OWN_LOCALE = "import locale; locale.setlocale(locale.LC_ALL, '')\n"


def write_scans(root: Path, numbers) -> Path:
    """Write small scans in this order.

    One has a label with non-ASCII letters, another has exported frames.
    """
    for number in numbers:
        folder = root / "scans" / f"scene{number:04d}_00"
        small_scans.write_scan(folder, number, 0.3)
        annotation = folder / f"{folder.name}.aggregation.json"
        annotation.write_text(annotation.read_text().replace('"lamp"', '"lámpara"'), encoding="utf-8")
        if number % 3 == 0:
            streams.write(root, folder.name, streams.sens(12))
        if number == 1:
            stream = streams.sens(12)
            for part in ("color", "pose"):
                (folder / part).mkdir()
            for frame in range(12):
                (folder / "color" / f"{frame}.jpg").write_bytes(stream.frames[frame].jpeg)
                words = " ".join(map(str, stream.frames[frame].pose.ravel()))
                (folder / "pose" / f"{frame}.txt").write_text(words)
    return small_scans.mark(root)


def built(
    out: Path, root: Path, workers: int = 1, customized: str = "", cwd: Path | None = None, **environment: str
):
    """Return the digests of a build that runs in its own process."""
    if customized:
        own = out.with_name(f"{out.name} site")
        own.mkdir()
        (own / "sitecustomize.py").write_text(customized)
        environment["PYTHONPATH"] = os.pathsep.join([str(own), str(Path.cwd())])
    command = [
        sys.executable,
        "-c",
        "from vsidata.commands.app import main; main()",
        "build",
        "--scannet-root",
        str(root),
    ]
    command += ["--out", str(out), "--workers", str(workers), *OPTIONS]
    ended = subprocess.run(
        command, env={**os.environ, **environment}, cwd=cwd, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stderr
    return digests(out if cwd is None else cwd / out)


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    return write_scans(tmp_path_factory.mktemp("scans") / "root", range(SCANS))


@pytest.fixture(scope="module")
def usual(root, tmp_path_factory):
    environment = {"PYTHONHASHSEED": "0", "TZ": "UTC", "LC_ALL": "C.UTF-8"}
    return built(tmp_path_factory.mktemp("usual") / "out", root, **environment)


def test_bytes_do_not_depend_on_hash_seed_time_zone_locale_workers_or_order_on_disk(usual, root, tmp_path):
    """All of them change in one run.

    If one matters, the bytes differ. The tests below then show which it is.
    """
    found = built(
        tmp_path / "out",
        root,
        workers=3,
        customized=ANOTHER_ORDER + ITS_OWN_LOCALE,
        PYTHONHASHSEED="4711",
        TZ="Pacific/Kiritimati",
        LC_ALL="C",
        PYTHONUTF8="0",
        PYTHONCOERCECLOCALE="0",
    )
    assert found == usual


ALONE = {
    "hash seed": {"PYTHONHASHSEED": "random"},
    "time zone": {"TZ": "America/St_Johns"},
    "locale without UTF-8": {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    "order on disk": {"customized": ANOTHER_ORDER},
    "workers": {"workers": 4},
}


@pytest.mark.soak
@pytest.mark.parametrize("change", ALONE.values(), ids=ALONE)
def test_bytes_do_not_depend_on(usual, root, tmp_path, change):
    assert built(tmp_path / "out", root, **change) == usual


@pytest.mark.soak
@pytest.mark.parametrize("locale", ["de_DE.UTF-8", "tr_TR.UTF-8"])
def test_bytes_do_not_depend_on_a_locale_with_commas_or_a_dotless_i(usual, root, tmp_path, locale):
    known = subprocess.run(["locale", "-a"], capture_output=True, text=True, check=True).stdout.casefold()
    if locale.replace("-", "").casefold() not in known.replace("-", ""):
        pytest.skip(f"the locale {locale} is not installed")
    assert built(tmp_path / "out", root, customized=ITS_OWN_LOCALE, LC_ALL=locale) == usual


@pytest.mark.soak
def test_bytes_do_not_depend_on_when_and_in_which_order_the_scans_were_written(usual, tmp_path):
    other = write_scans(tmp_path / "other root", reversed(range(SCANS)))
    assert built(tmp_path / "out", other) == usual


@pytest.mark.soak
def test_bytes_do_not_depend_on_relative_paths(usual, root, tmp_path):
    beside = Path(os.path.relpath(root, tmp_path))
    path = {"PYTHONPATH": str(Path.cwd())}
    assert built(Path("out"), beside, cwd=tmp_path, **path) == usual
