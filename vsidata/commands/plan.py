"""`vsidata plan`."""

from typing import Annotated

import typer

from vsidata.commands.options import (
    DEFAULTS,
    AllowBenchmarkScenes,
    AsJson,
    RulesOrNone,
    ScanNetRoot,
    SplitOrNone,
    TopicFile,
)
from vsidata.plain_text import counted, echo_json


def plan(
    scannet_root: ScanNetRoot,
    rules: RulesOrNone = None,
    topic_file: TopicFile = None,
    split: SplitOrNone = None,
    allow_benchmark_scenes: AllowBenchmarkScenes = DEFAULTS.allow_benchmark_scenes,
    expect: Annotated[
        str | None,
        typer.Option(
            metavar="NAME", help="Compare with these published totals, for their rule set and scans (paper)."
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Project how many questions a build can ask, by topic, from annotation files alone.

    The number is an upper bound, because a build also refuses questions for reasons of geometry. A second
    column estimates the number for a build with frames, which asks only about what the frames show. It uses
    shares that were measured on other rooms. Reads the annotation files; writes nothing.
    """
    import orjson

    from vsidata.analysis import plan as planning
    from vsidata.analysis.expectation import load_expectation
    from vsidata.selection.splits import select
    from vsidata.sources.registry import open_source
    from vsidata.topics.rule_set import load_rules

    expected = load_expectation(expect) if expect else None
    source = open_source("scannet", [scannet_root])
    selection = select(
        source,
        split=split or (expected.split if expected else DEFAULTS.split),
        allow_benchmark_scenes=allow_benchmark_scenes or expected is not None,
    )
    rule_set = load_rules(rules or (expected.rules if expected else DEFAULTS.rules), topic_file or ())
    projected = planning.plan(source, sorted(selection.split_of), rule_set)
    if as_json:
        echo_json(orjson.dumps(planning.as_json(projected, expected), option=orjson.OPT_INDENT_2))
    else:
        from vsidata.screen.terminal import console

        screen = console()
        scenes = projected.scenes
        screen.print(f"{projected.rules}, {counted(scenes, 'scene')}")
        screen.print(planning.table(projected, expected))
        if projected.failures:
            skipped = f"Skipped because their annotation cannot be used: {len(projected.failures):,}"
            screen.print(f"{skipped}. `vsidata check` lists the reasons.")
