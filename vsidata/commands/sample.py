"""`vsidata sample`."""

from typing import Annotated

import typer

from vsidata.commands.options import DEFAULTS, AsJson, BuildFolder, Seed, Topics, names
from vsidata.commands.printing import print_questions


def sample(
    folder: BuildFolder,
    count: Annotated[
        int, typer.Option("-n", "--count", min=1, metavar="N", help="Print this many questions.")
    ] = 20,
    topics: Topics = None,
    seed: Seed = DEFAULTS.seed,
    as_json: AsJson = False,
) -> None:
    """Print questions of a build, drawn evenly over the topics, with their evidence in words.

    With --json, prints one JSON object per line. Reads DIR; writes nothing.
    """
    from vsidata.dataset import browse
    from vsidata.dataset.build import Build

    print_questions(browse.sample(Build.open(folder), count, seed, names(topics)), as_json)
