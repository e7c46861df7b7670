"""A build as a folder of static pages. Open `DIR/report/index.html` in a browser; no network is needed.

The pages are files of this package. The data is in scripts beside the pages, one script per scene. A page
loads a script when it needs it. All text of the build is passed to the pages as JSON and never as markup.
"""

import errno
import hashlib
import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from vsidata.dataset.build import Build
from vsidata.dataset.manifest import MANIFEST
from vsidata.dataset.report_folder import (
    BEFORE,
    FOLDERS,
    LOCK,
    REPORT,
    UNFINISHED,
    foreign_in_report,
    is_unfinished_report,
    report_pages,
)
from vsidata.dataset.shard_reading import damage_of
from vsidata.errors import OptionError, VsiError
from vsidata.files.safe_files import LARGEST_TABLE, hold_lock, open_regular, private_name
from vsidata.pages.overview import overview, pictures_of, scene_line
from vsidata.pages.reading import scenes
from vsidata.pages.scene_page import scene_page
from vsidata.pages.tallies import Tallies
from vsidata.topics.described import described

_DELIVER = b"report.deliver("
_PLAIN_NAME = re.compile(r"[A-Za-z0-9_-]{1,80}")


@dataclass(frozen=True)
class Report:
    """A written report.

    Attributes:
        index: the page to open.
        scenes, questions: the numbers of scenes and questions in it.
        bytes: the size of all its files.
        pictures_of: the owner of the pictures in it; None if it has no pictures, or only of rooms without an
            owner.
    """

    index: Path
    scenes: int
    questions: int
    bytes: int
    pictures_of: str | None


def write_report(
    build: Build,
    *,
    started: Callable[[int], None] = lambda _: None,
    done: Callable[[], None] = lambda: None,
) -> Report:
    """Write the pages of a build. They replace an earlier report.

    The same build gives the same bytes. If the command is interrupted at any moment, the earlier report stays
    complete. An existing folder is replaced only if it is a report and contains no other files.

    Args:
        build: the build to show; the pages are written into its folder.
        started: called with the number of scenes.
        done: called after each scene.

    Raises:
        OptionError: another command is writing the report, or a folder or file that does not belong to a
            report would be replaced.
        BuildError: a shard of the build is damaged.
        VsiError: the folder is not writable.
    """
    started(build.manifest.total_scenes)
    with _in_place_of(build.folder / REPORT) as folder:
        lines = _write_scenes(folder, build, tallies := Tallies(), done)
        _write_data(folder / "data" / "scenes.js", lines)
        with damage_of(build.folder / MANIFEST):
            _write_data(folder / "data" / "build.js", overview(build, lines, tallies))
        for page in report_pages():
            (folder / page.name).write_bytes(page.read_bytes())
        size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
        build.check_unchanged()
    questions = sum(line["questions"] for line in lines)
    return Report(
        build.folder / REPORT / "index.html", len(lines), questions, size, pictures_of(build.manifest)
    )


def page_file_name(scene: str) -> str:
    """The name of a scene's file, without its ending: the name of the scene if it is plain, or its digest."""
    return scene if _PLAIN_NAME.fullmatch(scene) else hashlib.sha256(scene.encode()).hexdigest()[:32]


def _write_scenes(
    folder: Path, build: Build, tallies: Tallies, done: Callable[[], None]
) -> list[dict[str, Any]]:
    """Write a file per scene. Return the entries of the list of scenes, sorted by name."""
    for name in FOLDERS:
        (folder / name).mkdir()
    lines = []
    rules, visibility = build.manifest.rules.resolved, build.manifest.options.visibility
    topics = described(build.manifest)
    for record in scenes(build):
        with damage_of(build.folder / "scenes" / str(record.scene["scene_name"])):
            for row in record.questions:
                tallies.add(row)
            page = scene_page(record, rules, topics, visibility=visibility)
            file = page_file_name(page["name"])
            _write_data(folder / "scenes" / f"{file}.js", page)
            lines.append(scene_line(page, file))
        done()
    return sorted(lines, key=lambda line: line["name"])


def _write_data(path: Path, data: Any) -> None:
    """Write a script that passes data to a page. A page on the disk can load data only from scripts."""
    path.write_bytes(_DELIVER + orjson.dumps(data) + b");\n")


@contextmanager
def _in_place_of(report: Path) -> Iterator[Path]:
    """Create an empty folder. At the end it replaces the report; after an error it is removed."""
    remedy = "Run this command again when the other one has finished."
    busy = OptionError(report, "is being written by another command.", remedy)
    lock = report.with_name(LOCK)
    try:
        with hold_lock(lock, busy):
            try:
                _clear(report)
                _need_replaceable(report)
                folder = report.with_name(private_name(UNFINISHED))
                folder.mkdir()
                try:
                    yield folder
                    if report.exists():
                        report.rename(folder / BEFORE)
                    folder.rename(report)
                except BaseException:
                    _restore(folder, report)
                    shutil.rmtree(folder, ignore_errors=True)
                    raise
                shutil.rmtree(report / BEFORE, ignore_errors=True)
            finally:
                lock.unlink(missing_ok=True)
    except OSError as error:
        raise VsiError(
            error.filename or report,
            f"cannot be written: {error.strerror or error}.",
            "Free disk space or correct the permissions, then run the same command again.",
        ) from error


def _restore(folder: Path, report: Path) -> None:
    """Move the earlier report back if it was moved away and no new report has taken its place."""
    if (folder / BEFORE).is_dir() and not os.path.lexists(report):
        (folder / BEFORE).rename(report)


def _clear(report: Path) -> None:
    """Remove unfinished reports of runs that were killed."""
    for folder in report.parent.iterdir():
        if is_unfinished_report(folder.name) and foreign_in_report(folder) is None:
            _restore(folder, report)
            shutil.rmtree(folder)


def _need_replaceable(report: Path) -> None:
    """Refuse to replace files that `vsidata report` did not write, or that cannot be removed.

    Raises:
        OptionError: the folder is not a report, or contains other files.
        PermissionError: a folder in it is not writable.
    """
    if not os.path.lexists(report):
        return
    remedy = "Move it out of the way: the report needs this place."
    if not _is_report(report):
        raise OptionError(report, "already exists and is not a report.", remedy)
    if foreign := foreign_in_report(report):
        fault = "is not a file of a report. It would be lost, because a new report replaces the folder."
        raise OptionError(foreign, fault, remedy)
    for folder in (report, *(report / name for name in FOLDERS)):
        if folder.exists() and not os.access(folder, os.W_OK | os.X_OK, effective_ids=True):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(folder))


def _is_report(folder: Path) -> bool:
    """Return whether a folder contains a data file as `_write_data` writes it."""
    data = folder / "data" / "build.js"
    if folder.is_symlink() or not data.is_file():
        return False
    with open_regular(data, LARGEST_TABLE) as file:
        return file.read(len(_DELIVER)) == _DELIVER
