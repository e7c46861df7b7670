"""What goes wrong with an object store, told as file, fault and remedy, in words of our own.

What a store or its client says is not repeated: a request's address or its headers may stand in it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from vsidata.errors import VsiError

_CLIENTS = frozenset({"aiobotocore", "aiohttp", "botocore", "gcsfs", "google", "requests"})
_CREDENTIALS = {
    "s3": "Set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, to one that may list, read, "
    "write and delete there.",
    "gs": "Run `gcloud auth application-default login` as one who may list, read, write and delete there.",
}
_RESUME = (
    "Run the same command again: it sends only what is missing. If that does not help, check the "
    "store's endpoint and region."
)


@contextmanager
def told(address: str) -> Iterator[None]:
    """Turn what goes wrong with a store into errors that say what to do. No credential stands in any of them.

    Raises:
        VsiError: the store refused, failed or cannot be reached.
    """
    try:
        yield
    except Exception as error:
        if known := _in_words(address, error):
            raise known from error
        raise


def _in_words(address: str, error: Exception) -> VsiError | None:
    kind = type(error)
    if not isinstance(error, OSError) and kind.__module__.partition(".")[0] not in _CLIENTS:
        return None
    if isinstance(error, OSError) and error.filename:  # no client of a store names a file: it is one here
        fault = f"cannot be read: {error.strerror}."
        return VsiError(error.filename, fault, "Run the same command again: it builds what is missing.")
    code = _code(error)
    if isinstance(error, FileNotFoundError):
        remedy = "Create it, or correct its name. For a store that is not Amazon's, set AWS_ENDPOINT_URL."
        return VsiError(address, f"there is no such bucket ({code}).", remedy)
    if "Credentials" in kind.__name__:
        return VsiError(address, f"there are no credentials here ({code}).", _credentials(address))
    if isinstance(error, PermissionError) or code in ("401", "403"):
        return VsiError(address, f"the store refused these credentials ({code}).", _credentials(address))
    return VsiError(address, f"the store failed, or cannot be reached ({code}).", _RESUME)


def _credentials(address: str) -> str:
    return _CREDENTIALS[address.partition(":")[0]]


def _code(error: BaseException) -> str:
    """The store's own code, or the name of the client's exception."""
    answer: Any = getattr(error.__cause__, "response", None) or {}
    code = answer.get("Error", {}).get("Code") if isinstance(answer, dict) else None
    return str(code or getattr(error, "code", None) or type(error).__name__)
