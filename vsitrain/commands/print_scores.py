"""The part that `score` and `evaluate` share: printing scores."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from vsidata.plain_text import echo, echo_json
from vsitrain.commands.warning import warn


def print_scores(
    predictions: Path | None, data: str, *, as_json: bool, published: Sequence[str] = (), **how: Any
) -> None:
    """Score predictions and print the table, or JSON."""
    import orjson

    from vsidata.screen.terminal import console
    from vsitrain.scoring.published import published_row
    from vsitrain.scoring.score_files import score_files
    from vsitrain.scoring.score_text import as_json as plain
    from vsitrain.scoring.score_text import as_table, closing_lines

    beside = [published_row(name) for name in published]
    scores, references = score_files(predictions, data, warned=warn, **how)
    if as_json:
        echo_json(orjson.dumps(plain(scores, references, beside), option=orjson.OPT_INDENT_2))
        return
    console().print(as_table(scores, references, beside))
    echo("\n".join(closing_lines(scores, references, beside)))
