"""Read the audit in a build's folder, and identify the questions that it is about."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson
from pydantic import BaseModel, ConfigDict, ValidationError

from vsidata.dataset.manifest_form import ShardEntry
from vsidata.errors import VsiError
from vsidata.files.safe_files import read_regular

AUDIT = "audit.json"


class _AuditPart(BaseModel):
    model_config = ConfigDict(strict=True, allow_inf_nan=False)


class _Score(_AuditPart):
    score: float


class _Macro(_AuditPart):
    constant_in_sample: _Score | None = None
    constant: _Score | None = None
    forest: _Score | None = None


class _Scores(_AuditPart):
    macro: _Macro = _Macro()


class _AuditForm(_AuditPart):
    """The part of an audit that a card reads. The pages of the report show the rest."""

    qa: dict[str, str]
    scores: _Scores


def audited_checksums(files: Mapping[str, ShardEntry]) -> dict[str, str]:
    """The checksums of the shards of questions in a manifest's `files`.

    An audit stores them. They show whether it is about the current questions of a build.
    """
    return {path: shard.sha256 for path, shard in files.items() if path.startswith("qa/")}


def read_audit(build: Path) -> dict[str, Any] | None:
    """The result of `vsidata audit`; None if it was not run.

    Raises:
        VsiError: the file cannot be read, or is not an audit.
    """
    path = build / AUDIT
    if not path.exists():
        return None
    remedy = "Run `vsidata audit` again, or remove the file."
    try:
        found = orjson.loads(read_regular(path))
        _AuditForm.model_validate(found)
    except ValidationError as error:
        raise VsiError(path, "is not an output of `vsidata audit`.", remedy) from error
    except OSError as error:
        raise VsiError(path, f"cannot be read: {error.strerror}.", remedy) from error
    except ValueError as error:
        raise VsiError(path, f"cannot be read: {error}.", remedy) from error
    content: dict[str, Any] = found
    return content
