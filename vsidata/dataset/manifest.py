"""The manifest's file: it says what the build is and lists its shards."""

from pathlib import Path
from typing import Any

import orjson
from pydantic import ValidationError

from vsidata.dataset.manifest_form import FORMAT_VERSION, Manifest
from vsidata.errors import BuildError, OptionError, VsiError
from vsidata.files.safe_files import read_regular

MANIFEST = "manifest.json"
AGAIN = (
    "`vsidata verify` lists what else is wrong. Download or copy the build again; "
    "where it was built, the same build command writes it anew."
)
"""What to do about a file of a build that is missing or damaged."""

_AGAIN = "Download or copy the build again; where it was built, the same build command writes it anew."


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a build. `vsidata.dataset.build.Build` reads it here, and so do its writers.

    Args:
        folder: of the build; anybody may have written it.

    Raises:
        OptionError: there is none, so this is no build.
        BuildError: it is damaged, is not what a build writes (the fault names the entry), or is of a later
            format than this release reads.
    """
    path = folder / MANIFEST
    try:
        plain = orjson.loads(read_regular(path))
    except FileNotFoundError:
        raise OptionError(folder, f"holds no build: there is no {MANIFEST} in it.", "Name a build.") from None
    except OSError as error:
        raise BuildError(path, f"cannot be read: {error.strerror}.", _AGAIN) from error
    except ValueError as error:
        raise BuildError(path, f"cannot be read: {error}.", _AGAIN) from error
    _refuse_later_format(path, plain)
    try:
        return Manifest.model_validate(plain)
    except ValidationError as error:
        raise BuildError(path, f"is not what a build writes: {_first_fault(error)}.", _AGAIN) from error


def manifest_bytes(manifest: Manifest) -> bytes:
    """The content of the file."""
    return orjson.dumps(manifest.plain(), option=orjson.OPT_INDENT_2) + b"\n"


def check_unchanged(folder: Path, manifest: Manifest) -> None:
    """See that a build is still the one whose manifest was read, at the end of a command that reads it.

    A build takes its manifest away before it changes a shard, and writes it again when all are there.

    Raises:
        BuildError: it is another one, or is being written.
    """
    try:
        same = read_manifest(folder) == manifest
    except VsiError:
        same = False
    if not same:
        fault = "was written anew while it was read."
        raise BuildError(folder, fault, "Run the same command again when nothing writes to it.")


def _refuse_later_format(path: Path, plain: Any) -> None:
    version = plain.get("format_version") if isinstance(plain, dict) else None
    if isinstance(version, int) and version > FORMAT_VERSION:
        fault = (
            f"is of format version {version}; this release of vsidata reads versions up to {FORMAT_VERSION}."
        )
        raise BuildError(path, fault, "Install a later release of vsidata: pip install --upgrade vsi100k.")


def _first_fault(error: ValidationError) -> str:
    """Where the first fault is, and what it is. Keys and values are a stranger's: they are quoted and cut."""
    first = error.errors(include_url=False, include_input=False)[0]
    where = ".".join(str(part) for part in first["loc"] if part != "[key]")
    said = " ".join(first["msg"].removeprefix("Value error, ").split())[:200]
    said = f"{said[:1].lower()}{said[1:]}"
    return f"{where!r:.100}: {said}" if where else said
