"""The audit that lies in a build: whether it is there, and of the questions that are there now."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson

from vsidata.errors import VsiError

AUDIT = "audit.json"


def audited(files: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """What tells whose audit it is: the checksums of the shards of questions, of a manifest's `files`."""
    return {path: shard["sha256"] for path, shard in files.items() if path.startswith("qa/")}


def read_audit(build: Path) -> dict[str, Any] | None:
    """What `vsidata audit` found; None where it was not run.

    Raises:
        VsiError: the file is no audit.
    """
    path = build / AUDIT
    if not path.is_file():
        return None
    remedy = "Run `vsidata audit` again, or remove it."
    try:
        found = orjson.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise VsiError(path, f"cannot be read: {error}.", remedy) from error
    if not isinstance(found, dict) or not {"qa", "scores"} <= found.keys():
        raise VsiError(path, "is not what `vsidata audit` writes.", remedy)
    return found
