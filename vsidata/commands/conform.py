"""`vsidata conform`."""

from vsidata.commands.options import AsJson, MetaInfo, Questions, Rules
from vsidata.plain_text import echo_json


def conform(
    meta_info: MetaInfo,
    questions: Questions,
    rules: Rules = "vsibench",
    as_json: AsJson = False,
) -> None:
    """Recompute released VSI-Bench keys from the released boxes, and show how many agree by question type.

    Reads the given files; writes nothing.
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
