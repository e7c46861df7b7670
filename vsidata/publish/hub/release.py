"""What of a build is published: which files, and a manifest and a card that speak of these alone.

Nothing else of the folder goes up: neither the log, which knows the machine, nor the list of failures, which
knows paths on its disk, nor anything that somebody put there.
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
"""The tables that hold pictures of the scans."""


@dataclass(frozen=True)
class Entry:
    """A file to publish.

    Attributes:
        content: the file on the disk, or its bytes.
        bytes: how many.
        sha256: of them; of a shard the one that the manifest states.
    """

    content: Path | bytes
    bytes: int
    sha256: str


@dataclass(frozen=True)
class Release:
    """What is published.

    Attributes:
        manifest: as published.
        entries: the files by their path; card and manifest come last.
        left_home: tables of the build that are not published.
    """

    manifest: Manifest
    entries: Mapping[str, Entry]
    left_home: tuple[str, ...]


def has_pictures(manifest: Manifest) -> bool:
    """Whether a build holds pictures of its scans."""
    return not manifest.tables.isdisjoint(PICTURES)


def release(build: Build, repo_id: str, revision: str, *, pictures: bool, gated: bool) -> Release:
    """Choose what is published, and write its card and manifest.

    Args:
        build: one whose checksums hold.
        repo_id: `NAME/SET`.
        revision: the branch.
        pictures: whether the tables with pictures are published, if there are any.
        gated: whether access must be asked for.

    Raises:
        VsiError: the audit is damaged, or of other questions.
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
            fault = "is of other questions than those that are here now."
            raise VsiError(folder / AUDIT, fault, "Run `vsidata audit` again, or remove it.")
        entries[AUDIT] = _text(read_regular(folder / AUDIT))
    about = Publication(repo_id, revision, gated, on_word, audit)
    entries[CARD] = _text(card(published, about).encode())
    entries[MANIFEST] = _text(manifest_bytes(published))
    return Release(published, entries, left_home)


def _table(path: str) -> str:
    return path.partition("/")[0]


def _text(content: bytes) -> Entry:
    return Entry(content, len(content), hashlib.sha256(content).hexdigest())
