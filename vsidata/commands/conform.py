"""`vsidata conform`."""

from pathlib import Path
from typing import Annotated

import typer

from vsidata.plain_text import echo_json


def conform(
    meta_info: Annotated[list[Path], typer.Option(help="File of released VSI-Bench scene meta information.")],
    questions: Annotated[Path, typer.Option(help="Released questions, one JSON object a line.")],
    rules: Annotated[str, typer.Option(help="Rule set by name, or a YAML file.")] = "vsibench",
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")] = False,
) -> None:
    """Recompute released VSI-Bench keys from the released boxes, and say how many agree by question type.

    Reads the files named; writes nothing.
    """
    import orjson

    from vsidata.analysis import conform as conforming
    from vsidata.sources.registry import open_source
    from vsidata.topics.rule_set import load_rules

    rule_set = load_rules(rules)
    source = open_source("meta-info", meta_info)
    found = conforming.conform(
        conforming.measured_scenes(source, rule_set), conforming.read_questions(questions), rule_set
    )
    if as_json:
        echo_json(orjson.dumps(found, default=dict, option=orjson.OPT_INDENT_2))
    else:
        from vsidata.screen.terminal import console

        screen = console()
        screen.print(conforming.table(found))
        screen.print(conforming.WHY_DISTANCES_DIFFER, soft_wrap=True)
