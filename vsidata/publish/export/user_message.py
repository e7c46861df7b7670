"""Make the user's message from a question and its options, and the right reply."""

from functools import lru_cache

from vsidata.dataset.results import Row
from vsidata.rules.constant import Rules
from vsidata.rules.strict_yaml import read_packaged

VIDEO = "<video>"
"""The place for the video, as the frameworks write it."""


class _Wording(Rules):
    source: str
    opening: str
    open: str
    letter: str


def question(row: Row) -> str:
    """The question with its options below it, one per line."""
    options = ["Options:", *row["options"]] if row["options"] else []
    return "\n".join([row["question"], *options])


def message(row: Row) -> str:
    """The whole message of the user, with the benchmark's wording."""
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
