"""Questions on the screen."""

from typing import Any

from vsidata.plain_text import echo, echo_json


def print_questions(rows: list[dict[str, Any]], as_json: bool) -> None:
    """Print questions of a build as JSON lines, or in words with their evidence."""
    import orjson

    from vsidata.dataset.browse import in_words

    for row in rows:
        if as_json:
            echo_json(orjson.dumps(row))
        else:
            echo(f"{in_words(row)}\n")
