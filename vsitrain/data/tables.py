"""The tables of a build, in a folder or on the Hub."""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from vsidata.dataset.build import Build
from vsidata.dataset.manifest import AGAIN
from vsidata.dataset.shard_reading import check_shard
from vsidata.errors import BuildError, OptionError

_BUILD = "Pass the folder of a build (--out of `vsidata build`), or the name of a build on the Hub."
_WITHOUT = {
    "qa": ("questions", _BUILD),
    "scenes": ("scenes", _BUILD),
    "frames": (
        "frames",
        "Build it again with frames (--frames 16), from scans with streams (.sens).",
    ),
}


def shards(folder: Path, table: str, split: str) -> list[Path]:
    """The Parquet files of one split of a table in a build's folder.

    Args:
        folder: a folder.
        table: `qa`, `scenes` or `frames`.
        split: `train` or `validation`.

    Raises:
        OptionError: the folder is not a build, or has no such table, or the table has no such split.
        BuildError: the manifest is damaged, or a file is missing or is not a regular file.
    """
    build = Build.open(folder)
    what, remedy = _WITHOUT[table]
    splits = [name for name in build.splits if build.manifest.shards(table, name)]
    if not splits:
        raise OptionError(folder, f"contains no {what}.", remedy)
    if split not in splits:
        fault = f"contains no {what} of the split {split}, only of {', '.join(splits)}."
        remedy = "Pass train, or build with --holdout 5% to get validation, too."
        raise OptionError(folder, fault, remedy)
    found = build.shards(table, split)
    for path in found:
        check_shard(path)
    return found


def evaluation_split(source: str) -> str:
    """The split to evaluate on: `validation`, which contains other rooms, or `train` if a build has no other.

    Args:
        source: a build's folder, or the name of a dataset on the Hub.

    Raises:
        OptionError: the dataset does not exist.
        VsiError: the Hub cannot be reached.
    """
    from datasets import get_dataset_split_names
    from datasets.exceptions import DatasetsError

    from vsidata.files.hub.faults import UNREADABLE
    from vsidata.files.hub.reach import require_reach

    folder = Path(source)
    if folder.is_dir():
        return "validation" if Build.open(folder).manifest.shards("qa", "validation") else "train"
    require_reach(source, "dataset")
    try:
        return "validation" if "validation" in get_dataset_split_names(source, "qa") else "train"
    except (DatasetsError, OSError, *UNREADABLE) as error:
        reason = str(error).partition("\n")[0].rstrip(".")
        fault = f"has splits on the Hub that cannot be read: {reason}."
        raise OptionError(source, fault, _BUILD) from error


def load_table(source: str, table: str, split: str) -> Any:
    """Open a table with `datasets`. A table on the Hub is downloaded to the cache first.

    Args:
        source: a build's folder, or the name of a dataset on the Hub.
        table: `qa`, `scenes` or `frames`, a configuration of the dataset.
        split: `train` or `validation`.

    Returns:
        A `datasets.Dataset`.

    Raises:
        OptionError: the dataset, configuration or split does not exist.
        BuildError: a build's folder is damaged.
        VsiError: the Hub cannot be reached.
    """
    from datasets import load_dataset
    from datasets.exceptions import DatasetsError

    from vsidata.files.hub.faults import UNREADABLE
    from vsidata.files.hub.reach import require_reach

    folder = Path(source)
    if not folder.is_dir():
        require_reach(source, "dataset")
    try:
        if folder.is_dir():
            paths = shards(folder, table, split)
            files = {split: [str(path) for path in paths]}
            return load_dataset("parquet", _content(paths), data_files=files, split=split)
        return load_dataset(source, table, split=split)
    except (DatasetsError, OSError, *UNREADABLE) as error:
        reason = str(error).partition("\n")[0].rstrip(".")
        fault = f"has {_WITHOUT[table][0]} that cannot be opened: {reason}."
        if folder.is_dir():
            raise BuildError(source, fault, AGAIN) from error
        raise OptionError(source, f"is not a folder; as a dataset on the Hub, it {fault}", _BUILD) from error


def _content(paths: Sequence[Path]) -> str:
    """A name for the content of files, which `datasets` uses as the key of its cache.

    By default, `datasets` uses their paths and times, so it would read old rows of a file that was replaced
    with the same time. The checksums are computed from the files, because a manifest may belong to other
    files.
    """
    total = hashlib.sha256()
    for path in paths:
        with path.open("rb") as file:
            total.update(hashlib.file_digest(file, "sha256").digest())
    return total.hexdigest()
