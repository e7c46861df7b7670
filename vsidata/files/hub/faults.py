"""Turns faults of the Hub into errors with file, fault and remedy. Repeats calls after temporary faults."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TypeVar

import httpx2
from huggingface_hub.errors import (
    GatedRepoError,
    HfHubHTTPError,
    HFValidationError,
    LocalEntryNotFoundError,
    OfflineModeIsEnabled,
)
from tenacity import Retrying, retry_if_exception, stop_after_attempt, wait_exponential

from vsidata.errors import OptionError, VsiError
from vsidata.files.hub.secret_scan import without_secrets
from vsidata.plain_text import printable

Answer = TypeVar("Answer")

_LONGEST_ANSWER = 300  # characters of a server's message; the Hub's messages have one or two sentences

_LOG_IN = "Log in with `hf auth login`, or set HF_TOKEN to a token that may write there."
_RESUME = (
    "Run the same command again to upload the missing files. Until then, readers get the earlier version."
)

_BY_STATUS: Mapping[int, tuple[str, str]] = {
    401: ("the Hub refused the token, or there is no token", _LOG_IN),
    402: ("the Hub requires payment for this", "Check the account's settings, or publish without --private."),
    403: ("this token has no permission for that", f"Check the name before the slash. {_LOG_IN}"),
    404: ("is not on the Hub, or this token may not see it", f"Check the name and --revision. {_LOG_IN}"),
    409: ("another user changed it in the meantime; this push published nothing", _RESUME),
    412: ("another user changed it in the meantime; this push published nothing", _RESUME),
    413: ("a file is too large for the Hub", "Build with smaller frames (--frame-size 640) or fewer frames."),
    429: ("this address sent too many requests to the Hub", f"Wait some minutes. {_RESUME}"),
}


# The client's Xet storage reports a server's status only in the text of a ConnectionError.
_XET_STATUS = re.compile(r"HTTP status (?:client|server) error \((\d{3})")


UNREADABLE = (ValueError, LookupError, TypeError, AttributeError, RecursionError)
"""Exceptions that the Hub's clients raise if an answer or a file is not JSON or has an unexpected form."""

_PROXY = (
    "Check HF_ENDPOINT, and whether a proxy or a login page answers instead of the Hub. "
    "Then run the same command again."
)


class UnreachableError(VsiError):
    """The Hub cannot be reached or fails, so the state of the repository is unknown."""


def is_temporary(error: BaseException) -> bool:
    """Return whether a fault of the network or the Hub is likely to be temporary."""
    if isinstance(error, OfflineModeIsEnabled):
        return False
    status = _status(error)
    if status is not None:
        return status == 429 or status >= 500
    return _lost_connection(error) is not None


with_retries = Retrying(
    retry=retry_if_exception(is_temporary),
    stop=stop_after_attempt(5),
    wait=wait_exponential(),  # 1, 2, 4 and 8 seconds, which is enough for a restart of the Hub
    reraise=True,
)
"""Calls a function. Calls it again after a temporary fault, so the function must allow repeated calls."""


@contextmanager
def explain_hub_errors(repo_id: str, token: str | None = None) -> Iterator[None]:
    """Turn faults of the Hub into errors with a remedy. The errors contain no token.

    Args:
        repo_id: the name on the Hub.
        token: the token in use; None if it comes from its usual places.

    Raises:
        UnreachableError: the Hub failed or cannot be reached.
        VsiError: the Hub refused the request.
        OptionError: the name is not valid.
    """
    try:
        yield
    except HFValidationError as error:
        said = _server_message(error, token)
        raise OptionError(repo_id, f"is not a valid name on the Hub: {said}.", "Write NAME/SET.") from None
    except OfflineModeIsEnabled:
        fault = "cannot be reached: HF_HUB_OFFLINE is set."
        raise UnreachableError(repo_id, fault, "Unset it, and run the same command again.") from None
    except Exception as error:
        if known := _in_words(repo_id, error, token):
            raise known from error
        raise


def _in_words(repo_id: str, error: BaseException, token: str | None) -> VsiError | None:
    answer, status = _cause(error, HfHubHTTPError), _status(error)
    if status is not None:
        if isinstance(answer, GatedRepoError):
            remedy = "Request access on the dataset's page, and log in with `hf auth login` as that user."
            return VsiError(repo_id, f"is only for users with access ({status}).", remedy)
        fault, remedy = _BY_STATUS.get(
            status,
            ("the Hub refused this", "Fix the cause in the message, then run the same command again."),
        )
        message = answer.server_message if answer is not None else None
        said = f": {_server_message(message, token)}" if message else ""
        if status == 429 or status >= 500:
            fault, remedy = _BY_STATUS.get(status, ("the Hub failed repeatedly", _RESUME))
            return UnreachableError(repo_id, f"{fault} ({status}{said}).", remedy)
        return VsiError(repo_id, f"{fault} ({status}{said}).", remedy)
    lost = _lost_connection(error)
    if lost is None and _cause(error, LocalEntryNotFoundError) is not None:
        fault = "is incomplete in the Hub's cache, and the Hub cannot be reached."
        return UnreachableError(repo_id, fault, "Check the connection, or unset HF_HUB_OFFLINE.")
    if lost is not None:
        fault = f"the connection was lost or could not be opened: {_server_message(lost, token)}."
        return UnreachableError(repo_id, fault, _RESUME)
    if isinstance(error, UNREADABLE):
        said = _server_message(f"{type(error).__name__}: {error}", token)
        return VsiError(repo_id, f"the answer does not have the form of the Hub's answers ({said}).", _PROXY)
    return None


def _status(error: BaseException) -> int | None:
    """Return the HTTP status with which the Hub or its storage answered; None for other faults."""
    answer = _cause(error, HfHubHTTPError)
    if answer is not None and answer.response is not None:
        return int(answer.response.status_code)
    stored = _XET_STATUS.search(str(_cause(error, ConnectionError) or ""))
    return int(stored[1]) if stored else None


def _lost_connection(error: BaseException) -> BaseException | None:
    """Return the lost connection in an error's chain of causes.

    It is an error of the client, or Python's own error if Xet raised it.
    """
    return (
        _cause(error, httpx2.TransportError) or _cause(error, ConnectionError) or _cause(error, TimeoutError)
    )


def _cause(error: BaseException | None, kind: type[Answer]) -> Answer | None:
    """Return the first error of a kind in a chain of causes.

    The client wraps errors of its upload threads.
    """
    while error is not None and not isinstance(error, kind):
        error = error.__cause__
    return error


def _server_message(said: object, token: str | None) -> str:
    """Return a server's message as one short line, without a full stop and without the token."""
    text = without_secrets(" ".join(printable(str(said)).split()).rstrip("."), token)
    return text if len(text) <= _LONGEST_ANSWER else f"{text[:_LONGEST_ANSWER]}…"
