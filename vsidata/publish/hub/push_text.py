"""Texts of `vsidata push`: files and terms before an upload, the result, and the result of a check."""

from collections.abc import Mapping
from typing import Any

from vsidata.dataset.manifest_form import Manifest
from vsidata.dataset.origin import SCANNET_TERMS, is_free, names_in_words, owned_datasets
from vsidata.errors import VsiError
from vsidata.plain_text import counted
from vsidata.publish.hub.push_plan import PushPlan

_NAMED = 8  # files listed in one line

_CONTENTS: Mapping[str, str] = {
    "qa": "questions with their answers and evidence, measured on the scans, in the words of their labels",
    "scenes": "labels, boxes and centroids of the scans' objects, areas and outlines of the rooms",
    "frames": "pictures from the scans' videos, with their times, cameras and the camera's path",
    "embedded": "the questions once more, with these pictures inside",
}


def commit_message(manifest: Manifest) -> str:
    """The body of a commit's message: rule set, seed, leak guard and version."""
    guard = "on" if manifest.leak_guard.active else "off"
    rules, seed = manifest.rules, manifest.options.seed
    made_by = f"vsidata {manifest.versions.vsidata}"
    return f"rules {rules.name}@{rules.digest}\nseed {seed}\nleak guard {guard}\n{made_by}"


def lines_before_push(planned: PushPlan) -> list[str]:
    """The files that will be uploaded and those that will not, their terms, and who will see them."""
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
        lines.append(
            "Its leak guard was off, so it may contain rooms of benchmarks. The card states that, too."
        )
    if planned.unseen is not None:
        lines.append(f"The state of the Hub is unknown: {planned.unseen.fault}")
    return [*lines, _transfer_line(planned)]


def sharing_question(planned: PushPlan) -> str:
    """The question that the publisher must answer with yes before pictures of others' scans are uploaded."""
    who = "users you approve" if planned.gated else "its owners" if planned.private else "anyone"
    scans = names_in_words(owned_datasets(planned.release.manifest))
    return (
        f"Pictures of {scans} can then be downloaded by {who}. "
        "Do you confirm that you may share them? The card will state that you did."
    )


def lines_after_push(planned: PushPlan, commit: str) -> list[str]:
    """The result of a push, and the next commands."""
    done = "Already on the Hub, nothing changed" if _is_there(planned) else "Published"
    branched = planned.revision != "main"
    flag, argument = (
        (f" --revision {planned.revision}", f", revision='{planned.revision}'") if branched else ("", "")
    )
    return [
        f"{done}: {address(planned)}, commit {commit[:8]}.",
        f"Next: check it with `vsidata verify {planned.repo_id}{flag}`, or load it with "
        f"load_dataset('{planned.repo_id}', 'qa'{argument}).",
    ]


def as_json(planned: PushPlan, commit: str | None) -> dict[str, Any]:
    """A push as plain data for JSON. `commit` is None if no commit was made."""
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
    """The result of a check."""
    if not faults:
        files = manifest.files.values()
        rows, size = sum(shard.rows for shard in files), sum(shard.bytes for shard in files)
        return [
            f"OK: {where}, {manifest.label}.",
            f"Checked: shards {len(files):,}, rows {rows:,}, {size_in_words(size)}. Bytes, rows and columns "
            "are those of the manifest, and the card lists all shards.",
        ]
    number = "One fault" if len(faults) == 1 else f"{len(faults):,} faults"
    return [*map(str, faults), f"{number} in {where}."]


def check_as_json(where: str, manifest: Manifest, faults: list[VsiError]) -> dict[str, Any]:
    """The result of a check as plain data for JSON."""
    return {
        "where": where,
        "whole": not faults,
        "title": manifest.label,
        "faults": [{"file": fault.file, "fault": fault.fault, "remedy": fault.remedy} for fault in faults],
    }


def address(planned: PushPlan) -> str:
    """The address of the dataset's page."""
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
    return f"an existing dataset, {seen_by}{gate}{new}"


def _terms_line(planned: PushPlan) -> str:
    manifest = planned.release.manifest
    if is_free(manifest):
        return "Nothing is derived from ScanNet or other scans: the rooms are synthetic and free to use."
    pictures = "pictures, " if planned.needs_word else ""
    if owned_datasets(manifest) == ["scannet"]:
        return (
            f"It is derived from ScanNet ({pictures}labels, boxes, and measurements of the meshes). Its "
            f"Terms of Use apply: research without commercial use ({SCANNET_TERMS})."
        )
    return (
        f"It is derived from {names_in_words(owned_datasets(manifest))} ({pictures}labels, boxes, and "
        "measurements of the scans). The terms of their makers apply."
    )


def _transfer_line(planned: PushPlan) -> str:
    """The line about files to upload and to delete."""
    entries, change = planned.release.entries, planned.change
    size = sum(entries[path].bytes for path in change.send)
    same = len(entries) - len(change.send)
    most = "To upload, at most" if planned.unseen is not None else "To upload"
    words = (
        f"{most}: {counted(len(change.send), 'file')}, {size_in_words(size)}"
        if change.send
        else "Nothing to upload"
    )
    words += f"; already there: {same:,}" if same else ""
    if change.delete:
        more = f" and {len(change.delete) - _NAMED:,} more" if len(change.delete) > _NAMED else ""
        words += f"; to delete there: {', '.join(change.delete[:_NAMED])}{more} (the history keeps them)"
    return f"{words}."


def _is_there(planned: PushPlan) -> bool:
    return (
        planned.remote is not None
        and planned.remote.branched
        and not any((planned.change.send, planned.change.delete))
    )


def size_in_words(size: int) -> str:
    """A size with a unit."""
    for unit, scale in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if size >= scale:
            return f"{size / scale:.1f} {unit}"
    return f"{size} bytes"
