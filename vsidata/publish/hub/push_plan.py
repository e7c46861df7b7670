"""A planned push."""

from dataclasses import dataclass
from pathlib import Path

from vsidata.files.hub.faults import UnreachableError
from vsidata.publish.hub.release import Release
from vsidata.publish.hub.remote import Change, Remote


@dataclass(frozen=True)
class PushPlan:
    """A planned push.

    Attributes:
        folder: the folder of the build.
        repo_id: `NAME/SET`.
        revision: the branch.
        endpoint: address of the Hub.
        private: whether only its owners will see the dataset.
        gated: whether access will need approval.
        release: the files to publish.
        remote: the current dataset on the Hub; None for a new dataset.
        change: the changes to make on the Hub.
        needs_word: whether the publisher must state that its pictures may be shared.
        unseen: the reason why the state of the Hub is unknown; then `remote` is None and `change` uploads
            everything. None if the state is known.
    """

    folder: Path
    repo_id: str
    revision: str
    endpoint: str
    private: bool
    gated: bool
    release: Release
    remote: Remote | None
    change: Change
    needs_word: bool
    unseen: UnreachableError | None = None
