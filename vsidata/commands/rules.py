"""`vsidata rules`: a rule set as it is applied."""

from typing import Annotated

import typer

from vsidata.commands.options import AsJson
from vsidata.plain_text import echo, echo_json


def rules(
    name: Annotated[
        str, typer.Argument(metavar="NAME|FILE", help="Print this rule set: a name, or a YAML file.")
    ],
    as_json: AsJson = False,
) -> None:
    """Print a rule set in full: every constant with its unit, reason and source.

    Values that a file inherits from another rule set are included. Reads the file; writes nothing.
    """
    import orjson
    import yaml

    from vsidata.topics.rule_set import load_rules

    found = load_rules(name)
    if as_json:
        echo_json(orjson.dumps(found.resolved, option=orjson.OPT_INDENT_2))
    else:
        echo(f"# {found.label}")
        echo(yaml.safe_dump(found.resolved, sort_keys=False, allow_unicode=True, width=100).rstrip())
