"""`vsidata build`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from vsidata.commands.from_model import options_of
from vsidata.commands.options import AsJson
from vsidata.pipeline.options import BuildOptions, read_options
from vsidata.plain_text import echo_json
from vsidata.screen.stopping import message_on_stop

if TYPE_CHECKING:
    from rich.console import Console

    from vsidata.dataset.build import Build


@options_of(BuildOptions)
def build(
    work: Annotated[
        Path | None,
        typer.Option(
            help="Build in this folder before publishing to an address (default: a folder in vsidata-work)."
        ),
    ] = None,
    config: Annotated[Path | None, typer.Option(help="Read options by name from this YAML file.")] = None,
    as_json: AsJson = False,
    **given: Any,
) -> None:
    """Build questions from scans: read every scan, ask about it, and write Parquet shards with a manifest.

    If a build is interrupted, the same command resumes it. Scans that cannot be used are skipped and listed.
    With --engine slurm, the command submits the work, prints how to watch it, and exits; --workers is then
    the number of tasks.

    --out may be an address: s3://BUCKET/PATH, gs://BUCKET/PATH or hf://datasets/NAME/SET. Such a build is
    written to a local folder and published when it is complete; later, only changed files are uploaded. A
    bucket gets all files, including frames, and shards of an earlier build there are deleted. The Hub gets
    what `vsidata push` uploads without options. gs:// was never tested against Google's own servers.
    """
    with message_on_stop():
        import orjson

        from vsidata.dataset import summary_text
        from vsidata.engines import submission
        from vsidata.pipeline.build import build as run
        from vsidata.screen.progress import ProgressBar
        from vsidata.screen.terminal import console

        options = read_options(config, {"work": work, **given})
        screen = console(quiet=as_json)
        if options.address:
            _check_address(options.address)
        with ProgressBar(screen) as progress:
            done = run(options, progress)
    if isinstance(done, submission.Submission):
        if as_json:
            echo_json(orjson.dumps(submission.as_json(done), option=orjson.OPT_INDENT_2))
        lines = submission.closing_lines(done)
        screen.print(*lines, sep="\n", soft_wrap=True)
        return
    if (table := summary_text.drop_table(done)).row_count:
        screen.print(table)
    screen.print(*summary_text.closing_lines(done), sep="\n", soft_wrap=True)
    failed = not done.manifest.scenes or (options.strict and done.failures)
    if options.address and not failed:
        with message_on_stop():
            _publish(done.build, options.address, screen)
    if as_json:
        about = summary_text.as_json(done) | ({"address": options.address} if options.address else {})
        echo_json(orjson.dumps(about, option=orjson.OPT_INDENT_2))
    raise typer.Exit(1 if failed else 0)


def _check_address(address: str) -> None:
    """Check that a build can be published to an address, before it is built for hours."""
    from vsidata.files.address import on_hub
    from vsidata.publish.store import store

    if on_hub(address) is None:
        store.check_address(address)
    else:
        from vsidata.publish.hub.push import need_token

        need_token()


def _publish(build: "Build", address: str, screen: "Console") -> None:
    from vsidata.files.address import on_hub

    if dataset := on_hub(address):
        from vsidata.publish.hub import push as pushing
        from vsidata.publish.hub import push_text

        planned = pushing.plan(build, *dataset)
        screen.print(*push_text.lines_before_push(planned), sep="\n", soft_wrap=True)
        lines = push_text.lines_after_push(planned, pushing.publish(planned))
    else:
        from vsidata.publish.store import store
        from vsidata.publish.store.store_text import lines_after_publish
        from vsidata.screen.terminal import progress

        with progress(screen) as bar:
            task = bar.add_task("files", total=None)
            sent = store.publish(
                build.folder,
                address,
                started=lambda files: bar.update(task, total=files),
                done=lambda: bar.advance(task),
            )
        lines = lines_after_publish(sent)
    screen.print(*lines, sep="\n", soft_wrap=True)
