"""Builds on the Hub or in an object store. Their files are copied when they are read."""

import hashlib
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from vsidata.dataset.audit_file import AUDIT
from vsidata.dataset.manifest import MANIFEST
from vsidata.dataset.manifest_form import ShardEntry
from vsidata.dataset.tables import TABLES, is_shard
from vsidata.dataset.verify import CARD
from vsidata.errors import BuildError, OptionError
from vsidata.files.address import checked, is_address, on_hub
from vsidata.files.atomic import write_whole
from vsidata.files.safe_files import LARGEST_TEXT, private_name

Fetch = Callable[[Mapping[str, ShardEntry] | None], object]
"""A function that copies shards to this disk. It skips shards that are on this disk.

Its argument contains the shards by their paths below the build; None for all shards.
"""


def copy_of(where: str, revision: str | None) -> tuple[Path, Fetch]:
    """Copy the manifest, card and audit of a build.

    Args:
        where: `NAME/SET`, `hf://datasets/NAME/SET`, `s3://BUCKET/PATH` or `gs://BUCKET/PATH`.
        revision: branch, tag or commit on the Hub; None for the main branch.

    Returns:
        The folder of the copy, and a function that copies shards into it.

    Raises:
        OptionError: the name or address is not valid, there is no build, or a revision is given for a bucket.
        VsiError: the Hub or the store refused, failed, or cannot be reached.
    """
    if is_address(where):
        address = checked(where, named="The build")
        if dataset := on_hub(address):
            return _of_hub(dataset[0], revision or dataset[1])
        if revision is not None:
            fault = f"is only for a dataset on the Hub, but {where} is in a bucket."
            raise OptionError("--revision", fault, "Remove it.")
        return _of_bucket(address)
    if where.count("/") != 1 or where.startswith((".", "/", "~")):
        remedy = "Pass the folder of a build, NAME/SET, or s3://BUCKET/PATH."
        raise OptionError(where, "is neither a folder nor a name on the Hub.", remedy)
    return _of_hub(where, revision)


def _of_hub(name: str, revision: str | None) -> tuple[Path, Fetch]:
    """Copy a build on the Hub to the Hub's own cache."""
    from vsidata.files.hub.client import client
    from vsidata.files.hub.faults import explain_hub_errors, with_retries

    api = client()
    with explain_hub_errors(name):
        # Ask the Hub first: if it cannot be reached, `snapshot_download` would silently return an old copy.
        commit = with_retries(lambda: api.dataset_info(name, revision=revision)).sha

    def copied(paths: list[str]) -> Path:
        with explain_hub_errors(name):
            folder = with_retries(
                lambda: api.snapshot_download(
                    name, repo_type="dataset", revision=commit, allow_patterns=paths
                )
            )
        return Path(folder)

    def fetch(shards: Mapping[str, ShardEntry] | None) -> None:
        if paths := [f"{table.name}/*.parquet" for table in TABLES] if shards is None else [*shards]:
            copied(paths)

    return copied([CARD, MANIFEST, AUDIT]), fetch


def _of_bucket(address: str) -> tuple[Path, Fetch]:
    """Copy a build in a bucket to `~/.cache/vsidata`.

    The copy has a folder for each manifest, so a later build in the bucket never changes an earlier copy.
    """
    from vsidata.files.bucket.client import client
    from vsidata.files.bucket.faults import explain_store_errors

    store = client(address)
    with explain_store_errors(address):
        if not store.exists(f"{address}/{MANIFEST}"):
            fault = f"is not a build: it has no {MANIFEST}."
            raise OptionError(address, fault, "Pass the address of a build.")
        manifest = _text(store, f"{address}/{MANIFEST}")
        folder = _cache() / hashlib.sha256(address.encode() + manifest).hexdigest()[:32]
        folder.mkdir(parents=True, exist_ok=True)
        for name in (CARD, AUDIT):
            if store.exists(f"{address}/{name}"):
                write_whole(folder / name, [_text(store, f"{address}/{name}")])
        write_whole(folder / MANIFEST, [manifest])

    def fetch(shards: Mapping[str, ShardEntry] | None) -> None:
        root = address.partition("://")[2]
        with explain_store_errors(address):
            there = {
                name.removeprefix(f"{root}/"): int(about["size"])
                for name, about in store.find(root, detail=True).items()
            }
            for path in filter(is_shard, there if shards is None else [*shards]):
                here = folder / path
                if path in there and not (here.is_file() and here.stat().st_size == there[path]):
                    _copy(store, f"{address}/{path}", here)

    return folder, fetch


def _text(store: Any, address: str) -> bytes:
    """The content of a small file."""
    if (size := int(store.info(address)["size"])) > LARGEST_TEXT:
        raise BuildError(address, f"has {size:,} bytes, too many for such a file.", "Check the address.")
    return bytes(store.cat_file(address))


def _copy(store: Any, source: str, to: Path) -> None:
    to.parent.mkdir(exist_ok=True)
    part = to.with_name(private_name(to.name))
    try:
        store.get_file(source, str(part))
        part.replace(to)
    finally:
        part.unlink(missing_ok=True)


def _cache() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "vsidata" / "builds"
