"""The folder of a build's report: its name, and a check for files that do not belong to a report."""

from collections.abc import Iterable
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

from vsidata.files.safe_files import is_private_name

REPORT = "report"
LOCK = ".report.lock"
"""The lock file beside the report."""

UNFINISHED = ".report"
"""First part of the private name of an unfinished report."""

BEFORE = "before"
"""The folder inside a new report that holds the earlier report until that is removed."""

FOLDERS = ("scenes", "data")


def is_unfinished_report(name: str) -> bool:
    """Return whether a name in a build's folder is the name of an unfinished report."""
    return is_private_name(name, of=UNFINISHED)


def foreign_in_report(folder: Path, *, before: bool = True) -> Path | None:
    """Find the first file or folder that does not belong to a report.

    Args:
        folder: the folder of a report.
        before: whether the earlier report may still be inside.

    Returns:
        The path of that file or folder. `folder` itself if it is not a folder. None if every file belongs to
        a report.
    """
    if folder.is_symlink() or not folder.is_dir():
        return folder
    pages = {page.name for page in report_pages()}
    for path in sorted(folder.iterdir()):
        if before and path.name == BEFORE:
            foreign = foreign_in_report(path, before=False)
        elif path.name in FOLDERS and path.is_dir() and not path.is_symlink():
            foreign = next(
                (one for one in path.iterdir() if not _is_own_file(one) or one.suffix != ".js"), None
            )
        else:
            foreign = None if path.name in pages and _is_own_file(path) else path
        if foreign is not None:
            return foreign
    return None


def report_pages() -> Iterable[Traversable]:
    """The files that are the same in every report."""
    return resources.files("vsidata").joinpath("pages", "static").iterdir()


def _is_own_file(path: Path) -> bool:
    return path.is_file() and not path.is_symlink()
