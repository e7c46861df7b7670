"""Addresses that a build can be written to in place of a folder, and the folder it is then built in."""

import hashlib
import re
from pathlib import Path

from vsidata.errors import OptionError

_HUB = "hf://datasets/"
# A Path of an address has lost one of the two slashes: it is an address all the same, and no folder `s3:`.
_BEGINS = re.compile(r"([A-Za-z][A-Za-z0-9+-]+):/{1,2}")
# Neither credentials (`KEY:SECRET@`) nor a query, which may hold some, nor what a client takes for a pattern.
_STORE = re.compile(r"(s3|gs)://[a-z0-9][a-z0-9._-]+(/(?!\.{1,2}(/|$))[\w.=+-]+)+", re.ASCII)
_ON_HUB = re.compile(_HUB + r"([\w.-]+/[\w.-]+)(?:@([\w./-]+))?", re.ASCII)


def is_address(out: str | Path) -> bool:
    """Whether this is no path: `./s3:/…` would be one."""
    return _BEGINS.match(str(out)) is not None


def checked(out: str | Path, named: str = "--out") -> str:
    """An address as it is used and remembered.

    Args:
        out: what was given.
        named: what it is called in an error.

    Raises:
        OptionError: none that is known, or one with credentials inside; neither is repeated.
    """
    address = _BEGINS.sub(r"\1://", str(out), count=1).rstrip("/")
    if not _STORE.fullmatch(address) and not _ON_HUB.fullmatch(address):
        remedy = (
            "Write s3://BUCKET/PATH, gs://BUCKET/PATH or hf://datasets/NAME/SET, without credentials: those "
            "come from their usual places."
        )
        raise OptionError(named, "is neither a folder nor an address of a build.", remedy)
    return address


def work_folder(address: str) -> Path:
    """Where a build for an address is made, unless the user names a folder: the same for the same address."""
    digest = hashlib.sha256(address.encode()).hexdigest()
    return Path("vsidata-work") / f"{address.rpartition('/')[2]}-{digest[:8]}"


def on_hub(address: str) -> tuple[str, str] | None:
    """Name and branch of a dataset on the Hub; None where the address is of an object store."""
    found = _ON_HUB.fullmatch(address)
    return (found[1], found[2] or "main") if found else None
