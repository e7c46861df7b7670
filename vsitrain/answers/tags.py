"""Tags around the parts of a reply: `<think> … </think> <answer> … </answer>`."""

import re
from collections.abc import Sequence

ANSWER = "answer"


def final_answer(text: str) -> str:
    """Return the text to read the answer from.

    This is the body of the answer tag if the reply has exactly one, else the reply without its thoughts: the
    text after the last `</think>`. A reply with a thought that is never closed has no such text.
    """
    body = tagged_answer(text)
    if body is not None:
        return body
    after = after_thought(text)
    return (after if after.strip() else text).partition("<think>")[0]


def after_thought(text: str) -> str:
    """The text after the last `</think>`; empty without a `</think>`."""
    return text.rpartition("</think>")[2] if "</think>" in text else ""


def tagged_answer(text: str) -> str | None:
    """The body of the answer tag; None if the tag is not opened and closed exactly once."""
    parts = _parts(text, [ANSWER])
    return parts[1] if parts else None


def in_format(text: str, tags: Sequence[str]) -> bool:
    """Return whether a reply consists of these tags in this order, each exactly once and with a body.

    A body contains at least one letter or digit. Outside the tags there is only white space. The reply
    contains no other spelling of a tag (`<Answer>`, `< answer >`).

    Source: the paper's models were rewarded for empty pairs of tags, and for additional pairs.
    """
    parts = _parts(text, tags)
    if parts is None:
        return False
    bodies, outside = parts[1::2], parts[0::2]
    return all(any(c.isalnum() for c in body) for body in bodies) and not "".join(outside).strip()


def _parts(text: str, tags: Sequence[str]) -> list[str] | None:
    """The texts before, in, between and after the tags; None if a tag is missing, repeated or misplaced."""
    if "<" not in text:
        return None
    any_spelling = rf"<[\s/]*(?:{'|'.join(tags)})\b[^<>]*>"
    wanted = [mark for tag in tags for mark in (f"<{tag}>", f"</{tag}>")]
    if re.findall(any_spelling, text, re.IGNORECASE) != wanted:
        return None
    return re.split(any_spelling, text, flags=re.IGNORECASE)
