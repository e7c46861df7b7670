"""A build as a folder of static pages: `DIR/report/index.html`, opened from the disk, without a network.

The pages are files of this package; beside them lie scripts with the data, one for each scene, which a page
loads when it is asked for. All text of the build reaches the pages as JSON and never as markup.
"""

import fcntl
import hashlib
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

import orjson

from vsidata.dataset.manifest import MANIFEST, check_same, read_manifest
from vsidata.dataset.shard_rows import blame
from vsidata.errors import OptionError, VsiError
from vsidata.report.overview import overview, pictures_of, scene_line
from vsidata.report.reading import scenes
from vsidata.report.scene_page import scene_page
from vsidata.report.tallies import Tallies

FOLDER = "report"
_UNFINISHED, _BEFORE, _LOCK = ".report-unfinished", "before", "lock"
_PLAIN_NAME = re.compile(r"[A-Za-z0-9_-]{1,80}")


@dataclass(frozen=True)
class Report:
    """A written report.

    Attributes:
        index: the page to open.
        scenes, questions: how many it shows.
        bytes: of all its files.
        pictures_of: whose pictures it shows; None where it shows none, or only rooms that belong to nobody.
    """

    index: Path
    scenes: int
    questions: int
    bytes: int
    pictures_of: str | None


def write_report(
    build: Path,
    *,
    started: Callable[[int], None] = lambda _: None,
    done: Callable[[], None] = lambda: None,
) -> Report:
    """Write the pages of a build, in place of those that are there.

    The same build gives the same bytes. Stopped at any moment, it leaves the report before it whole.

    Args:
        build: a build's folder.
        started: called with the number of scenes.
        done: called after each.

    Raises:
        OptionError: no build there, or another report is being written.
        VsiError: a shard of the build is damaged, or the folder cannot be written to.
    """
    manifest = read_manifest(build)
    with blame(build / MANIFEST):
        started(sum(manifest["scenes"].values()))
    with _in_place_of(build / FOLDER) as folder:
        lines = _write_scenes(folder, build, manifest, tallies := Tallies(), done)
        _write_data(folder / "data" / "scenes.js", lines)
        with blame(build / MANIFEST):
            _write_data(folder / "data" / "build.js", overview(build, manifest, lines, tallies))
        for page in resources.files(__package__).joinpath("static").iterdir():
            (folder / page.name).write_bytes(page.read_bytes())
        size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
        check_same(build, manifest)
    questions = sum(line["questions"] for line in lines)
    return Report(build / FOLDER / "index.html", len(lines), questions, size, pictures_of(manifest))


def file_of(scene: str) -> str:
    """Name of a scene's file without its ending: the scene's own, if it is plain; else a digest of it."""
    return scene if _PLAIN_NAME.fullmatch(scene) else hashlib.sha256(scene.encode()).hexdigest()[:32]


def _write_scenes(
    folder: Path, build: Path, manifest: Mapping[str, Any], tallies: Tallies, done: Callable[[], None]
) -> list[dict[str, Any]]:
    """A file for each scene; their lines in the list of scenes, by name."""
    (folder / "scenes").mkdir()
    (folder / "data").mkdir()
    lines = []
    with blame(build / MANIFEST):
        rules, visibility = manifest["rules"]["resolved"], manifest["options"]["visibility"]
        records = scenes(build, manifest)
    for record in records:
        with blame(build / "scenes" / str(record.scene["scene_name"])):
            for row in record.questions:
                tallies.add(row)
            page = scene_page(record, rules, visibility=visibility)
            file = file_of(page["name"])
            _write_data(folder / "scenes" / f"{file}.js", page)
            lines.append(scene_line(page, file))
        done()
    return sorted(lines, key=lambda line: line["name"])


def _write_data(path: Path, data: Any) -> None:
    """A script that hands data over; a page opened from the disk may load nothing else."""
    path.write_bytes(b"report.deliver(%s);\n" % orjson.dumps(data))


@contextmanager
def _in_place_of(report: Path) -> Iterator[Path]:
    """An empty folder that takes the report's place if nothing goes wrong, and else is gone."""
    folder = report.with_name(_UNFINISHED)
    if report.exists() and not (report / "index.html").is_file():
        raise OptionError(
            report, "is there already and is no report.", "Move it away: the report is written there."
        )
    try:
        folder.mkdir(exist_ok=True)
        with _alone(folder, report):
            _restore(folder, report)
            _clear(folder)
            try:
                yield folder
                if report.exists():
                    report.rename(folder / _BEFORE)
                folder.rename(report)
            except BaseException:
                _restore(folder, report)
                shutil.rmtree(folder, ignore_errors=True)
                raise
            shutil.rmtree(report / _BEFORE, ignore_errors=True)
            (report / _LOCK).unlink()
    except OSError as error:
        raise VsiError(
            error.filename or report,
            f"cannot be written: {error.strerror or error}.",
            "Free disk space or correct the permissions, then run the same command again.",
        ) from error


def _restore(folder: Path, report: Path) -> None:
    """Put the report before back where a run ended between taking it away and putting the new one there."""
    if (folder / _BEFORE).exists() and not report.exists():
        (folder / _BEFORE).rename(report)


def _clear(folder: Path) -> None:
    """Remove what a run that was killed left behind."""
    for path in folder.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        elif path.name != _LOCK:
            path.unlink()


@contextmanager
def _alone(folder: Path, report: Path) -> Iterator[None]:
    with (folder / _LOCK).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise OptionError(report, "is being written by another command.", "Wait for it.") from None
        yield
