"""Tags around the parts of a reply: `<think> … </think> <answer> … </answer>`."""

import re
from collections.abc import Sequence

ANSWER = "answer"


def final_answer(text: str) -> str:
    """The body of the answer's tag where the reply has exactly one, else the reply without its thoughts.

    That is what follows the last `</think>`. A thought that is never closed states nothing.
    """
    body = tagged_answer(text)
    if body is not None:
        return body
    after = after_thought(text)
    return (after if after.strip() else text).partition("<think>")[0]


def after_thought(text: str) -> str:
    """What follows the last `</think>`; empty where there is none."""
    return text.rpartition("</think>")[2] if "</think>" in text else ""


def tagged_answer(text: str) -> str | None:
    """The body of the answer's tag; None unless it is opened once and then closed once."""
    parts = _parts(text, [ANSWER])
    return parts[1] if parts else None


def in_format(text: str, tags: Sequence[str]) -> bool:
    """Whether a reply consists of these tags, each exactly once, in order, each with a body.

    A body holds at least one letter or digit. Outside the tags there is nothing but white space, and no other
    spelling of one of them (`<Answer>`, `< answer >`) stands anywhere.

    Source: the paper's models were rewarded for empty pairs of tags, and for pairs too many.
    """
    parts = _parts(text, tags)
    if parts is None:
        return False
    bodies, outside = parts[1::2], parts[0::2]
    return all(any(c.isalnum() for c in body) for body in bodies) and not "".join(outside).strip()


def _parts(text: str, tags: Sequence[str]) -> list[str] | None:
    """What stands before, in, between and after the tags; None unless each is there once and in order."""
    any_spelling = rf"<[\s/]*(?:{'|'.join(tags)})\b[^<>]*>"
    wanted = [mark for tag in tags for mark in (f"<{tag}>", f"</{tag}>")]
    if re.findall(any_spelling, text, re.IGNORECASE) != wanted:
        return None
    return re.split(any_spelling, text, flags=re.IGNORECASE)
