"""Merge the result files of the scans into a build: tables, manifest, card, list of failures.

Scenes are merged one after another, in the order of their names. Files get their final names only when all
are written, and the manifest is written last. So a build is complete if the checksums in its manifest are
right.
"""

import gc
import hashlib
import shutil
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import orjson

from vsidata.dataset.build import Build
from vsidata.dataset.card import card
from vsidata.dataset.frames_file import embedded, is_heavy, read_frames
from vsidata.dataset.manifest import manifest_bytes, read_manifest
from vsidata.dataset.manifest_form import FORMAT_VERSION, Manifest
from vsidata.dataset.results import Head, failure_of, read_head, read_rows, result_path
from vsidata.dataset.room_areas import ratios
from vsidata.dataset.shards import Shard, ShardWriter
from vsidata.dataset.tables import TABLES, is_shard, tables_of_build
from vsidata.dataset.whole_result import whole_head
from vsidata.errors import ScanError, VsiError
from vsidata.files.atomic import write_whole
from vsidata.files.safe_files import (
    LARGEST_TABLE,
    UNFINISHED,
    is_private_name,
    open_regular,
    private_name,
    read_regular,
)
from vsidata.rules.balance import BalanceRules
from vsidata.selection.balance import Answer, balance, tallies

_SHARDS = "shards"
"""First part of the private name of the folder of unfinished shards."""


@dataclass(frozen=True)
class Summary:
    """A written build.

    Attributes:
        out: its folder.
        manifest: its manifest.
        failures: the skipped scans, each with `scene_name`, `file`, `fault` and `remedy`.
        untouched: True if the build was complete before and nothing was written.
    """

    out: Path
    manifest: Manifest
    failures: list[dict[str, str]]
    untouched: bool = False

    @property
    def build(self) -> Build:
        """The opened build."""
        return Build(self.out, self.manifest)


def merge(out: Path, results: Path, recipe: Mapping[str, Any], split_of: Mapping[str, str]) -> Summary:
    """Write all files of a build except its log.

    Args:
        out: the build's folder.
        results: the folder of result files below it.
        recipe: everything that determines the build; the first part of the manifest.
        split_of: the split of each scene.
    """
    with _no_search_for_cycles():
        return _merge(out, results, recipe, split_of)


