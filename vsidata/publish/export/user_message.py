"""A question as the user's message, with its options where it has any, and the right reply to it."""

from functools import lru_cache

from vsidata.dataset.results import Row
from vsidata.rules.constant import Rules
from vsidata.rules.strict_yaml import read_packaged

VIDEO = "<video>"
"""Where the frameworks put the video."""


class _Wording(Rules):
    source: str
    opening: str
    open: str
    letter: str


def question(row: Row) -> str:
    """The question alone, with its options below it, one a line."""
    options = ["Options:", *row["options"]] if row["options"] else []
    return "\n".join([row["question"], *options])


def message(row: Row) -> str:
    """The whole message of the user, in the benchmark's own words."""
    words = _wording()
    return f"{VIDEO}{words.opening}\n{question(row)}\n{words.letter if row['options'] else words.open}"


def messages(row: Row) -> list[dict[str, str]]:
    """The message of the user, and the right reply."""
    return [
        {"role": "user", "content": message(row)},
        {"role": "assistant", "content": row["ground_truth"]},
    ]


@lru_cache
def _wording() -> _Wording:
    return read_packaged(_Wording, __package__, "wording.yaml")
