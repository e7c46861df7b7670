"""Remove the Hub's token from the settings of a run, so that it is never written or shown."""

import ctypes
from collections.abc import Mapping, MutableMapping, Sequence
from pathlib import Path
from typing import Any

from vsidata.errors import OptionError

HUB_TOKEN = "hub_token"  # noqa: S105 - the name of a setting, not its value

_ARG_START, _ARG_END = 45, 46
"""Fields of /proc/self/stat with the command line's address, counted after the name. Source: proc(5)."""


def take_token(settings: MutableMapping[str, Any], places: Mapping[str, str]) -> str | None:
    """Remove the token from settings, and return it.

    Args:
        settings: values by key; a value is a text, or the words of the command line.
        places: file and line, or option, of each key.

    Returns:
        The token; None if it is not set.

    Raises:
        OptionError: the value is not a token. The error does not repeat it.
    """
    value = settings.pop(HUB_TOKEN, None)
    token = value[0] if isinstance(value, list) and len(value) == 1 else value
    if token is None or (isinstance(token, str) and token and token.isascii() and token.isprintable()):
        return token
    remedy = "Remove it, to use the token of `hf auth login` or HF_TOKEN."
    raise OptionError(places.get(HUB_TOKEN, HUB_TOKEN), "is not a token of the Hub.", remedy)


def hide_token(words: Sequence[str]) -> bool:
    """Overwrite the token in this process's command line, which every user of the machine can read.

    Args:
        words: the words of the command line.

    Returns:
        True if the command line contains a token.
    """
    found = False
    for place, word in enumerate(words):
        name, equals, value = word.partition("=")
        if name.lstrip("-").replace("-", "_") != HUB_TOKEN or not name.startswith("--"):
            continue
        secret = value if equals else words[place + 1] if place + 1 < len(words) else ""
        if secret:
            found = True
            _overwrite(secret.encode())
    return found


def _overwrite(secret: bytes) -> None:
    stat = Path("/proc/self/stat").read_text().rpartition(")")[2].split()
    start, end = int(stat[_ARG_START]), int(stat[_ARG_END])
    if not start:  # the system does not give the address
        return
    at = ctypes.string_at(start, end - start).find(b"\0" + secret)
    at = ctypes.string_at(start, end - start).find(b"=" + secret) if at < 0 else at
    if at >= 0:
        ctypes.memset(start + at + 1, ord("*"), len(secret))
