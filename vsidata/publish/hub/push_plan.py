"""A push that was prepared and not yet made."""

from dataclasses import dataclass
from pathlib import Path

from vsidata.files.hub.faults import UnreachableError
from vsidata.publish.hub.release import Release
from vsidata.publish.hub.remote import Change, Remote


@dataclass(frozen=True)
class PushPlan:
    """A push that was prepared and not yet made.

    Attributes:
        folder: of the build.
        repo_id: `NAME/SET`.
        revision: the branch.
        endpoint: address of the Hub.
        private: whether only its owners will see it.
        gated: whether access will have to be asked for.
        release: what is published.
        remote: what is there now; None where the dataset is new.
        change: what that changes.
        needs_word: whether it holds pictures that the publisher must say they may share.
        unseen: why it is not known what is there; None where it is known. Then `remote` is None and `change`
            sends all.
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
