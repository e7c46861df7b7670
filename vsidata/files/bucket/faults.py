"""Turns faults of an object store into errors with file, fault and remedy.

Messages of a store or its client are not repeated, because they may contain a request's address or headers.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from vsidata.errors import VsiError

_CLIENTS = frozenset({"aiobotocore", "aiohttp", "botocore", "gcsfs", "google", "requests"})
_CREDENTIALS = {
    "s3": "Set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, to a user who may list, read, "
    "write and delete there.",
    "gs": "Run `gcloud auth application-default login` as a user who may list, read, write and delete there.",
}
_RESUME = (
    "Run the same command again: it uploads only the missing files. If that does not help, check the "
    "store's endpoint and region."
)


@contextmanager
def explain_store_errors(address: str) -> Iterator[None]:
    """Turn faults of a store into errors with a remedy. The errors contain no credentials.

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
    # errors of stores have no file name, so this is a local file
    if isinstance(error, OSError) and error.filename:
        fault = f"cannot be read: {error.strerror}."
        return VsiError(error.filename, fault, "Run the same command again: it builds the missing files.")
    code = _code(error)
    if isinstance(error, FileNotFoundError):
        remedy = "Create it, or correct its name. For a store other than Amazon's, set AWS_ENDPOINT_URL."
        return VsiError(address, f"the bucket does not exist ({code}).", remedy)
    if "Credentials" in kind.__name__:
        return VsiError(address, f"no credentials were found ({code}).", _credentials(address))
    if isinstance(error, PermissionError) or code in ("401", "403"):
        return VsiError(address, f"the store refused these credentials ({code}).", _credentials(address))
    return VsiError(address, f"the store failed or cannot be reached ({code}).", _RESUME)


def _credentials(address: str) -> str:
    return _CREDENTIALS[address.partition(":")[0]]


def _code(error: BaseException) -> str:
    """Return the error code of the store, or the name of the client's exception."""
    answer: Any = getattr(error.__cause__, "response", None) or {}
    code = answer.get("Error", {}).get("Code") if isinstance(answer, dict) else None
    return str(code or getattr(error, "code", None) or type(error).__name__)
