"""`vsidata show`."""

from typing import Annotated

import typer

from vsidata.commands.options import AsJson, BuildFolder
from vsidata.commands.printing import print_questions


def show(
    folder: BuildFolder,
    question: Annotated[
        str,
        typer.Argument(metavar="ID", help="Print this question. The first characters of its id are enough."),
    ],
    as_json: AsJson = False,
) -> None:
    """Print one question of a build with its evidence in words.

    Reads DIR; writes nothing.
    """
    from vsidata.dataset import browse
    from vsidata.dataset.build import Build

    print_questions([browse.find(Build.open(folder), question)], as_json)
