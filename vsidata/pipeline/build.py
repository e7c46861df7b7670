"""Runs many scans on an engine, then writes the shards.

A build writes one result file per scan to `DIR/.work/`, so that it can be resumed. Then it merges the results
in the order of the scans' names. The tables, the manifest and the card do not depend on the number of
workers, on the machine, or on when and how often the build ran.
"""

import os
import platform
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

import orjson

from vsidata import __version__
from vsidata.dataset import results
from vsidata.dataset.claim import claim_folder
from vsidata.dataset.merge import Summary, merge, read_summary
from vsidata.dataset.whole_result import whole_head
from vsidata.engines import slurm
from vsidata.engines.registry import engine_of
from vsidata.engines.settings import EngineSettings
from vsidata.engines.submission import Submission
from vsidata.errors import OptionError, ScanError
from vsidata.files.atomic import write_whole
from vsidata.files.safe_files import append
from vsidata.pipeline.options import BuildOptions
from vsidata.pipeline.process import Job, is_unchanged, process_scene
from vsidata.selection.splits import Selection, select
from vsidata.sources.registry import Source, open_source, place_of
from vsidata.sources.scannet import ScanNet
from vsidata.sources.streams.shown import Framing
from vsidata.topics.rule_set import RuleSet, load_rules

# Libraries that compute the figures. Another release of such a library may change the last digits.
_VERSIONS = ("numpy", "scipy", "opencv-python-headless", "open3d", "python-fcl", "pyarrow")

__all__ = ["BuildOptions", "Summary", "Watcher", "build"]


class Watcher:
    """Receives the progress of a build. This class does nothing. The command line draws a progress bar."""

    def start(self, selection: Selection, done: int) -> None:
        """Called before the first scan with the selection and the number of scenes that are already done."""

    def changed(self, names: Sequence[str]) -> None:
        """Called after the start with the scans that have changed since they were marked as synthetic."""

    def scene(self, name: str, seconds: float) -> None:
        """Called after each scan."""

    def retried(self, name: str, cause: str) -> None:
        """Called before `scene` if a worker process died, so that the scan was tried again."""


def build(options: BuildOptions, watcher: Watcher | None = None) -> Summary | Submission:
    """Build a dataset, or resume a build that was stopped.

    Args:
        options: the options of the build.
        watcher: receives the progress.

    Returns:
        A summary of the build, with the skipped scans. If the engine only submits jobs, the submission.

    Raises:
        VsiError: the options make no sense or differ from those of the build in the same folder, there are no
            scans, or the folder cannot be written to.
    """
    watcher = watcher or Watcher()
    run = engine_of(options.engine)
    kind, paths = place_of(
        "vsidata build", options.scannet_root, options.meta_info, options.source, options.root
    )
    source = open_source(kind, paths)
    rules = load_rules(options.rules, options.topic_file).with_more_topics(options.topics)
    rules = rules.with_caps(options.per_scene or {})
    topics = rules.chosen_topics(options.topics)
    options = options.model_copy(update={"frames": rules.frames_to_show(options.frames)})
    if not options.frames:
        _need_no_frames(options, rules)
    selection = select(
        source,
        split=options.split,
        holdout=options.holdout,
        scenes=options.scenes,
        seed=options.seed,
        allow_benchmark_scenes=options.allow_benchmark_scenes,
        forbid=options.forbid,
    )
    recipe = _recipe(options, rules, topics, kind)
    work = options.out / ".work"
    folder = work / "scenes"
    locked = partial(slurm.refuse_submitted, options.out, work)
    with claim_folder(options.out, work, recipe, overwrite=options.overwrite, locked=locked):
        todo = [name for name in sorted(selection.split_of) if not _is_done(folder, name, source, options)]
        whole_recipe = recipe | _left_out(options, selection)
        if not todo and (finished := read_summary(options.out, folder, whole_recipe, selection.split_of)):
            return finished
        watcher.start(selection, done=len(selection.split_of) - len(todo))
        if isinstance(source, ScanNet) and (changed := source.no_longer_synthetic()):
            watcher.changed(changed)
        framing = Framing(options.frames or 0, options.frame_size, options.frame_quality)
        job = Job(source, rules, options.seed, topics, folder, framing, options.visibility, options.embed)
        with _log(options.out / "build.log", options) as note:
            outcomes = run(partial(process_scene, job), todo, _engine_settings(options, work))
            if isinstance(outcomes, Submission):
                note(f"submitted as {outcomes.name}")
                return outcomes
            for outcome in outcomes:
                if outcome.died:
                    _write_death(folder, outcome.name, outcome.died)
                if outcome.died_before:
                    note(f"{outcome.name}: its worker {outcome.died_before}; tried again")
                    watcher.retried(outcome.name, outcome.died_before)
                head = results.read_head(results.result_path(folder, outcome.name))
                failure = head.failure if head else None
                note(f"{outcome.name} {outcome.seconds:.2f} s")
                if failure:
                    note(f"skipped: {results.in_brief(failure)}")
                if head and head.trace:
                    note(head.trace)
                watcher.scene(outcome.name, outcome.seconds)
            summary = merge(options.out, folder, whole_recipe, selection.split_of)
            note(f"scenes: {summary.manifest.total_scenes} used, {len(summary.failures)} skipped")
    return summary


