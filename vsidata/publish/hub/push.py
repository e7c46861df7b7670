"""Publish a build on the Hugging Face Hub: compare, show, upload, and publish in one commit.

`upload_folder` may split a folder into several commits. Between two of them, `main` would have new shards
with the old card. Here all shards are uploaded first, where no reader finds them. Then one commit changes
everything that readers see: shards, deletions, card and manifest. Before that commit readers get the old
dataset, after it the new one. The commit states its parent, so it fails if another user published in between.
"""

from huggingface_hub import CommitOperationAdd, CommitOperationDelete, HfApi, get_token

from vsidata.dataset.build import Build
from vsidata.dataset.origin import is_free
from vsidata.errors import OptionError, VsiError
from vsidata.files.hub.client import client
from vsidata.files.hub.faults import UnreachableError, explain_hub_errors, with_retries
from vsidata.files.hub.secret_scan import refuse_secrets
from vsidata.publish.hub.push_plan import PushPlan
from vsidata.publish.hub.push_text import commit_message
from vsidata.publish.hub.release import PICTURES, has_pictures, release
from vsidata.publish.hub.remote import DATASET, MAIN, NOTHING, change_for, read_remote

_LOG_IN = "Log in with `hf auth login`, or set HF_TOKEN to a token that may write there."


def plan(
    build: Build,
    repo_id: str,
    revision: str = MAIN,
    *,
    private: bool = False,
    gated: bool = False,
    with_frames: bool | None = None,
    dry: bool = False,
) -> PushPlan:
    """Check a build, choose the files to publish, and compare them with the Hub. Changes nothing.

    Args:
        build: the build.
        repo_id: `NAME/SET`.
        revision: the branch to publish on, made if it does not exist.
        private: whether to create a private dataset. An existing dataset must already be private.
        gated: whether access needs approval. A gated dataset stays gated.
        with_frames: whether to publish the tables with pictures. None publishes them only if all rooms are
            synthetic.
        dry: whether no push follows. Then the Hub need not be reachable.

    Raises:
        OptionError: the name is not valid, pictures were requested but the build has no pictures, or the
            dataset is public but should be private.
        VsiError: the build differs from its manifest, or the Hub refused, failed, or cannot be reached.
    """
    folder, manifest = build.folder, build.manifest
    if repo_id.count("/") != 1:
        fault = "is not a name of a dataset on the Hub."
        raise OptionError(f"--repo-id {repo_id}", fault, "Write NAME/SET.")
    if with_frames and not has_pictures(manifest):
        raise OptionError("--with-frames", f"needs frames, but {folder} has none.", "Remove it.")
    if wrong := build.verify():
        more = f"; faults in total: {len(wrong):,}" if len(wrong) > 1 else ""
        remedy = f"Nothing was uploaded. {wrong[0].remedy} `vsidata verify {folder}` lists every fault."
        raise VsiError(wrong[0].file, f"{wrong[0].fault.rstrip('.')}{more}.", remedy)
    api = client()
    remote, unseen = None, None
    try:
        with explain_hub_errors(repo_id):
            remote = read_remote(api, repo_id, revision)
    except UnreachableError as error:
        if not dry:
            raise
        unseen = error
    if remote and private and not remote.private:
        remedy = "Make it private in its settings on the Hub, choose another --repo-id, or remove --private."
        raise OptionError(repo_id, "already exists and is public.", remedy)
    free = is_free(manifest)
    pictures = free if with_frames is None else with_frames
    gated = gated or bool(remote and remote.gated)
    chosen = release(build, repo_id, revision, pictures=pictures, gated=gated)
    return PushPlan(
        folder=folder,
        repo_id=repo_id,
        revision=revision,
        endpoint=api.endpoint,
        private=remote.private if remote else private,
        gated=gated,
        release=chosen,
        remote=remote,
        change=change_for(chosen, remote),
        needs_word=not free and any(path.startswith(PICTURES) for path in chosen.entries),
        unseen=unseen,
    )


def need_token() -> None:
    """Check that there is a token.

    Raises:
        OptionError: there is no token.
    """
    if get_token() is None:
        raise OptionError("Hugging Face token", "was not found.", _LOG_IN)


def publish(planned: PushPlan) -> str:
    """Make a planned push. If it is interrupted, call it again to resume.

    Args:
        planned: the plan from `plan`.

    Returns:
        The commit of the published dataset.

    Raises:
        OptionError: there is no token.
        VsiError: a file to upload contains a secret; the Hub refused, failed, or cannot be reached; or a
            file changed during the push.
    """
    need_token()
    entries = planned.release.entries
    refuse_secrets({path: entries[path].content for path in planned.change.send})
    api = client()
    with explain_hub_errors(planned.repo_id):
        parent = _open(api, planned)
        sent = _send(api, planned)
        commit = with_retries(lambda: _commit(api, planned, parent, sent))
        if change_for(planned.release, read_remote(api, planned.repo_id, commit)) != NOTHING:
            remedy = f"Run `vsidata verify {planned.repo_id}` for details, then run the same command again."
            raise VsiError(
                planned.repo_id, f"differs from the uploaded files at commit {commit[:8]}.", remedy
            )
        return commit


def _open(api: HfApi, planned: PushPlan) -> str:
    """Make the dataset and the branch if they do not exist, and restrict access before the upload.

    Returns:
        The parent of the new commit.
    """
    name = planned.repo_id
    if planned.remote is None:
        with_retries(lambda: api.create_repo(name, repo_type=DATASET, private=planned.private, exist_ok=True))
    if planned.gated and not (planned.remote and planned.remote.gated):
        with_retries(lambda: api.update_repo_settings(name, repo_type=DATASET, gated="manual"))
    if planned.revision != MAIN and not (planned.remote and planned.remote.branched):
        with_retries(
            lambda: api.create_branch(name, repo_type=DATASET, branch=planned.revision, exist_ok=True)
        )
    if planned.remote:
        return planned.remote.head
    made = read_remote(api, name, planned.revision)
    if made is None:
        raise VsiError(name, "is on the Hub, but this token may not see it.", _LOG_IN)
    return made.head


def _send(api: HfApi, planned: PushPlan) -> list[CommitOperationAdd]:
    """Upload the missing files, hidden from readers until the commit, and check that they are unchanged."""
    entries = planned.release.entries
    sent = {
        path: CommitOperationAdd(path_in_repo=path, path_or_fileobj=entries[path].content)
        for path in planned.change.send
    }
    api.preupload_lfs_files(
        planned.repo_id, sent.values(), repo_type=DATASET, revision=planned.revision, free_memory=False
    )
    for path, operation in sent.items():
        if operation.upload_info.sha256.hex() != entries[path].sha256:
            remedy = "Nothing was published. Wait until the build has ended, then run the same command again."
            raise VsiError(planned.folder / path, "changed during the upload.", remedy)
    return list(sent.values())


def _commit(api: HfApi, planned: PushPlan, parent: str, sent: list[CommitOperationAdd]) -> str:
    """Publish the uploaded files. If the commit was made but its answer was lost, nothing is left to do."""
    now = read_remote(api, planned.repo_id, planned.revision)
    if now and change_for(planned.release, now) == NOTHING:
        return now.head
    made = api.create_commit(
        planned.repo_id,
        [*map(CommitOperationDelete, planned.change.delete), *sent],
        commit_message=planned.release.manifest.label,
        commit_description=commit_message(planned.release.manifest),
        repo_type=DATASET,
        revision=planned.revision,
        parent_commit=parent,
    )
    return str(made.oid)
