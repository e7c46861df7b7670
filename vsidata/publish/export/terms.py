"""The terms of use of an export: those of the scans in the build."""

from vsidata.dataset.manifest_form import Manifest
from vsidata.dataset.origin import SCANNET_TERMS, is_free, owned_datasets

_FREE = "It shows synthetic rooms, which have no owner. The Apache License 2.0 applies."
_OF_SCANNET = (
    f"It contains frames of ScanNet, so ScanNet's terms of use apply ({SCANNET_TERMS}). They permit research "
    "without commercial use, by users who have signed them. Do not publish it."
)
_OF_OTHERS = "It contains frames of others' scans, and the terms of their makers apply."


def terms(manifest: Manifest) -> str:
    """The terms of use for the datasets in a manifest, in a few sentences."""
    if is_free(manifest):
        return _FREE
    owners = owned_datasets(manifest)
    parts = [_OF_SCANNET] if "scannet" in owners else []
    return " ".join([*parts, _OF_OTHERS] if owners != ["scannet"] else parts)
