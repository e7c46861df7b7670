"""Searches the files to publish for secrets of the user's accounts."""

import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from huggingface_hub import get_token

from vsidata.errors import VsiError

_VARIABLES = ("HF_TOKEN", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "WANDB_API_KEY")
"""Environment variables in which this project or its libraries expect secrets."""

_SHORTEST = 8
"""Characters of the shortest secret to search for. A shorter value is a placeholder."""

_ANY_TOKEN = rb"hf_[A-Za-z0-9]{34}"
"""The form of the Hub's tokens. With it, tokens that are not in use are found too, such as older tokens."""

_CHUNK = 1 << 24  # bytes that are read at a time


def refuse_secrets(files: Mapping[str, Path | bytes], *more: str | None) -> None:
    """Refuse to publish files that contain a token of the Hub or another secret of this user.

    The bytes are searched as stored, so secrets in compressed data are not found.

    Args:
        files: the content, or the file on disk, of each path below the address.
        more: more secrets, in addition to those in their usual places.

    Raises:
        VsiError: a secret was found. The error does not repeat it.
    """
    known = {secret.encode() for secret in _secrets(*more)}
    wanted = re.compile(b"|".join([*map(re.escape, sorted(known)), _ANY_TOKEN]))
    overlap = max(map(len, known), default=0) + 64
    for path, content in files.items():
        if any(wanted.search(chunk) for chunk in _chunks(content, overlap)):
            fault = "contains a secret of yours, such as a token of the Hub. Nothing was uploaded."
            remedy = "Remove it from the file. If the file was published or shared before, revoke that token."
            raise VsiError(content if isinstance(content, Path) else path, fault, remedy)


def without_secrets(text: str, *more: str | None) -> str:
    """Return a text, such as a server's message, with `…` for every secret."""
    for secret in sorted(_secrets(*more), key=len, reverse=True):
        text = text.replace(secret, "…")
    return text


def _secrets(*more: str | None) -> set[str]:
    found = {get_token(), *more, *(os.environ.get(name) for name in _VARIABLES)}
    return {secret for secret in found if secret and len(secret) >= _SHORTEST}


def _chunks(content: Path | bytes, overlap: int) -> Iterable[bytes]:
    """Yield the parts of a file. Each begins with the end of the previous part."""
    if isinstance(content, bytes):
        yield content
        return
    end = b""
    with content.open("rb") as file:
        while part := file.read(_CHUNK):
            yield end + part
            end = part[-overlap:]
