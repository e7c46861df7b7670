"""The mark of a synthetic scan. It is a file in the scan's folder that lists the scan's files.

Synthetic scans have names like ScanNet's, and may be in one folder with real scans. So each synthetic scan
has a mark. The mark is valid only while the scan's files are those that it lists. A real scan that is copied
over a synthetic scan is not synthetic. A scan with a changed file is not synthetic either.
"""

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import orjson

from vsidata.files.digest import file_digest

MARK = "synthetic.json"
"""The mark's file name. The first release wrote one file of this name above all scans of a root."""

# A video may have gigabytes, so only its size is compared.
_SIZE_ALONE = (".sens", ".mp4")


def write_mark(folder: Path) -> None:
    """Write the mark of a synthetic scan after all its files are written.

    The mark lists the size of each file, and its SHA-256 unless it is a video.

    Raises:
        OSError: a file cannot be read, or the mark cannot be written.
    """
    files = {path.relative_to(folder).as_posix(): _listed(path) for path in sorted(_files(folder))}
    (folder / MARK).unlink(missing_ok=True)
    with (folder / MARK).open("xb") as file:
        file.write(orjson.dumps({"files": files}, option=orjson.OPT_INDENT_2) + b"\n")


def has_mark(folder: Path) -> bool:
    """Return whether a scan's folder has a mark, valid or not."""
    return os.path.lexists(folder / MARK)


def changed_file(folder: Path, read: Iterable[Path]) -> str | None:
    """Return the first file of a scan that differs from its mark; None if the mark is valid.

    If the scan has a mark, its mesh and annotation are read.

    Args:
        folder: the folder of the scan.
        read: the files and folders that a build reads. Other files do not matter.

    Returns:
        The name of a file that is not listed or differs; the name of the mark if the mark is missing or
        damaged. A listed file that is missing or cannot be read does not matter, because nothing is read in
        its place.
    """
    try:
        listed: Mapping[str, Any] = orjson.loads((folder / MARK).read_bytes())["files"]
        expected = {folder / name: dict(entry) for name, entry in listed.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return MARK
    there = {file for path in read for file in ([path] if _is_file(path) else _files(path))} - {folder / MARK}
    for path in sorted(there | expected.keys()):
        try:
            if path not in expected or _listed(path) != expected[path]:
                return path.relative_to(folder).as_posix()
        except OSError:
            continue
    return None


def _listed(path: Path) -> dict[str, int | str]:
    size = {"bytes": path.stat().st_size}
    if path.suffix in _SIZE_ALONE:
        return {**size}
    return {**size, "sha256": file_digest(path)}


def _files(folder: Path) -> list[Path]:
    """Return all files below a folder except its mark."""
    return [path for path in folder.rglob("*") if path != folder / MARK and _is_file(path)]


def _is_file(path: Path) -> bool:
    """Return whether a path is a file. `Path.is_file` would raise an error if a folder may not be entered."""
    return os.path.isfile(path)  # noqa: PTH113