def _engine_settings(options: BuildOptions, work: Path) -> EngineSettings:
    def finish() -> str:
        again = work.absolute() / "options.json"
        # `overwrite` is not passed on, because the last job would remove the results of the others.
        given = options.model_dump(mode="json", by_alias=True, exclude_defaults=True, exclude={"overwrite"})
        write_whole(again, [orjson.dumps(given)])
        return f"vsidata build --config {again} --engine local --workers $SLURM_CPUS_PER_TASK"

    return EngineSettings(options.out, work, options.workers, options.slurm, finish)


def _need_no_frames(options: BuildOptions, rules: RuleSet) -> None:
    if options.embed:
        fault = "needs frames for the questions, but --frames is 0."
        raise OptionError("--embed", fault, "Remove one of the two options.")
    chosen = options.topics or ()
    if films := [topic for topic in chosen if rules.look_rate([topic]) or rules.needs_cameras([topic])]:
        fault = f"has {films[0]}, which needs frames, but --frames is 0."
        raise OptionError("--topics", fault, "Remove the topic, or the option --frames.")


def _recipe(options: BuildOptions, rules: RuleSet, topics: tuple[str, ...], source: str) -> dict[str, Any]:
    """Return everything that determines the output, except the scans.

    The results contain the scans' digests.
    """
    return {
        "options": {
            "source": source,
            "split": options.split,
            "holdout": options.holdout,
            "scenes": options.scenes,
            "topics": topics,
            "per_scene": options.per_scene,
            "frames": options.frames,
            "frame_size": options.frame_size,
            "frame_quality": options.frame_quality,
            "visibility": options.visibility,
            "embed": options.embed,
            "seed": options.seed,
            "allow_benchmark_scenes": options.allow_benchmark_scenes,
            **({"named_frames": True} if rules.needs_cameras(topics) else {}),
        },
        "rules": {"name": rules.name, "digest": rules.digest, "resolved": rules.resolved}
        | ({"extends": rules.extends} if rules.extends else {}),
        "topics": rules.described,
        "versions": {"vsidata": __version__, "python": platform.python_version()}
        | {name: version(name) for name in _VERSIONS},
    }


def _left_out(options: BuildOptions, selection: Selection) -> dict[str, Any]:
    """Return the scenes that the selection left out, for the manifest. They may change if scans are added."""
    return {
        "leak_guard": {
            "active": not options.allow_benchmark_scenes,
            "forbidden_rooms": dict(selection.forbidden_rooms),
            **(
                {"unknown": {file: len(names) for file, names in selection.unknown.items()}}
                if selection.unknown
                else {}
            ),
            "refused": dict(sorted(Counter(selection.refused.values()).items())),
            "admitted": dict(sorted(Counter(selection.admitted.values()).items())),
            "not_in_list": dict(sorted(Counter(filter(None, selection.not_in_list.values())).items())),
        },
        "selection": selection.counts,
        "rooms": dict(sorted(selection.rooms.items())),
    }


def _is_done(folder: Path, name: str, source: Source, options: BuildOptions) -> bool:
    """Return whether a scan has a result from its current files.

    Return False for a skipped scan: it is tried again.
    """
    head = whole_head(folder, name)
    if head is None or head.failure is not None:
        return False
    try:
        unchanged = is_unchanged(head, source, name, bool(options.frames))
        return unchanged and head.dataset == source.dataset_of(name)
    except (ScanError, OSError):
        return False


def _write_death(folder: Path, name: str, cause: str) -> None:
    fault = f"its worker process {cause}, twice."
    remedy = "If memory ran out, use fewer --workers. Run the same command again to try these scans again."
    failure = results.failure_of(name, ScanError(name, fault, remedy))
    results.write_result(results.result_path(folder, name), results.Head(failure=failure))


@contextmanager
def _log(path: Path, options: BuildOptions) -> Iterator[Callable[[str], None]]:
    """Append to build.log.

    Only this file states the time, the machine and the number of workers of a build.
    """
    with append(path) as file:

        def note(text: str) -> None:
            file.write(f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} {text}\n".encode())
            file.flush()

        workers = f"workers: {options.workers or 'one per processor'}"
        note(f"{platform.node()}, processors: {os.cpu_count()}, {workers}")
        note(options.model_dump_json(by_alias=True, exclude_defaults=True))
        began = time.monotonic()
        yield note
        note(f"{time.monotonic() - began:.1f} s in total")
