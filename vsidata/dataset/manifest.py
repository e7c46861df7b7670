"""Read and write the manifest, which describes a build and lists its shards."""

from pathlib import Path
from typing import Any

import orjson
from pydantic import ValidationError

from vsidata.dataset.manifest_form import FORMAT_VERSION, Manifest
from vsidata.errors import BuildError, OptionError, VsiError
from vsidata.files.safe_files import read_regular

MANIFEST = "manifest.json"
AGAIN = (
    "Run `vsidata verify` to list all faults. Download or copy the build again, or run the build command "
    "again where it was built."
)
"""The remedy for a file of a build that is missing or damaged."""

_AGAIN = "Download or copy the build again, or run the build command again where it was built."


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a build. All readers and writers of builds use this function.

    Args:
        folder: the folder of the build. Its files may be from an unknown user, so they are checked.

    Raises:
        OptionError: it has no manifest, so it is not a build.
        BuildError: the manifest is damaged, has a wrong entry (the fault names it), or has a later format
            than this release reads.
    """
    path = folder / MANIFEST
    try:
        plain = orjson.loads(read_regular(path))
    except FileNotFoundError:
        fault = f"is not a build: it has no {MANIFEST}."
        raise OptionError(folder, fault, "Pass the folder of a build.") from None
    except OSError as error:
        raise BuildError(path, f"cannot be read: {error.strerror}.", _AGAIN) from error
    except ValueError as error:
        raise BuildError(path, f"cannot be read: {error}.", _AGAIN) from error
    _refuse_later_format(path, plain)
    try:
        return Manifest.model_validate(plain)
    except ValidationError as error:
        raise BuildError(path, f"has a wrong entry: {_first_fault(error)}.", _AGAIN) from error


def manifest_bytes(manifest: Manifest) -> bytes:
    """The content of the file."""
    return orjson.dumps(manifest.plain(), option=orjson.OPT_INDENT_2) + b"\n"


def check_unchanged(folder: Path, manifest: Manifest) -> None:
    """Check, at the end of a command that reads a build, that its manifest has not changed.

    A build removes its manifest before it changes a shard, and writes it again when all shards are there.

    Raises:
        BuildError: the folder contains another build now, or a build is being written there.
    """
    try:
        same = read_manifest(folder) == manifest
    except VsiError:
        same = False
    if not same:
        fault = "was written again while it was read."
        raise BuildError(folder, fault, "Run the same command again when no other program writes to it.")


def _refuse_later_format(path: Path, plain: Any) -> None:
    version = plain.get("format_version") if isinstance(plain, dict) else None
    if isinstance(version, int) and version > FORMAT_VERSION:
        fault = (
            f"has format version {version}; this release of vsidata reads versions up to {FORMAT_VERSION}."
        )
        raise BuildError(path, fault, "Install a later release of vsidata: pip install --upgrade vsi100k.")


def _first_fault(error: ValidationError) -> str:
    """The place and text of the first fault. Keys and values may be hostile, so they are quoted and cut."""
    first = error.errors(include_url=False, include_input=False)[0]
    where = ".".join(str(part) for part in first["loc"] if part != "[key]")
    said = " ".join(first["msg"].removeprefix("Value error, ").split())[:200]
    said = f"{said[:1].lower()}{said[1:]}"
    return f"{where!r:.100}: {said}" if where else said
