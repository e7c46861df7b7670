"""Secrets of the user's accounts: they are searched for in every file that is about to be published."""

import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from huggingface_hub import get_token

from vsidata.errors import VsiError

_VARIABLES = ("HF_TOKEN", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "WANDB_API_KEY")
"""Environment variables that hold a secret which this project or its libraries use."""

_SHORTEST = 8
"""Characters of a secret that is searched for: a shorter value is a placeholder, and stands in any text."""

_ANY_TOKEN = rb"hf_[A-Za-z0-9]{34}"
"""The form of the Hub's tokens, for those that are not in use here, such as an older one."""

_CHUNK = 1 << 24  # bytes that are read at a time


def refuse_secrets(files: Mapping[str, Path | bytes], *more: str | None) -> None:
    """Refuse to publish files in which a token of the Hub or another secret of this user stands.

    Contents are searched byte by byte, as they are stored: text that a file compresses is not found.

    Args:
        files: what is about to be published: contents, or files on the disk, by path below the address.
        more: secrets besides those in their usual places.

    Raises:
        VsiError: one is found. The secret is not repeated.
    """
    known = {secret.encode() for secret in _secrets(*more)}
    wanted = re.compile(b"|".join([*map(re.escape, sorted(known)), _ANY_TOKEN]))
    overlap = max(map(len, known), default=0) + 64
    for path, content in files.items():
        if any(wanted.search(chunk) for chunk in _chunks(content, overlap)):
            fault = "holds a secret of yours, such as a token of the Hub. Nothing was sent."
            remedy = "Remove it from there. If the file was published or shared before, revoke that token."
            raise VsiError(content if isinstance(content, Path) else path, fault, remedy)


def without_secrets(text: str, *more: str | None) -> str:
    """A text with every secret replaced by …, for what a server says."""
    for secret in sorted(_secrets(*more), key=len, reverse=True):
        text = text.replace(secret, "…")
    return text


def _secrets(*more: str | None) -> set[str]:
    found = {get_token(), *more, *(os.environ.get(name) for name in _VARIABLES)}
    return {secret for secret in found if secret and len(secret) >= _SHORTEST}


def _chunks(content: Path | bytes, overlap: int) -> Iterable[bytes]:
    """Parts of a file, each with the end of the one before."""
    if isinstance(content, bytes):
        yield content
        return
    end = b""
    with content.open("rb") as file:
        while part := file.read(_CHUNK):
            yield end + part
            end = part[-overlap:]
