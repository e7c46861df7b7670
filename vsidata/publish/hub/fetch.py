"""A copy of a published build, to check it."""

from pathlib import Path

from vsidata.analysis.audit.file import AUDIT
from vsidata.dataset.manifest import MANIFEST
from vsidata.dataset.tables import TABLES
from vsidata.errors import OptionError
from vsidata.publish.hub.client import client
from vsidata.publish.hub.faults import patiently, told
from vsidata.publish.hub.remote import DATASET
from vsidata.publish.hub.verify import CARD


def copy_of(where: str, revision: str | None) -> Path:
    """The folder of a build: one on this disk, or one on the Hub, downloaded into the Hub's own cache.

    Args:
        where: a folder, or `NAME/SET`.
        revision: branch, tag or commit of one on the Hub; None for its main branch.

    Raises:
        OptionError: neither a folder nor a name on the Hub, or a folder with a revision.
        VsiError: the Hub refused, failed, or cannot be reached.
    """
    if Path(where).exists():
        if revision is not None:
            raise OptionError(
                "--revision", f"is of a dataset on the Hub, and {where} is on this disk.", "Drop it."
            )
        return Path(where)
    if where.count("/") != 1 or where.startswith((".", "/", "~")):
        raise OptionError(
            where, "is no folder here and no name on the Hub.", "Name a build's folder, or NAME/SET."
        )
    api = client()
    with told(where):
        # Asked first: where the Hub cannot be reached, `snapshot_download` would pass off an old copy as its.
        commit = patiently(lambda: api.dataset_info(where, revision=revision)).sha
        patterns = [CARD, MANIFEST, AUDIT, *(f"{table.name}/*.parquet" for table in TABLES)]
        return Path(
            patiently(
                lambda: api.snapshot_download(
                    where, repo_type=DATASET, revision=commit, allow_patterns=patterns
                )
            )
        )
