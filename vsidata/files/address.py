"""Addresses to which a build can be written instead of a folder, and the local folder of such a build."""

import hashlib
import re
from pathlib import Path

from vsidata.errors import OptionError

_HUB = "hf://datasets/"
# pathlib.Path removes one of the two slashes of an address. A text with one slash counts as an address too.
_BEGINS = re.compile(r"([A-Za-z][A-Za-z0-9+-]+):/{1,2}")
# An address has no credentials (`KEY:SECRET@`), no query, which may contain credentials, and no characters
# that clients use in patterns.
_STORE = re.compile(r"(s3|gs)://[a-z0-9][a-z0-9._-]+(/(?!\.{1,2}(/|$))[\w.=+-]+)+", re.ASCII)
_ON_HUB = re.compile(_HUB + r"([\w.-]+/[\w.-]+)(?:@([\w./-]+))?", re.ASCII)


def is_address(out: str | Path) -> bool:
    """Return whether the text is an address. `./s3:/…` is a path, not an address."""
    return _BEGINS.match(str(out)) is not None


def checked(out: str | Path, named: str = "--out") -> str:
    """Return an address in its normal form.

    Args:
        out: the address that the user passed.
        named: the name of the option, for errors.

    Raises:
        OptionError: the address does not have a supported form, or contains credentials. The error does not
            contain the address.
    """
    address = _BEGINS.sub(r"\1://", str(out), count=1).rstrip("/")
    if not _STORE.fullmatch(address) and not _ON_HUB.fullmatch(address):
        remedy = (
            "Write s3://BUCKET/PATH, gs://BUCKET/PATH or hf://datasets/NAME/SET, without credentials: these "
            "are read from their usual places."
        )
        raise OptionError(named, "is neither a folder nor an address of a build.", remedy)
    return address


def work_folder(address: str) -> Path:
    """Return the default folder of a build for an address. The same address gives the same folder."""
    digest = hashlib.sha256(address.encode()).hexdigest()
    return Path("vsidata-work") / f"{address.rpartition('/')[2]}-{digest[:8]}"


def on_hub(address: str) -> tuple[str, str] | None:
    """Return the name and branch of a dataset on the Hub; None if the address is in an object store."""
    found = _ON_HUB.fullmatch(address)
    return (found[1], found[2] or "main") if found else None
