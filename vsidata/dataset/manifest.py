"""The manifest of a build: the file that says what the build is and lists its shards."""

from pathlib import Path
from typing import Any

import orjson

from vsidata.errors import OptionError, VsiError

MANIFEST = "manifest.json"
AGAIN = (
    "`vsidata verify` lists what else is wrong. Download or copy the build again; "
    "where it was built, the same build command writes it anew."
)
"""What to do about a file of a build that is missing or damaged."""

_NEEDED = {"files", "questions", "scenes", "frames", "rules", "options"}


def read_manifest(folder: Path) -> dict[str, Any]:
    """The manifest of a build.

    Raises:
        OptionError: there is none, so this is no build.
        VsiError: it is damaged.
    """
    path = folder / MANIFEST
    try:
        manifest = orjson.loads(path.read_bytes())
    except FileNotFoundError:
        raise OptionError(folder, f"holds no build: there is no {MANIFEST} in it.", "Name a build.") from None
    except (OSError, ValueError) as error:
        raise VsiError(path, f"cannot be read: {error}.", AGAIN) from error
    if not isinstance(manifest, dict) or (lacking := _NEEDED - manifest.keys()):
        what = f"lacks {', '.join(sorted(lacking))}" if isinstance(manifest, dict) else "is no mapping"
        raise VsiError(path, f"{what}: it is not what a build writes.", AGAIN)
    return manifest
