"""The terms of use of an export: those of the scans in the build."""

from vsidata.dataset.manifest_form import Manifest
from vsidata.dataset.origin import SCANNET_TERMS, is_free, owned_datasets

_FREE = "It shows synthetic rooms, which have no owner: Apache License 2.0."
_OF_SCANNET = (
    "It contains frames of ScanNet, and ScanNet's terms of use apply: research without commercial "
    f"use, by users who have signed them; do not publish it ({SCANNET_TERMS})."
)
_OF_OTHERS = "It contains frames of others' scans, and the terms of their makers apply."


def terms(manifest: Manifest) -> str:
    """One or two sentences for the datasets in the manifest."""
    if is_free(manifest):
        return _FREE
    owners = owned_datasets(manifest)
    parts = [_OF_SCANNET] if "scannet" in owners else []
    return " ".join([*parts, _OF_OTHERS] if owners != ["scannet"] else parts)
