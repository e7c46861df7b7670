"""Under whose terms an export stands: those of the scans that the build shows."""

from pathlib import Path

import orjson

from vsidata.dataset.origin import SCANNET_TERMS, is_free, owned

_FREE = "It shows synthetic rooms, which belong to nobody: Apache License 2.0."
_OF_SCANNET = (
    "It holds frames of ScanNet and stays under its terms of use: research without commercial "
    f"use, by those who have signed them; not to be published ({SCANNET_TERMS})."
)
_OF_OTHERS = "It holds frames of others' scans and stays under the terms of their makers."


def terms(build: Path) -> str:
    """One or two sentences, by the datasets that the build's manifest names."""
    try:
        manifest = orjson.loads((build / "manifest.json").read_bytes())
        free, owners = is_free(manifest), owned(manifest)
    except (OSError, ValueError, KeyError):
        return _OF_OTHERS
    if free:
        return _FREE
    parts = [_OF_SCANNET] if "scannet" in owners else []
    return " ".join([*parts, _OF_OTHERS] if owners != ["scannet"] else parts)
