"""A build in an object store: the same files with the same names, each uploaded once.

Each file is stored together with its sha256 in one step, so that it either exists with the stated bytes or
does not exist. The manifest is deleted first and uploaded last. In between, the address is not a complete
build.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from vsidata.dataset.audit_file import AUDIT
from vsidata.dataset.build import Build
from vsidata.dataset.claim import hold_folder
from vsidata.dataset.manifest import MANIFEST
from vsidata.dataset.tables import is_shard
from vsidata.dataset.verify import CARD
from vsidata.errors import OptionError, VsiError
from vsidata.files.bucket.client import client
from vsidata.files.bucket.faults import explain_store_errors
from vsidata.files.hub.secret_scan import refuse_secrets
from vsidata.files.safe_files import read_regular

_STATING = {"s3": "Metadata", "gs": "metadata"}  # the clients' names for the metadata of a file


@dataclass(frozen=True)
class Stated:
    """A file of the build: its size and its checksum."""

    bytes: int
    sha256: str


@dataclass(frozen=True)
class Sent:
    """The result of publishing a build to an address.

    Attributes:
        address: the address.
        sent, same, deleted: paths below it of files that were uploaded, unchanged and deleted.
        bytes: number of bytes uploaded.
    """

    address: str
    sent: tuple[str, ...]
    same: tuple[str, ...]
    deleted: tuple[str, ...]
    bytes: int


def check_address(address: str) -> None:
    """Check, before a build, that its address can be read and contains no other files. Changes nothing.

    Raises:
        OptionError: the address has other files.
        VsiError: the package for it is missing, or the store refused, failed, or cannot be reached.
    """
    with explain_store_errors(address):
        _listed(client(address), address)


def publish(build: Path, address: str, started: Callable[[int], None], done: Callable[[], None]) -> Sent:
    """Publish a build to an address. If it is interrupted, call it again to resume.

    Args:
        build: the folder of the build. No other build can write to it meanwhile.
        address: `s3://BUCKET/PATH` or `gs://BUCKET/PATH`.
        started: called with the number of files to upload.
        done: called after each uploaded file.

    Raises:
        OptionError: the folder has no build, the build is being written, or the address has other files.
        VsiError: the package for the store is missing; a file to upload contains a secret; the store refused,
            failed, or cannot be reached; or another program writes there.
    """
    with hold_folder(build, build / ".work"), explain_store_errors(address):
        files = _files(Build.open(build))
        store = client(address)
        there = _listed(store, address)
        send = [path for path in files if not _is_there(store, address, path, files[path], there)]
        refuse_secrets({path: build / path for path in send})
        stale = [path for path in sorted(there) if _is_ours(path) and path not in files]
        if (send or stale) and MANIFEST in there:
            store.rm_file(f"{address}/{MANIFEST}")
            send = [*(path for path in send if path != MANIFEST), MANIFEST]
        started(len(send))
        put = partial(_put, store, build, address, files, done)
        put(path for path in send if is_shard(path))
        for path in stale:  # while there is no manifest, so that readers do not mix old and new shards
            store.rm_file(f"{address}/{path}")
        put(path for path in send if not is_shard(path))
        _check_arrived(address, files, _listed(store, address))
    same = tuple(path for path in files if path not in send)
    return Sent(address, tuple(send), same, tuple(stale), sum(files[path].bytes for path in send))


def _files(build: Build) -> dict[str, Stated]:
    """The files to publish, in the order of the upload: card and manifest last.

    As for the Hub, the log and the list of failures are not uploaded: they have paths of this machine.
    """
    files = {path: Stated(shard.bytes, shard.sha256) for path, shard in build.manifest.files.items()}
    for path in (AUDIT, CARD, MANIFEST):
        if path != AUDIT or (build.folder / path).is_file():
            content = read_regular(build.folder / path)
            files[path] = Stated(len(content), hashlib.sha256(content).hexdigest())
    return files


def _is_ours(path: str) -> bool:
    return is_shard(path) or path == AUDIT


def _listed(store: Any, address: str) -> dict[str, int]:
    """The size of every file at the address, by its path below the address."""
    root = address.partition("://")[2]
    there = {
        name.removeprefix(f"{root}/"): int(about["size"])
        for name, about in store.find(root, detail=True).items()
    }
    if there and MANIFEST not in there and not any(map(_is_ours, there)):
        raise OptionError(address, "is not empty and is not a build.", "Choose a new path with --out.")
    return there


def _is_there(store: Any, address: str, path: str, stated: Stated, there: Mapping[str, int]) -> bool:
    """Return whether a file exists with these bytes, by its stored checksum."""
    if there.get(path) != stated.bytes:
        return False
    with suppress(KeyError):  # without metadata, gcsfs raises it and s3fs returns None
        return bool(store.getxattr(f"{address}/{path}", "sha256") == stated.sha256)
    return False


def _put(
    store: Any,
    build: Path,
    address: str,
    files: Mapping[str, Stated],
    done: Callable[[], None],
    paths: Iterable[str],
) -> None:
    beside = _STATING[address.partition(":")[0]]
    for path in paths:
        store.put_file(str(build / path), f"{address}/{path}", **{beside: {"sha256": files[path].sha256}})
        done()


def _check_arrived(address: str, files: Mapping[str, Stated], there: Mapping[str, int]) -> None:
    if any(there.get(path) != stated.bytes for path, stated in files.items()) or any(
        _is_ours(path) for path in there.keys() - files.keys()
    ):
        remedy = "Make sure that no other program writes there, then run the same command again."
        raise VsiError(address, "differs from the uploaded files.", remedy)
