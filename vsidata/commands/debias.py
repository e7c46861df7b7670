"""`vsidata debias`."""

from pathlib import Path
from typing import Annotated

import typer

from vsidata.plain_text import echo_json
from vsidata.rules.seeds import LARGEST_SEED


def debias(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A build.")],
    out: Annotated[Path, typer.Option(metavar="DIR2", help="Folder to write to: a new one.")],
    target: Annotated[
        float, typer.Option(min=0, max=100, help="Points that guessing may score above one constant answer.")
    ] = 5.0,
    keep: Annotated[
        float, typer.Option(min=0, max=100, help="Percent of the questions that are kept in any case.")
    ] = 50.0,
    seed: Annotated[
        int,
        typer.Option(
            min=0, max=LARGEST_SEED, help="Seed of the split into parts of rooms, and of the forests."
        ),
    ] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print what was done as JSON.")] = False,
) -> None:
    """Write a build without the questions that can be guessed without looking.

    The forest of `vsidata audit` guesses each question type. The questions that it guesses best are left out,
    a part at a time, until it scores hardly more than one constant answer. Both learn in other rooms.
    Reads DIR; writes a new folder, DIR2: a whole build with debias.json and the curve debias.svg. Tables of
    scenes and frames are hard links to those of DIR, or copies on another disk. Ends with 1 where a topic
    stays above the target.
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
