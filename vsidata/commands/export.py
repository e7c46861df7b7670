"""`vsidata export`."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from vsidata.plain_text import echo_json


def export(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A build with frames.")],
    to: Annotated[
        Literal["ms-swift", "llama-factory", "easyr1", "video-r1"],
        typer.Option(help="Framework that will read it."),
    ],
    out: Annotated[Path | None, typer.Option(help="Folder to write to (default: DIR-FORMAT).")] = None,
    media: Annotated[
        Literal["mp4", "frames"] | None, typer.Option(help="A video a scene (default), or a folder of JPEGs.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the summary as JSON.")] = False,
) -> None:
    """Write a build, with its frames, in the format of another training framework.

    Reads DIR; writes a new folder, --out.
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
            started=lambda scenes: bar.update(task, total=scenes),
            done=lambda: bar.advance(task),
        )
    if as_json:
        echo_json(orjson.dumps(export_text.as_json(done), option=orjson.OPT_INDENT_2))
    else:
        lines = export_text.closing_lines(done, build)
        console().print(*lines, sep="\n", soft_wrap=True)
