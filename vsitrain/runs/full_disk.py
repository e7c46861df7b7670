"""Recognise the errors that libraries raise when the disk is full."""

import errno

_NO_ROOM = (errno.ENOSPC, errno.EDQUOT)
# Parts of the messages of safetensors, tokenizers and torch (two forms).
_IN_WORDS = (*(f"os error {number}" for number in _NO_ROOM), "PytorchStreamWriter", "unexpected pos")


def is_full_disk(error: BaseException) -> bool:
    """Return whether an error means that the disk is full."""
    if isinstance(error, OSError) and error.errno is not None:
        return error.errno in _NO_ROOM
    return any(words in str(error) for words in _IN_WORDS)
