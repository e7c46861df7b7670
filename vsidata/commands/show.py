"""`vsidata show`."""

from pathlib import Path
from typing import Annotated

import typer

from vsidata.commands.printing import print_questions


def show(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A build.")],
    question: Annotated[str, typer.Argument(metavar="ID", help="A question's id, or how it begins.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print the row as JSON.")] = False,
) -> None:
    """Print one question of a build with its evidence in words.

    Reads DIR; writes nothing.
    """
    from vsidata.dataset import browse
    from vsidata.dataset.build import Build

    print_questions([browse.find(Build.open(folder), question)], as_json)
