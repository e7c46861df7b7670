"""`vsidata sample`."""

from pathlib import Path
from typing import Annotated

import typer

from vsidata.commands.printing import print_questions
from vsidata.rules.seeds import LARGEST_SEED


def sample(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A build.")],
    count: Annotated[int, typer.Option("-n", "--count", min=1, help="How many.")] = 20,
    topic: Annotated[str | None, typer.Option(help="Print only questions of this topic.")] = None,
    seed: Annotated[int, typer.Option(min=0, max=LARGEST_SEED, help="Seed of the random draw.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print the rows as JSON lines.")] = False,
) -> None:
    """Print questions of a build, drawn evenly over the topics, with their evidence in words.

    Reads DIR; writes nothing.
    """
    from vsidata.dataset import browse
    from vsidata.dataset.build import Build

    print_questions(browse.sample(Build.open(folder), count, seed, topic), as_json)
