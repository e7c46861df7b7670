"""The current dataset on the Hub, and the changes that a release makes to it."""

from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

from huggingface_hub import DatasetInfo, HfApi, RepoFile
from huggingface_hub.errors import RepositoryNotFoundError, RevisionNotFoundError
from huggingface_hub.utils.sha import git_hash

from vsidata.dataset.audit_file import AUDIT
from vsidata.dataset.tables import TABLES
from vsidata.files.hub.faults import with_retries
from vsidata.publish.hub.release import Entry, Release

DATASET = "dataset"
MAIN = "main"


@dataclass(frozen=True)
class Remote:
    """A dataset on the Hub, at one commit.

    Attributes:
        head: the commit.
        private: whether only its owners see it.
        gated: whether access needs approval.
        branched: whether the branch exists. Otherwise a new branch begins at this commit.
        files: the files by path.
    """

    head: str
    private: bool
    gated: bool
    branched: bool
    files: Mapping[str, RepoFile]


@dataclass(frozen=True)
class Change:
    """The changes of a release.

    Attributes:
        send: paths of the release that are missing on the Hub, or differ.
        delete: paths on the Hub of shards and an audit that the release does not have.
    """

    send: tuple[str, ...]
    delete: tuple[str, ...]


NOTHING = Change((), ())


def read_remote(api: HfApi, repo_id: str, revision: str) -> Remote | None:
    """The current dataset; None if it does not exist, or if this token may not see it.

    Raises:
        HfHubHTTPError, httpx2.TransportError: the Hub refused, failed, or cannot be reached.
    """
    try:
        info, branched = with_retries(lambda: _info(api, repo_id, revision))
    except RepositoryNotFoundError as error:
        if error.response.status_code == 404:
            return None
        raise
    listed = with_retries(
        lambda: list(api.list_repo_tree(repo_id, recursive=True, revision=info.sha, repo_type=DATASET))
    )
    files = {file.path: file for file in listed if isinstance(file, RepoFile)}
    return Remote(str(info.sha), bool(info.private), bool(info.gated), branched, files)


def change_for(release: Release, remote: Remote | None) -> Change:
    """The files to upload and delete so that the dataset equals the release, compared by checksum."""
    files = remote.files if remote else {}
    send = tuple(path for path, entry in release.entries.items() if not _is_there(entry, files.get(path)))
    ours = [AUDIT, *(f"{table.name}/*.parquet" for table in TABLES)]
    delete = tuple(
        path
        for path in sorted(files.keys() - release.entries.keys())
        if any(fnmatch(path, pattern) for pattern in ours)
    )
    return Change(send, delete)


def _info(api: HfApi, repo_id: str, revision: str) -> tuple[DatasetInfo, bool]:
    """The information about a branch, and whether it exists. If it does not, the main branch is used."""
    try:
        return api.dataset_info(repo_id, revision=revision), True
    except RevisionNotFoundError:
        return api.dataset_info(repo_id, revision=MAIN), False


def _is_there(entry: Entry, file: RepoFile | None) -> bool:
    if file is None or file.size != entry.bytes:
        return False
    if file.lfs is not None:
        return bool(file.lfs.sha256 == entry.sha256)
    content = entry.content.read_bytes() if isinstance(entry.content, Path) else entry.content
    return bool(file.blob_id == git_hash(content))
