"""`vsitrain keys`."""

from vsidata.commands.options import AsJson
from vsidata.plain_text import echo, echo_json


def keys(
    as_json: AsJson = False,
) -> None:
    """List this project's keys of a recipe: meaning, unit, default and allowed values.

    TRL's keys are in the documentation of TRL. Reads and writes no files.
    """
    import orjson

    from vsitrain.settings.keys import described

    if as_json:
        echo_json(orjson.dumps(described(), option=orjson.OPT_INDENT_2))
        return
    for key in described():
        echo(f"{key['name']}\n    {key['meaning']}")
        unit = f", in {key['unit']}" if key["unit"] else ""
        echo(f"    default: {key['default']}; allowed: {key['allowed']}{unit}\n")
