"""`vsidata verify`."""

from typing import Annotated

import typer

from vsidata.commands.options import AsJson, Revision
from vsidata.plain_text import echo_json


def verify(
    where: Annotated[
        str,
        typer.Argument(
            metavar="DIR|NAME/SET|ADDRESS", help="Check the build in this folder, on the Hub, or in a bucket."
        ),
    ],
    revision: Revision = None,
    as_json: AsJson = False,
) -> None:
    """Check a copy of a build: files, rows and columns against its manifest, repeated rows, and the card.

    Downloads a build on the Hub into the Hub's own cache, and a build in a bucket into ~/.cache/vsidata.
    Writes nothing else. Exits with 1 if there is a fault.
    """
    import orjson

    from vsidata.dataset.build import Build
    from vsidata.publish.hub import push_text
    from vsidata.screen.terminal import console

    build = Build.open(where, revision)
    manifest, faults = build.manifest, build.verify()
    if as_json:
        echo_json(orjson.dumps(push_text.check_as_json(where, manifest, faults), option=orjson.OPT_INDENT_2))
    else:
        lines = push_text.check_lines(where, manifest, faults)
        console().print(*lines, sep="\n", soft_wrap=True)
    raise typer.Exit(1 if faults else 0)
