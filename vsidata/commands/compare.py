"""`vsidata compare`."""

from pathlib import Path
from typing import Annotated

import typer

from vsidata.commands.options import AsJson
from vsidata.plain_text import echo_json


def compare(
    first: Annotated[
        Path, typer.Argument(metavar="DIR_A", help="Read this build, or this .jsonl file of questions.")
    ],
    second: Annotated[
        Path,
        typer.Argument(metavar="DIR_B", help="Compare it with this build or file about the same scenes."),
    ],
    examples: Annotated[
        int, typer.Option(min=0, help="Print at most this many examples of each change per topic.")
    ] = 3,
    as_json: AsJson = False,
) -> None:
    """Compare two builds: questions kept, lost and new, and answers that differ.

    Scores the answers of DIR_A by the keys of DIR_B, like the answers of a model. A low score shows that the
    two define the answers differently. A .jsonl file contains released VSI-Bench questions, one JSON object
    per line. Reads both; writes nothing.
    """
    import orjson

    from vsidata.analysis.compare import compare as comparing
    from vsidata.analysis.compare import compare_text
    from vsidata.screen.terminal import console

    found = comparing.compare(first, second, examples)
    if as_json:
        echo_json(orjson.dumps(found, option=orjson.OPT_INDENT_2))
        return
    screen = console()
    screen.print(compare_text.table(found))
    screen.print(*compare_text.closing_lines(found), sep="\n", soft_wrap=True)
