"""What goes wrong with the Hub, told as file, fault and remedy; and patience with what passes."""

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

_LONGEST_ANSWER = 300  # characters of what a server says: its own messages have a sentence or two

_LOG_IN = "Log in with `hf auth login`, or set HF_TOKEN to a token that may write there."
_RESUME = (
    "Run the same command again: it sends only what is missing. Until then readers get the earlier version."
)

_BY_STATUS: Mapping[int, tuple[str, str]] = {
    401: ("the token is unknown to the Hub, or there is none", _LOG_IN),
    402: ("the Hub asks for payment for this", "See the account's settings, or publish without --private."),
    403: ("this token has no permission for that", f"Check the name before the slash. {_LOG_IN}"),
    404: ("is not on the Hub, or this token may not see it", f"Check the name and --revision. {_LOG_IN}"),
    409: ("someone else changed it in the meantime; nothing of this push was published", _RESUME),
    412: ("someone else changed it in the meantime; nothing of this push was published", _RESUME),
    413: ("a file is too large for the Hub", "Build with smaller frames (--frame-size 640) or fewer."),
    429: ("there were too many requests to the Hub from here", f"Wait some minutes. {_RESUME}"),
}


# How the client's Xet storage says what a server answered: in the words of a ConnectionError.
_XET_STATUS = re.compile(r"HTTP status (?:client|server) error \((\d{3})")


UNREADABLE = (ValueError, LookupError, TypeError, AttributeError, RecursionError)
"""What clients of the Hub raise where an answer or a file is no JSON, or JSON of another form."""

_PROXY = (
    "Check HF_ENDPOINT, and whether a proxy or a login page answers in the Hub's place. "
    "Then run the same command again."
)


class UnreachableError(VsiError):
    """The Hub cannot be reached, or fails: what is there is not known."""


def passes(error: BaseException) -> bool:
    """Whether the fault lies with the network or the Hub, and may be gone soon."""
    if isinstance(error, OfflineModeIsEnabled):
        return False
    status = _status(error)
    if status is not None:
        return status == 429 or status >= 500
    return _lost(error) is not None


patiently = Retrying(
    retry=retry_if_exception(passes),
    stop=stop_after_attempt(5),
    wait=wait_exponential(),  # 1, 2, 4 and 8 seconds: a Hub that restarts is back within them
    reraise=True,
)
"""Calls a function that may be called twice; calls it again after a fault of the network or the Hub."""


@contextmanager
def told(repo_id: str, token: str | None = None) -> Iterator[None]:
    """Turn what goes wrong with the Hub into errors that say what to do. No token stands in any of them.

    Args:
        repo_id: name on the Hub.
        token: the one that is used, where it does not come from its usual places.

    Raises:
        UnreachableError: the Hub failed or cannot be reached.
        VsiError: the Hub refused.
        OptionError: the name is none.
    """
    try:
        yield
    except HFValidationError as error:
        said = _words(error, token)
        raise OptionError(repo_id, f"is no name on the Hub: {said}.", "Write NAME/SET.") from None
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
            remedy = "Ask for access on the dataset's page, and log in with `hf auth login` as that user."
            return VsiError(repo_id, f"is only for users who were given access ({status}).", remedy)
        fault, remedy = _BY_STATUS.get(
            status,
            ("the Hub refused this", "Correct what the message names, then run the same command again."),
        )
        message = answer.server_message if answer is not None else None
        said = f": {_words(message, token)}" if message else ""
        if status == 429 or status >= 500:
            fault, remedy = _BY_STATUS.get(status, ("the Hub failed, again and again", _RESUME))
            return UnreachableError(repo_id, f"{fault} ({status}{said}).", remedy)
        return VsiError(repo_id, f"{fault} ({status}{said}).", remedy)
    lost = _lost(error)
    if lost is None and _cause(error, LocalEntryNotFoundError) is not None:
        fault = "is not whole in the Hub's cache, and the Hub cannot be reached."
        return UnreachableError(repo_id, fault, "Check the connection, or unset HF_HUB_OFFLINE.")
    if lost is not None:
        fault = f"the connection was lost or could not be made: {_words(lost, token)}."
        return UnreachableError(repo_id, fault, _RESUME)
    if isinstance(error, UNREADABLE):
        said = _words(f"{type(error).__name__}: {error}", token)
        return VsiError(
            repo_id, f"what answers for the Hub does not answer as the Hub does ({said}).", _PROXY
        )
    return None


def _status(error: BaseException) -> int | None:
    """What the Hub, or the storage that it sends the client to, answered, where that is the fault."""
    answer = _cause(error, HfHubHTTPError)
    if answer is not None and answer.response is not None:
        return int(answer.response.status_code)
    stored = _XET_STATUS.search(str(_cause(error, ConnectionError) or ""))
    return int(stored[1]) if stored else None


def _lost(error: BaseException) -> BaseException | None:
    """A lost connection in an error's chain of causes: the client has errors of its own, its Xet Python's."""
    return (
        _cause(error, httpx2.TransportError) or _cause(error, ConnectionError) or _cause(error, TimeoutError)
    )


def _cause(error: BaseException | None, kind: type[Answer]) -> Answer | None:
    """The first of a kind in an error's chain of causes: the client wraps those of its upload threads."""
    while error is not None and not isinstance(error, kind):
        error = error.__cause__
    return error


def _words(said: object, token: str | None) -> str:
    """What a server says, in one short line, without a full stop, and without the token if it repeats it."""
    text = without_secrets(" ".join(printable(str(said)).split()).rstrip("."), token)
    return text if len(text) <= _LONGEST_ANSWER else f"{text[:_LONGEST_ANSWER]}…"