@contextmanager
def _no_search_for_cycles() -> Iterator[None]:
    """Switch off the search for reference cycles. JSON has none, and the search takes 40 % of the merge."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _merge(out: Path, results: Path, recipe: Mapping[str, Any], split_of: Mapping[str, str]) -> Summary:
    _remove_litter(out, results)
    fingerprint = _fingerprint(results, recipe, split_of)
    unbalanced, balances = _balance(results, recipe, split_of)
    tables = tables_of_build(recipe["options"].get("named_frames", False))
    writers: dict[str, dict[str, ShardWriter]] = {}
    datasets: Counter[str] = Counter()
    frames: Counter[str] = Counter()
    questions: dict[str, Counter[str]] = {}
    drops: dict[str, Counter[str]] = {}
    inputs: dict[str, str] = {}
    areas: list[dict[str, float | None]] = []
    failures: list[dict[str, str]] = []
    with _scratch(results.parent) as scratch, _abandoned_on_failure(writers):
        for name in sorted(split_of):
            path = result_path(results, name)
            head = whole_head(results, name)
            if head is None:
                fault = "is missing, cut short or damaged, or the file with its frames is."
                lost = ScanError(path, fault, "Run the same command again to read the scan again.")
                head = Head(failure=failure_of(name, lost))
            if head.failure is not None:
                failures.append(head.failure)
                continue
            split = split_of[name]
            if split not in writers:
                writers[split] = {table.name: ShardWriter(table, split, scratch) for table in tables}
                questions[split] = Counter()
            scene, candidates = read_rows(path)
            asked = [row for row in candidates if row["id"] not in unbalanced]
            datasets[scene["dataset"]] += 1
            if scene["room_areas"]:
                areas.append(scene["room_areas"])
            writers[split]["qa"].add(asked)
            writers[split]["scenes"].add([scene | {"split": split}])
            if head.frames:
                shown = read_frames(results, name)
                writers[split]["frames"].add_group(shown)
                if recipe["options"]["embed"] and asked:
                    inside = writers[split]["embedded"]
                    inside.add_group(embedded(asked, shown, inside.table.schema))
                    frames["scenes heavy to read embedded"] += is_heavy(len(asked), shown)
            frames["pictures"] += head.frames
            frames["scenes with frames"] += head.frames > 0
            frames["scenes without"] += head.frames == 0
            if 0 < head.frames < recipe["options"]["frames"]:
                frames["scenes with fewer frames"] += 1
            frames["scenes asked only what is seen"] += head.seen
            questions[split].update(row["topic"] for row in asked)
            for topic, reason, count in head.drops:
                drops.setdefault(topic, Counter())[reason] += count
            for row in candidates:
                if unbalance := unbalanced.get(row["id"]):
                    drops.setdefault(row["topic"], Counter())[unbalance] += 1
            inputs[name] = head.inputs
        # From here on, the folder is not a complete build until it has a manifest again.
        (out / "manifest.json").unlink(missing_ok=True)
        _merged(results).unlink(missing_ok=True)
        shards = [
            shard
            for split in sorted(writers)
            for writer in writers[split].values()
            for shard in writer.finish(out)
        ]
    _remove_others(out, shards)
    entries = {
        "format_version": FORMAT_VERSION,
        **recipe,
        "scenes": {split: writers[split]["scenes"].rows for split in sorted(writers)},
        "datasets": dict(sorted(datasets.items())),
        "frames": dict(frames) if recipe["options"]["frames"] else {},
        "set_aside": len(failures),
        "questions": {split: dict(sorted(questions[split].items())) for split in sorted(questions)},
        "drops": {topic: dict(sorted(drops[topic].items())) for topic in sorted(drops)},
        "balance": balances,
        "room_area_ratios": ratios(areas, recipe["rules"]["resolved"]["measurement"]["room_area"]["method"]),
        "files": {shard.path: {k: v for k, v in asdict(shard).items() if k != "path"} for shard in shards},
        "inputs": inputs,
    }
    manifest = Manifest.model_validate(
        orjson.loads(orjson.dumps(entries))
    )  # plain data, the same as after reading
    lines = (orjson.dumps(failure, option=orjson.OPT_APPEND_NEWLINE) for failure in failures)
    write_whole(out / "failures.jsonl", lines)
    write_whole(out / "README.md", [card(manifest).encode()])
    write_whole(out / "manifest.json", [manifest_bytes(manifest)])
    write_whole(_merged(results), [_mark(fingerprint, out)])
    return Summary(out, manifest, failures)


@contextmanager
def _scratch(work: Path) -> Iterator[Path]:
    """A folder for unfinished shards."""
    folder = work / private_name(_SHARDS)
    folder.mkdir()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _abandoned_on_failure(writers: Mapping[str, Mapping[str, ShardWriter]]) -> Iterator[None]:
    try:
        yield
    except BaseException:
        for tables in writers.values():
            for writer in tables.values():
                writer.abandon()
        raise


def _balance(
    results: Path, recipe: Mapping[str, Any], split_of: Mapping[str, str]
) -> tuple[dict[str, str], dict[str, Any]]:
    """Choose the questions to leave out for balance.

    This reads the results once before the merge, and keeps only the answer of each question in memory.

    Returns:
        The reason for each question left out, by its id; and the numbers before and after, by split.
    """
    stated = recipe["rules"]["resolved"]["balance"]
    if stated is None:
        return {}, {}
    rules, seed = BalanceRules.model_validate(stated), recipe["options"]["seed"]
    topics = recipe["topics"]
    unbalanced: dict[str, str] = {}
    balances: dict[str, Any] = {}
    for split in sorted(set(split_of.values())):
        answers = []
        for name in (name for name in sorted(split_of) if split_of[name] == split):
            path = result_path(results, name)
            if (head := whole_head(results, name)) and head.failure is None:
                answers += [Answer.of(row, topics[row["topic"]]["thinned"]) for row in read_rows(path)[1]]
        left_out = balance(answers, rules, seed)
        balances[split] = tallies(answers, left_out, rules)
        unbalanced |= left_out
    return unbalanced, balances


def read_summary(
    out: Path, results: Path, recipe: Mapping[str, Any], split_of: Mapping[str, str]
) -> Summary | None:
    """The build in a folder; None if it is incomplete or was not merged from the current results.

    Complete means that manifest, list of failures and shards have the bytes that the merge wrote.

    Args:
        out, results, recipe, split_of: as for `merge`.
    """
    try:
        if read_regular(_merged(results)) != _mark(_fingerprint(results, recipe, split_of), out):
            return None
        manifest = read_manifest(out)
        failures = [orjson.loads(line) for line in read_regular(out / "failures.jsonl").splitlines()]
        whole = all(_sha256(out / path) == shard.sha256 for path, shard in manifest.files.items())
        whole &= (out / "README.md").is_file()
    except (OSError, ValueError, VsiError):
        return None
    return Summary(out, manifest, failures, untouched=True) if whole else None


def _merged(results: Path) -> Path:
    """The file with the mark of the merged results."""
    return results.parent / "merged"


def _fingerprint(results: Path, recipe: Mapping[str, Any], split_of: Mapping[str, str]) -> str:
    """A digest of everything that a merge depends on: recipe, splits, and the head of each result.

    A head contains the name, size and time of every input file. So the digest differs after a scan was read
    again.
    """
    total = hashlib.sha256(orjson.dumps(recipe, option=orjson.OPT_SORT_KEYS))
    for name, split in sorted(split_of.items()):
        head = read_head(result_path(results, name))
        total.update(orjson.dumps((name, split, head), option=orjson.OPT_APPEND_NEWLINE))
    return total.hexdigest()


def _remove_others(out: Path, shards: Iterable[Shard]) -> None:
    """Remove shards of an earlier merge with another number of shards."""
    ours = {shard.path for shard in shards}
    for table in TABLES:
        for path in (out / table.name).glob("*.parquet"):
            name = path.relative_to(out).as_posix()
            if is_shard(name) and name not in ours:
                path.unlink()


def _mark(fingerprint: str, out: Path) -> bytes:
    """The digest of a merge's inputs, and the checksums of the manifest and the list of failures.

    The manifest contains the checksums of the shards. The card has no checksum, because its owner may change
    it.
    """
    texts = (_sha256(out / name) for name in ("manifest.json", "failures.jsonl"))
    return "\n".join([fingerprint, *texts]).encode()


def _remove_litter(out: Path, results: Path) -> None:
    """Remove unfinished files of killed runs: those in `.work`, and those with private names in `out`."""
    for folder in (results, results.parent):
        for path in folder.glob(f"*{UNFINISHED}"):
            if path.is_file():
                path.unlink()
            elif is_private_name(path.name, of=_SHARDS):
                shutil.rmtree(path)
    for path in out.glob(f"*{UNFINISHED}"):
        if is_private_name(path.name) and path.is_file():
            path.unlink()


def _sha256(path: Path) -> str:
    with open_regular(path, LARGEST_TABLE) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
