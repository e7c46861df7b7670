"""`vsidata debias`."""

from typing import Annotated

import typer

from vsidata.commands.options import DEFAULTS, AsJson, BuildFolder, Out, Seed
from vsidata.plain_text import echo_json


def debias(
    folder: BuildFolder,
    out: Out,
    target: Annotated[
        float,
        typer.Option(
            min=0,
            max=100,
            metavar="POINTS",
            help="Leave out questions until guesses score at most POINTS more than one constant answer.",
        ),
    ] = 5.0,
    keep: Annotated[
        float,
        typer.Option(min=0, max=100, metavar="PERCENT", help="Keep at least this percentage of questions."),
    ] = 50.0,
    seed: Seed = DEFAULTS.seed,
    as_json: AsJson = False,
) -> None:
    """Write a build without the questions that can be guessed blind.

    The forest of `vsidata audit` guesses each question type. The questions that it guesses best are left out
    in steps, until it scores at most --target points more than one constant answer. Both are scored in rooms
    that they were not trained in. The random seed splits the rooms into parts and grows the forests. Reads
    DIR. Writes a new folder, --out: a complete build with debias.json and the curve debias.svg. Tables of
    scenes and frames are hard links to those of DIR, or copies on another disk. Exits with 1 if a topic stays
    above the target.
    """
    import orjson

    from vsidata.analysis.audit.audit import questions_of_build
    from vsidata.analysis.debias import debias_record
    from vsidata.analysis.debias.debias import write_debiased
    from vsidata.dataset.build import Build
    from vsidata.screen.terminal import console, progress

    build = Build.open(folder)
    asked = questions_of_build(build)
    with progress(console(stderr=True)) as bar:
        types = bar.add_task("question types", total=len({it.kind for it in asked}))
        forests = bar.add_task("forests", total=None)
        done = write_debiased(
            build,
            asked,
            out,
            target=target / 100,
            least=keep / 100,
            seed=seed,
            grown=lambda: bar.advance(forests),
            done=lambda: bar.advance(types),
        )
    if as_json:
        echo_json(orjson.dumps(done, option=orjson.OPT_INDENT_2))
    else:
        screen = console()
        screen.print(debias_record.table(done))
        lines = [*debias_record.closing_lines(done), f"Written: {out}, with debias.json and debias.svg."]
        screen.print(*lines, sep="\n", soft_wrap=True)
    raise typer.Exit(1 if any(own["reached"] is False for own in done["topics"].values()) else 0)
