"""`vsidata push`."""

import sys
from typing import Annotated

import typer

from vsidata.commands.options import AsJson, BuildFolder, Revision
from vsidata.errors import VsiError
from vsidata.plain_text import echo_json, printable
from vsidata.screen.stopping import message_on_stop


def push(
    folder: BuildFolder,
    repo_id: Annotated[str, typer.Option(metavar="NAME/SET", help="Publish to this dataset on the Hub.")],
    revision: Revision = None,
    private: Annotated[bool, typer.Option("--private", help="Create a private dataset.")] = False,
    gated: Annotated[bool, typer.Option("--gated", help="Require approval to download.")] = False,
    with_frames: Annotated[
        bool | None,
        typer.Option(
            "--with-frames/--without-frames",
            help="Publish frames as well, or not (default: only frames of synthetic rooms).",
        ),
    ] = None,
    i_may_share_frames: Annotated[
        bool,
        typer.Option("--i-may-share-frames", help="Confirm that you may share the frames, without a prompt."),
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would be uploaded, then exit.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Publish a build on the Hugging Face Hub: its shards, card and manifest, in one commit.

    Checks the build first, and prints what will be published and who owns it. Pictures of scans that are not
    synthetic are left out unless you confirm that you may share them. Creates the dataset or the branch if it
    does not exist, replaces files that differ, and deletes shards of an earlier push. Does not change other
    files on the Hub, or local files. Run the same command again to resume. Uses the token of `hf auth login`
    or HF_TOKEN. --dry-run also works without the Hub: it then lists all files that could be published.
    """
    import orjson

    from vsidata.dataset.build import Build
    from vsidata.publish.hub import push as pushing
    from vsidata.publish.hub import push_text
    from vsidata.publish.hub.remote import MAIN
    from vsidata.screen.terminal import console

    planned = pushing.plan(
        Build.open(folder),
        repo_id,
        revision or MAIN,
        private=private,
        gated=gated,
        with_frames=with_frames,
        dry=dry_run,
    )
    screen = console(quiet=as_json)
    screen.print(*push_text.lines_before_push(planned), sep="\n", soft_wrap=True)
    commit = None
    if not dry_run:
        if planned.needs_word and not i_may_share_frames:
            _ask(push_text.sharing_question(planned))
        with message_on_stop():
            commit = pushing.publish(planned)
        screen.print(*push_text.lines_after_push(planned, commit), sep="\n", soft_wrap=True)
    if as_json:
        echo_json(orjson.dumps(push_text.as_json(planned, commit), option=orjson.OPT_INDENT_2))


def _ask(question: str) -> None:
    """Exit with 1 unless the answer is yes. Without a terminal, --i-may-share-frames must give the answer."""
    if not sys.stdin.isatty():
        fault = "publishes pictures of scans that have an owner. You must confirm that you may share them."
        remedy = "There is no terminal for the answer: add --i-may-share-frames, or remove --with-frames."
        raise VsiError("--with-frames", fault, remedy)
    typer.confirm(printable(question), abort=True, err=True)
