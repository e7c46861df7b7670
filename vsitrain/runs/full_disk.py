"""How libraries say that there is no room for a file."""

import errno

_NO_ROOM = (errno.ENOSPC, errno.EDQUOT)
# As safetensors, tokenizers and torch (two ways) put it.
_IN_WORDS = (*(f"os error {number}" for number in _NO_ROOM), "PytorchStreamWriter", "unexpected pos")


def is_full_disk(error: BaseException) -> bool:
    """Whether there was no room for a file."""
    if isinstance(error, OSError) and error.errno is not None:
        return error.errno in _NO_ROOM
    return any(words in str(error) for words in _IN_WORDS)
