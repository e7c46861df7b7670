"""Checks whether a name can be read, from the Hub's cache on this disk or from the Hub."""

from pathlib import Path
from typing import Literal

import httpx2
from huggingface_hub import constants, get_session
from huggingface_hub.errors import HFValidationError
from huggingface_hub.file_download import repo_folder_name
from huggingface_hub.utils._validators import validate_repo_id

from vsidata.errors import OptionError, VsiError

_WAIT = 10.0  # seconds: the Hub usually answers within one


def require_reach(name: str, kind: Literal["model", "dataset"]) -> None:
    """Refuse a name that cannot be read. Otherwise, a client would try for minutes.

    Args:
        name: a name that is not a folder on this disk.
        kind: the kind of repository on the Hub.

    Raises:
        OptionError: the name is not valid on the Hub.
        VsiError: the name is not in the Hub's cache, and the Hub cannot be reached.
    """
    if name.startswith((".", "/", "~")) or not _is_valid(name):
        remedy = f"Check the path, or pass the name of a {kind} on the Hub, such as NAME/SET."
        raise OptionError(name, "is not a folder on this disk.", remedy)
    if _is_cached(name, kind):
        return
    nowhere = f"is neither a folder on this disk nor a {kind} in the Hub's cache"
    if constants.HF_HUB_OFFLINE:
        fault = f"{nowhere}, and HF_HUB_OFFLINE prevents the download."
        raise VsiError(name, fault, "Check the path, or unset HF_HUB_OFFLINE.")
    try:
        get_session().head(f"{constants.ENDPOINT}/api/{kind}s/{name}", timeout=_WAIT)
    except httpx2.TransportError as error:
        reason = " ".join(str(error).split()).rstrip(".") or type(error).__name__
        fault = f"{nowhere}, and the Hub cannot be reached: {reason}."
        raise VsiError(name, fault, "Check the path and the connection.") from None


def _is_valid(name: str) -> bool:
    try:
        validate_repo_id(name)
    except HFValidationError:
        return False
    return True


def _is_cached(name: str, kind: str) -> bool:
    """Return whether any commit of the repository was downloaded before."""
    folder = Path(constants.HF_HUB_CACHE) / repo_folder_name(repo_id=name, repo_type=kind)
    return any((folder / "snapshots").glob("*/*"))
