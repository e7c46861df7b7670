"""`vsidata export`."""

from typing import Annotated, Literal

import typer

from vsidata.commands.options import AsJson, BuildFolder, OutBesideBuild
from vsidata.plain_text import echo_json


def export(
    folder: BuildFolder,
    to: Annotated[
        Literal["ms-swift", "llama-factory", "easyr1", "video-r1"],
        typer.Option(help="Write for this framework."),
    ],
    out: OutBesideBuild = None,
    media: Annotated[
        Literal["mp4", "frames"] | None,
        typer.Option(
            help="Write a video per scene, or a folder of JPEGs (default: what the framework reads)."
        ),
    ] = None,
    with_traces: Annotated[
        bool,
        typer.Option("--with-traces", help="Write reasoning before each answer, made from its evidence."),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Write a build, with its frames, in the format of another training framework.

    Reads DIR, a build with frames; writes a new folder, --out.
    """
    import orjson

    from vsidata.dataset.build import Build
    from vsidata.publish.export import export as exporting
    from vsidata.publish.export import export_text
    from vsidata.screen.terminal import console, progress

    out = out or folder.absolute().with_name(f"{folder.absolute().name}-{to}")
    build = Build.open(folder)
    with progress(console(stderr=True)) as bar:
        task = bar.add_task("scenes", total=None)
        done = exporting.export(
            build,
            to,
            out,
            media,
            with_traces=with_traces,
            started=lambda scenes: bar.update(task, total=scenes),
            done=lambda: bar.advance(task),
        )
    if as_json:
        echo_json(orjson.dumps(export_text.as_json(done), option=orjson.OPT_INDENT_2))
    else:
        lines = export_text.closing_lines(done, build)
        console().print(*lines, sep="\n", soft_wrap=True)
