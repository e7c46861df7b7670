"""What the overview of a build shows, as plain data."""

from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import orjson

from vsidata.dataset.audit_file import audited_checksums, read_audit
from vsidata.dataset.build import Build
from vsidata.dataset.manifest_form import Manifest
from vsidata.dataset.origin import datasets_of, is_free, names_in_words, owned_datasets
from vsidata.errors import VsiError
from vsidata.files.safe_files import read_regular
from vsidata.pages.rules_in_words import topic_rules, visibility_constants, what_differs
from vsidata.pages.tallies import Tallies
from vsidata.publish.hub.release import has_pictures
from vsidata.topics.described import described

Json = dict[str, Any]


def overview(build: Build, scenes: Iterable[Mapping[str, Any]], tallies: Tallies) -> Json:
    """All that the overview needs but for the list of scenes.

    Args:
        build: that is shown.
        scenes: their lines in the list of scenes.
        tallies: of all questions.

    Raises:
        VsiError: the list of failures or the audit is damaged.
    """
    manifest = build.manifest
    options, rules = manifest.options, manifest.rules
    return {
        "title": f"Spatial questions on {names_in_words(datasets_of(manifest))}",
        "rules": {
            "name": rules.name,
            "digest": rules.digest[:8],
            **what_differs(rules.resolved, rules.extends),
        },
        "pictures_of": pictures_of(manifest),
        "seed": options.seed,
        "version": manifest.versions.vsidata,
        "scenes": manifest.scenes,
        "frames": manifest.frames,
        "objects": sum(line["objects"] for line in scenes),
        "questions": manifest.questions,
        "drops": manifest.drops,
        "leak_guard": {
            "active": manifest.leak_guard.active,
            "refused": sum(manifest.leak_guard.refused.values()),
            "admitted": sum(manifest.leak_guard.admitted.values()),
        },
        "topics": topic_rules(rules.resolved, described(manifest)),
        "visibility": visibility_constants(rules.resolved) if options.visibility else [],
        "charts": tallies.charts(),
        "failures": _failures(build.folder),
        "audit": _audit(build),
    }


def pictures_of(manifest: Manifest) -> str | None:
    """Whose pictures a build holds; None where it holds none, or only rooms that belong to nobody."""
    if is_free(manifest) or not has_pictures(manifest):
        return None
    return names_in_words(owned_datasets(manifest))


def scene_line(page: Mapping[str, Any], file: str) -> Json:
    """A scene's line in the list of scenes, from its page."""
    return {
        "name": page["name"],
        "file": file,
        "split": page["split"],
        "area": page["area"],
        "objects": len(page["objects"]),
        "frames": len(page["frames"]),
        "questions": len(page["questions"]),
        "topics": dict(sorted(Counter(str(question["topic"]) for question in page["questions"]).items())),
    }


def _failures(build: Path) -> list[Json]:
    """The scans set aside; empty where the list was not published with the build."""
    path = build / "failures.jsonl"
    if not path.exists():
        return []
    try:
        return [orjson.loads(line) for line in read_regular(path).splitlines()]
    except (OSError, ValueError) as error:
        remedy = "Run the build's own command again: it writes the list anew."
        raise VsiError(path, f"cannot be read: {error}.", remedy) from error


def _audit(build: Build) -> Json | None:
    """What `vsidata audit` `found`, and whether it is `stale`, of other questions; None without an audit."""
    found = read_audit(build.folder)
    return (
        None
        if found is None
        else {"found": found, "stale": found["qa"] != audited_checksums(build.manifest.files)}
    )
