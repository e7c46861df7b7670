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
    traced: str


def question(row: Row) -> str:
    """The question with its options below it, one per line."""
    options = ["Options:", *row["options"]] if row["options"] else []
    return "\n".join([row["question"], *options])


def message(row: Row) -> str:
    """The whole message of the user, with the benchmark's wording."""
    words = _wording()
    asked = words.traced if "trace" in row else words.letter if row["options"] else words.open
    return f"{VIDEO}{words.opening}\n{question(row)}\n{asked}"


def messages(row: Row) -> list[dict[str, str]]:
    """The message of the user, and the right reply; with the reasoning before it if the row has a trace."""
    reply = row["ground_truth"]
    if "trace" in row:
        reply = f"{reasoning(row)}\n<answer>{reply}</answer>"
    return [{"role": "user", "content": message(row)}, {"role": "assistant", "content": reply}]


def reasoning(row: Row) -> str:
    """The reasoning before the answer, in tags."""
    return f"<think>{row['trace']}</think>"


@lru_cache
def _wording() -> _Wording:
    return read_packaged(_Wording, __package__, "wording.yaml")
