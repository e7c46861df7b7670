"""What a push and a check say: before anything is sent what goes up and whose it is, then what is there."""

from collections.abc import Mapping
from typing import Any

from vsidata.dataset.manifest_form import Manifest
from vsidata.dataset.origin import SCANNET_TERMS, is_free, names_in_words, owned_datasets
from vsidata.errors import VsiError
from vsidata.publish.hub.push_plan import PushPlan

_NAMED = 8  # files that a line names

_CONTENTS: Mapping[str, str] = {
    "qa": "questions with their answers and evidence, measured on the scans, in the words of their labels",
    "scenes": "labels, boxes and centroids of the scans' objects, areas and outlines of the rooms",
    "frames": "pictures from the scans' videos, with their times, cameras and the camera's path",
    "embedded": "the questions once more, with these pictures inside",
}


def commit_message(manifest: Manifest) -> str:
    """What it was made with, for the body of a commit's message."""
    guard = "on" if manifest.leak_guard.active else "off"
    rules, seed = manifest.rules, manifest.options.seed
    made_by = f"vsidata {manifest.versions.vsidata}"
    return f"rules {rules.name}@{rules.digest}\nseed {seed}\nleak guard {guard}\n{made_by}"


def lines_before_push(planned: PushPlan) -> list[str]:
    """What goes up, what stays home, whose it is, and who will see it."""
    manifest, release = planned.release.manifest, planned.release
    lines = [f"To {address(planned)}: {_place(planned)}.", f"{manifest.label}:"]
    for table, contents in _CONTENTS.items():
        shards = manifest.shards(table).values()
        if shards:
            rows, size = sum(shard.rows for shard in shards), sum(shard.bytes for shard in shards)
            lines.append(f"  {table}: {rows:,} rows, {size_in_words(size)}: {contents}.")
    texts = [path for path in release.entries if path not in manifest.files]
    lines.append(f"  {', '.join(texts)}: the card, and rules, seed, counts and checksums.")
    if release.left_home:
        lines.append(f"Not published:  {', '.join(release.left_home)}.")
    lines.append(_terms_line(planned))
    if not manifest.leak_guard.active:
        lines.append("Its leak guard was off: it may hold rooms that benchmarks show. The card says so.")
    if planned.unseen is not None:
        lines.append(f"It is not known what is on the Hub: {planned.unseen.fault}")
    return [*lines, _transfer_line(planned)]


def sharing_question(planned: PushPlan) -> str:
    """What the publisher must say yes to before pictures of others' scans go up."""
    who = "those you let in" if planned.gated else "its owners" if planned.private else "anybody"
    scans = names_in_words(owned_datasets(planned.release.manifest))
    return (
        f"Pictures of {scans} would be there for {who} to download. "
        "Do you state, on the card too, that you may share them?"
    )


def lines_after_push(planned: PushPlan, commit: str) -> list[str]:
    """What is there now, and what to do next."""
    done = "Was on the Hub already, and nothing changed" if _is_there(planned) else "Published"
    branched = planned.revision != "main"
    flag, argument = (
        (f" --revision {planned.revision}", f", revision='{planned.revision}'") if branched else ("", "")
    )
    return [
        f"{done}: {address(planned)}, commit {commit[:8]}.",
        f"Next: `vsidata verify {planned.repo_id}{flag}` checks it; "
        f"load_dataset('{planned.repo_id}', 'qa'{argument}) loads it.",
    ]


def as_json(planned: PushPlan, commit: str | None) -> dict[str, Any]:
    """A push for a program; without a commit where it was not made."""
    return {
        "repo_id": planned.repo_id,
        "revision": planned.revision,
        "address": address(planned),
        "private": planned.private,
        "gated": planned.gated,
        "files": list(planned.release.entries),
        "left_home": planned.release.left_home,
        "sent": planned.change.send,
        "deleted": planned.change.delete,
        "needs_word": planned.needs_word,
        "unseen": None if planned.unseen is None else planned.unseen.fault,
        "commit": commit,
    }


def check_lines(where: str, manifest: Manifest, faults: list[VsiError]) -> list[str]:
    """What a check found."""
    if not faults:
        files = manifest.files.values()
        rows, size = sum(shard.rows for shard in files), sum(shard.bytes for shard in files)
        return [
            f"Whole: {where}, {manifest.label}.",
            f"{len(files):,} shards with {rows:,} rows and {size_in_words(size)}: their bytes, rows and "
            "columns are those of the manifest, and the card leads to them.",
        ]
    number = "One fault" if len(faults) == 1 else f"{len(faults):,} faults"
    return [*map(str, faults), f"{number} in {where}."]


def check_as_json(where: str, manifest: Manifest, faults: list[VsiError]) -> dict[str, Any]:
    """The same for a program."""
    return {
        "where": where,
        "whole": not faults,
        "title": manifest.label,
        "faults": [{"file": fault.file, "fault": fault.fault, "remedy": fault.remedy} for fault in faults],
    }


def address(planned: PushPlan) -> str:
    """Where a person looks at it."""
    branch = "" if planned.revision == "main" else f"/tree/{planned.revision}"
    return f"{planned.endpoint}/datasets/{planned.repo_id}{branch}"


def _place(planned: PushPlan) -> str:
    seen_by = "private" if planned.private else "public"
    gate = ", access by request" if planned.gated else ""
    if planned.unseen is not None:
        return f"a dataset, {seen_by}{gate} if it is new"
    if planned.remote is None:
        return f"a new dataset, {seen_by}{gate}"
    new = "" if planned.remote.branched else f", a new branch {planned.revision}"
    return f"a dataset that is there, {seen_by}{gate}{new}"


def _terms_line(planned: PushPlan) -> str:
    manifest = planned.release.manifest
    if is_free(manifest):
        return "None of it derives from ScanNet or other scans: the rooms are synthetic, and free."
    pictures = "pictures, " if planned.needs_word else ""
    if owned_datasets(manifest) == ["scannet"]:
        return (
            f"It derives from ScanNet ({pictures}labels, boxes, and what was measured on the meshes) and "
            f"stays under its Terms of Use: research without commercial use ({SCANNET_TERMS})."
        )
    return (
        f"It derives from {names_in_words(owned_datasets(manifest))} ({pictures}labels, boxes, and what "
        "was measured on the scans) and stays under the terms of its makers."
    )


def _transfer_line(planned: PushPlan) -> str:
    """What is sent and deleted."""
    entries, change = planned.release.entries, planned.change
    size = sum(entries[path].bytes for path in change.send)
    same = len(entries) - len(change.send)
    most = "To send, at most" if planned.unseen is not None else "To send"
    words = f"{most}: {len(change.send):,} files, {size_in_words(size)}" if change.send else "Nothing to send"
    words += f"; there already: {same:,}" if same else ""
    if change.delete:
        more = f" and {len(change.delete) - _NAMED:,} more" if len(change.delete) > _NAMED else ""
        words += f"; to delete there: {', '.join(change.delete[:_NAMED])}{more} (its history keeps them)"
    return f"{words}."


def _is_there(planned: PushPlan) -> bool:
    return (
        planned.remote is not None
        and planned.remote.branched
        and not any((planned.change.send, planned.change.delete))
    )


def size_in_words(size: int) -> str:
    """A size as a person says it."""
    for unit, scale in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if size >= scale:
            return f"{size / scale:.1f} {unit}"
    return f"{size} bytes"
