"""Under whose terms an export stands: those of the scans that the build shows."""

from collections.abc import Mapping
from pathlib import Path

import orjson

_SCANNET = "https://kaldir.vc.in.tum.de/scannet/ScanNet_TOS.pdf"
_TERMS: Mapping[str, str] = {
    "scannet": "It holds frames of ScanNet and stays under its terms of use: research without commercial "
    f"use, by those who have signed them; not to be published ({_SCANNET}).",
    "synthetic": "It shows synthetic rooms, which belong to nobody: Apache License 2.0.",
}
_OF_OTHERS = "It holds frames of others' scans and stays under the terms of their makers."


def terms(build: Path) -> str:
    """One sentence, by the dataset that the build's manifest names."""
    try:
        dataset = orjson.loads((build / "manifest.json").read_bytes())["options"]["dataset"]
    except (OSError, ValueError, KeyError):
        return _OF_OTHERS
    return _TERMS.get(dataset, _OF_OTHERS)
