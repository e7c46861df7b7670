"""Choose the files of a build to publish, and write a manifest and a card for these files only.

No other file of the folder is uploaded. The log contains the name of the machine, and the list of failures
contains paths of its disk.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from vsidata.dataset.audit_file import AUDIT, audited_checksums, read_audit
from vsidata.dataset.build import Build
from vsidata.dataset.card import Publication, card
from vsidata.dataset.manifest import MANIFEST, manifest_bytes
from vsidata.dataset.manifest_form import Manifest
from vsidata.dataset.origin import is_free
from vsidata.dataset.verify import CARD
from vsidata.errors import VsiError
from vsidata.files.safe_files import read_regular

PICTURES = ("frames", "embedded")
"""The tables with pictures of the scans."""


@dataclass(frozen=True)
class Entry:
    """A file to publish.

    Attributes:
        content: the file on disk, or its bytes.
        bytes: its size.
        sha256: its checksum; for a shard, the checksum in the manifest.
    """

    content: Path | bytes
    bytes: int
    sha256: str


@dataclass(frozen=True)
class Release:
    """The files to publish.

    Attributes:
        manifest: the manifest to publish.
        entries: the files by path; card and manifest come last.
        left_home: tables of the build that are not published.
    """

    manifest: Manifest
    entries: Mapping[str, Entry]
    left_home: tuple[str, ...]


def has_pictures(manifest: Manifest) -> bool:
    """Return whether a build has pictures of its scans."""
    return not manifest.tables.isdisjoint(PICTURES)


def release(build: Build, repo_id: str, revision: str, *, pictures: bool, gated: bool) -> Release:
    """Choose the files to publish, and write the card and the manifest.

    Args:
        build: a build with right checksums.
        repo_id: `NAME/SET`.
        revision: the branch.
        pictures: whether tables with pictures are published, if the build has such tables.
        gated: whether access needs approval.

    Raises:
        VsiError: the audit is damaged, or is not about the questions of the build.
    """
    folder, manifest = build.folder, build.manifest
    files = {
        path: shard for path, shard in manifest.files.items() if pictures or _table(path) not in PICTURES
    }
    left_home = tuple(sorted(manifest.tables - {_table(path) for path in files}))
    on_word = pictures and has_pictures(manifest) and not is_free(manifest)
    published = manifest.changed(
        {
            "files": {path: shard.model_dump() for path, shard in files.items()},
            "publication": {"left_home": [*left_home], "on_word": on_word},
        }
    )
    audit = read_audit(folder)
    entries = {path: Entry(folder / path, shard.bytes, shard.sha256) for path, shard in files.items()}
    if audit is not None:
        if audit["qa"] != audited_checksums(manifest.files):
            fault = "is about other questions than those of the build."
            raise VsiError(folder / AUDIT, fault, "Run `vsidata audit` again, or remove the file.")
        entries[AUDIT] = _text(read_regular(folder / AUDIT))
    about = Publication(repo_id, revision, gated, on_word, audit)
    entries[CARD] = _text(card(published, about).encode())
    entries[MANIFEST] = _text(manifest_bytes(published))
    return Release(published, entries, left_home)


def _table(path: str) -> str:
    return path.partition("/")[0]


def _text(content: bytes) -> Entry:
    return Entry(content, len(content), hashlib.sha256(content).hexdigest())
