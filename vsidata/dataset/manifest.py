"""The manifest of a build: the file that says what the build is and lists its shards."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson
from pydantic import ValidationError

from vsidata.dataset.manifest_form import ManifestForm
from vsidata.errors import OptionError, VsiError
from vsidata.files.safe_files import read_regular

MANIFEST = "manifest.json"
AGAIN = (
    "`vsidata verify` lists what else is wrong. Download or copy the build again; "
    "where it was built, the same build command writes it anew."
)
"""What to do about a file of a build that is missing or damaged."""

_AGAIN = "Download or copy the build again; where it was built, the same build command writes it anew."


def read_manifest(folder: Path) -> dict[str, Any]:
    """The manifest of a build. Every command that uses a manifest reads it here.

    Args:
        folder: of the build; anybody may have written it.

    Returns:
        Plain data of the form `ManifestForm`. It may hold further keys.

    Raises:
        OptionError: there is none, so this is no build.
        VsiError: it is damaged, or not what a build writes; the fault names the entry.
    """
    path = folder / MANIFEST
    try:
        manifest = orjson.loads(read_regular(path))
    except FileNotFoundError:
        raise OptionError(folder, f"holds no build: there is no {MANIFEST} in it.", "Name a build.") from None
    except OSError as error:
        raise VsiError(path, f"cannot be read: {error.strerror}.", _AGAIN) from error
    except ValueError as error:
        raise VsiError(path, f"cannot be read: {error}.", _AGAIN) from error
    try:
        ManifestForm.model_validate(manifest)
    except ValidationError as error:
        raise VsiError(path, f"is not what a build writes: {_first_fault(error)}.", _AGAIN) from error
    content: dict[str, Any] = manifest
    return content


def check_same(folder: Path, manifest: Mapping[str, Any]) -> None:
    """See that a build is still the one whose manifest was read, at the end of a command that reads it.

    A build takes its manifest away before it changes a shard, and writes it again when all are there.

    Raises:
        VsiError: it is another one, or is being written.
    """
    try:
        same = read_manifest(folder) == manifest
    except VsiError:
        same = False
    if not same:
        fault = "was written anew while it was read."
        raise VsiError(folder, fault, "Run the same command again when nothing writes to it.")


def _first_fault(error: ValidationError) -> str:
    """Where the first fault is, and what it is. Keys and values are a stranger's: they are quoted and cut."""
    first = error.errors(include_url=False, include_input=False)[0]
    where = ".".join(str(part) for part in first["loc"] if part != "[key]")
    said = " ".join(first["msg"].removeprefix("Value error, ").split())[:200]
    said = f"{said[:1].lower()}{said[1:]}"
    return f"{where!r:.100}: {said}" if where else said
