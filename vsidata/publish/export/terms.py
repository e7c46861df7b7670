"""Under whose terms an export stands: those of the scans that the build shows."""

from vsidata.dataset.manifest_form import Manifest
from vsidata.dataset.origin import SCANNET_TERMS, is_free, owned_datasets

_FREE = "It shows synthetic rooms, which belong to nobody: Apache License 2.0."
_OF_SCANNET = (
    "It holds frames of ScanNet and stays under its terms of use: research without commercial "
    f"use, by those who have signed them; not to be published ({SCANNET_TERMS})."
)
_OF_OTHERS = "It holds frames of others' scans and stays under the terms of their makers."


def terms(manifest: Manifest) -> str:
    """One or two sentences, by the datasets that the manifest names."""
    if is_free(manifest):
        return _FREE
    owners = owned_datasets(manifest)
    parts = [_OF_SCANNET] if "scannet" in owners else []
    return " ".join([*parts, _OF_OTHERS] if owners != ["scannet"] else parts)
