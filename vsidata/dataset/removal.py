"""Remove a build from its folder: the files that vsidata wrote, and nothing else."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from vsidata.dataset.audit_file import AUDIT
from vsidata.dataset.manifest import MANIFEST, read_manifest
from vsidata.dataset.report_folder import LOCK, REPORT, foreign_in_report, is_unfinished_report
from vsidata.dataset.tables import TABLES, is_shard
from vsidata.dataset.verify import CARD
from vsidata.errors import OptionError, VsiError
from vsidata.files.safe_files import hold_lock, is_private_name

_FILES = frozenset({MANIFEST, CARD, "failures.jsonl", "build.log", AUDIT, "debias.json", "debias.svg", LOCK})
"""Files that build, audit, debias and report write beside the tables."""

_KEPT = ("lock", "recipe.json")
"""Files of `.work` that are not removed: the lock is held, and the caller replaces the recipe in one step."""

_WORK_FILES = frozenset({*_KEPT, "merged", "options.json", "submitted"})
_OF_DATATROVE = re.compile(r"executor\.(json|pik)|stats\.json|ranks_to_run\.json|launch_script\.slurm")
_ENGINE_FOLDERS = frozenset({"completions", "logs", "reports", "slurm_logs", "stats"})
_RESULT = re.compile(r".+\.(jsonl|frames\.arrow)", re.DOTALL)
_SHARDS = "shards"


def is_build(out: Path, work: Path) -> bool:
    """Return whether a folder has a finished or unfinished build: a manifest, or the lock of a build."""
    lock = work / "lock"
    if not work.is_symlink() and lock.is_file() and not lock.is_symlink():
        return True
    try:
        read_manifest(out)
    except VsiError:
        return False
    return True


def files_of_build(out: Path, work: Path) -> list[Path]:
    """List all files of a build.

    Args:
        out: the folder.
        work: the folder below it for the build's own files.

    Raises:
        OptionError: the folder contains a file that does not belong to a build. The error names the file.
    """
    return list(_files(out, work))


def remove_build(out: Path, work: Path) -> None:
    """Remove a build except its lock and its recipe. If the removal is interrupted, call it again.

    The manifest is removed first, so that no reader mistakes the rest for a finished build. The rest and the
    recipe are an unfinished build, which can be resumed.

    Args:
        out, work: as for `files_of_build`. The caller must hold the lock in `work`.

    Raises:
        OptionError: the folder contains a file that does not belong to a build, or a report is being written.
            Nothing was removed.
        OSError: a file cannot be removed.
    """
    with _no_report_is_written(out):
        files = [path for path in files_of_build(out, work) if path not in [work / name for name in _KEPT]]
        for path in sorted(files, key=lambda path: path != out / MANIFEST):
            path.unlink()
        for folder, _, _ in os.walk(out, topdown=False):
            if Path(folder) not in (out, work, work / "scenes"):
                with suppress(OSError):  # an empty folder that stays does no harm
                    Path(folder).rmdir()


@contextmanager
def _no_report_is_written(out: Path) -> Iterator[None]:
    lock = out / LOCK
    if not lock.exists():
        yield
        return
    remedy = "Run this command again when the other one has finished."
    busy = OptionError(out / REPORT, "is being written by another command.", remedy)
    with hold_lock(lock, busy):
        try:
            yield
        finally:
            lock.unlink(missing_ok=True)


def _files(out: Path, work: Path) -> Iterator[Path]:
    tables = {table.name for table in TABLES}
    for path in sorted(out.iterdir()):
        if path == work:
            yield from _files_of_work(path)
        elif path.name == REPORT or is_unfinished_report(path.name):
            if foreign := foreign_in_report(path):
                raise _foreign(foreign)
            yield from (each for each in path.rglob("*") if each.is_file())
        elif path.name in tables:
            for each in _inside(path):
                yield _own(each, is_shard(f"{path.name}/{each.name}") or is_private_name(each.name))
        else:
            yield _own(path, path.name in _FILES or is_private_name(path.name))


def _files_of_work(work: Path) -> Iterator[Path]:
    for path in _inside(work):
        if path.name == "scenes":
            for each in _inside(path):
                yield _own(each, bool(_RESULT.fullmatch(each.name)) or is_private_name(each.name))
        elif path.name in _ENGINE_FOLDERS or is_private_name(path.name, of=_SHARDS):
            yield from _all_inside(path)
        else:
            own = path.name in _WORK_FILES or _OF_DATATROVE.fullmatch(path.name)
            yield _own(path, bool(own) or is_private_name(path.name))


def _all_inside(folder: Path) -> Iterator[Path]:
    for path in _inside(folder):
        if path.is_dir():
            yield from _all_inside(path)
        else:
            yield _own(path, True)


def _inside(folder: Path) -> list[Path]:
    if folder.is_symlink() or not folder.is_dir():
        raise _foreign(folder)
    return sorted(folder.iterdir())


def _own(path: Path, known: bool) -> Path:
    if not known or path.is_symlink() or not path.is_file():
        raise _foreign(path)
    return path


def _foreign(path: Path) -> OptionError:
    fault = "is not a file of a build, and --overwrite removes only files of a build."
    return OptionError(path, fault, "Move it to another folder, or choose a new folder with --out.")
