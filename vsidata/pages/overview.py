"""The content of a build's overview page, as plain data."""

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
    """The data of the overview page, except the list of scenes.

    Args:
        build: the build to show.
        scenes: the entries of the list of scenes.
        tallies: the counts of all answers.

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
    """The owner of the pictures in a build. None if it has no pictures, or only pictures without an owner."""
    if is_free(manifest) or not has_pictures(manifest):
        return None
    return names_in_words(owned_datasets(manifest))


def scene_line(page: Mapping[str, Any], file: str) -> Json:
    """The entry of a scene in the list of scenes, from its page."""
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
    """The skipped scans; empty if the list was not published with the build."""
    path = build / "failures.jsonl"
    if not path.exists():
        return []
    try:
        return [orjson.loads(line) for line in read_regular(path).splitlines()]
    except (OSError, ValueError) as error:
        remedy = "Run the command of the build again: it writes the list again."
        raise VsiError(path, f"cannot be read: {error}.", remedy) from error


def _audit(build: Build) -> Json | None:
    """The result of `vsidata audit` (`found`), and whether the questions have changed since (`stale`).

    None if the build was not audited.
    """
    found = read_audit(build.folder)
    return (
        None
        if found is None
        else {"found": found, "stale": found["qa"] != audited_checksums(build.manifest.files)}
    )
