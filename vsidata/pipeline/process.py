"""Processes a scan: reads and measures it, makes its questions, writes the result.

Workers run only this module.
"""

import hashlib
import traceback
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# The geometry would load these modules at their first use. Here they are loaded once, before workers are
# forked.
import scipy.ndimage
import scipy.optimize
import scipy.sparse.csgraph
import scipy.spatial  # noqa: F401

from vsidata.dataset import results
from vsidata.dataset.frames_file import check_embeddable, packed_frames, write_frames
from vsidata.errors import ScanError
from vsidata.measuring.measure import MeasuredScene, measure
from vsidata.measuring.posed import PosedFrames
from vsidata.measuring.sight import Sight, Timeline
from vsidata.scene import Scene
from vsidata.sources.registry import Source
from vsidata.sources.streams.frames import FrameStream
from vsidata.sources.streams.shown import Framing, ShownFrames, show
from vsidata.topics.ask import ask
from vsidata.topics.rule_set import RuleSet


@dataclass(frozen=True)
class Job:
    """The settings of a build that all its scenes share. They are sent to each worker once."""

    source: Source
    rules: RuleSet
    seed: int
    topics: tuple[str, ...]
    folder: Path
    framing: Framing
    visibility: bool
    embed: bool


@dataclass(frozen=True)
class StreamView:
    """The frames of a scan, and what they show.

    Attributes:
        shown: the frames to write to the dataset.
        sight: visibility in these frames, by which questions are left out; None if not requested or unknown.
        timeline: visibility over time; None if no topic needs it or it is unknown.
        posed: these frames with their cameras; None if no topic needs them or they are unknown.
    """

    shown: ShownFrames
    sight: Sight | None
    timeline: Timeline | None
    posed: PosedFrames | None


def input_stamps(source: Source, name: str, with_frames: bool) -> dict[str, Any]:
    """Return the stamps of all files on which a scan's result depends, by their names in `Head`."""
    return {
        "stamp": results.stamp(source.files(name)),
        "stream_stamp": results.stamp(source.stream_files(name)) if with_frames else [],
    }


def is_unchanged(head: results.Head, source: Source, name: str, with_frames: bool) -> bool:
    """Return whether the files of a scan are those from which its result was made.

    If only the change time (ctime) differs, as after a copy or `chmod`, the content of the scan's files is
    compared. A stream is too large for this comparison and counts as changed.

    Raises:
        ScanError, OSError: the files cannot be found or read.
    """
    now = input_stamps(source, name, with_frames)
    if now["stream_stamp"] != head.stream_stamp:
        return False
    if now["stamp"] == head.stamp:
        return True
    same = results.differ_in_ctime_alone(head.stamp, now["stamp"])
    return same and results.digest(source.files(name)) == head.content


def process_scene(job: Job, name: str) -> None:
    """Process one scan into a result file. A fault in its data ends the scan, never the build.

    Raises:
        OSError: the result cannot be written.
    """
    rows: list[Any] = []
    frames: memoryview | None = None
    try:
        stamps = input_stamps(job.source, name, bool(job.framing.count))
        scene = job.source.load(name)
        stream = job.source.stream(name, job.framing.quality) if job.framing.count else None
        look = (
            None
            if stream is None
            else view_stream(stream, scene, job.rules, job.topics, job.framing, job.visibility)
        )
        measured = measure(
            scene,
            job.rules.measurement,
            job.rules.vocabulary,
            job.seed,
            sight=look.sight if look else None,
            timeline=look.timeline if look else None,
            posed=look.posed if look else None,
        )
        questions, drops = ask(measured, job.rules, job.seed, job.topics)
        content = results.digest(job.source.files(name))
        if look and job.embed:
            check_embeddable(scene, look.shown, len(questions))
        if look:
            frames = packed_frames(scene, look.shown, look.sight)
        head = results.Head(
            dataset=scene.dataset,
            **stamps,
            content=content,
            inputs=_digest(content, look),
            drops=[(topic, reason, count) for (topic, reason), count in sorted(drops.items())],
            frames=len(look.shown.jpegs) if look else 0,
            frames_sha256=hashlib.sha256(frames).hexdigest() if frames is not None else "",
            seen=bool(look and look.sight),
        )
        rows = [scene_row(scene, measured) | {"room": job.source.room_of(name)}, *questions]
        if input_stamps(job.source, name, bool(job.framing.count)) != stamps:
            fault = "its files changed while they were read"
            remedy = "Run the same command again when no other program writes to them."
            raise ScanError(name, fault, remedy)
    except ScanError as error:
        head = results.Head(failure=results.failure_of(name, error))
    except OSError as error:
        head = results.Head(failure=results.failure_of(name, unreadable_file(name, error)))
    except MemoryError:
        remedy = "Run the same command again with fewer --workers."
        failure = results.failure_of(name, ScanError(name, "needs more memory than is available", remedy))
        head = results.Head(failure=failure)
    except Exception as error:
        fault = f"caused an unexpected {type(error).__name__}: {' '.join(str(error).split())}."
        remedy = "This is a defect of vsidata. Please report it with the lines about this scan in build.log."
        failure = results.failure_of(name, ScanError(name, fault, remedy))
        head = results.Head(failure=failure, trace=traceback.format_exc())
    if head.failure is not None:
        rows, frames = [], None
    result = results.result_path(job.folder, name)
    if frames is not None:
        result.unlink(missing_ok=True)  # an old result must not be combined with new frames
        write_frames(job.folder, name, frames)
    results.write_result(result, head, rows)


def unreadable_file(name: str, error: OSError) -> ScanError:
    """Return an error of the system on a scan's file as a ScanError."""
    fault = f"cannot be read: {error.strerror or error}"
    return ScanError(error.filename or name, fault, "Fix the cause, then run the same command again.")


def view_stream(
    stream: FrameStream,
    scene: Scene,
    rules: RuleSet,
    topics: Collection[str],
    framing: Framing,
    visibility: bool,
) -> StreamView:
    """Read the frames of a scan and measure their visibility.

    Args:
        stream: the stream of the scan.
        scene: the scan.
        rules: the rules for visibility and for the frame rate of the order of appearance.
        topics: the topics of the build.
        framing: number and size of the frames, at least one.
        visibility: whether to measure the visibility in the frames.

    Raises:
        ScanError: the stream cannot be used.
    """
    shown = show(stream, scene.alignment, framing)
    sight = timeline = posed = None
    rate, needs_cameras = rules.look_rate(topics), rules.needs_cameras(topics)
    if visibility or rate or needs_cameras:
        from vsidata.measuring.viewer import (
            viewer,  # imports Open3D, which takes a second and is not needed without a stream
        )

        if view := viewer(scene, stream):
            if needs_cameras:
                posed = view.posed(shown.positions, rules.visibility, shown.orientation or 0, shown.size)
            if visibility:
                sight = posed.sight if posed else view.sight(shown.positions, rules.visibility)
            timeline = view.timeline(rate) if rate else None
    return StreamView(shown, sight, timeline, posed)


def _digest(files: str, look: StreamView | None) -> str:
    return hashlib.sha256(f"{files}\n{look.shown.digest}\n".encode()).hexdigest() if look else files


def scene_row(scene: Scene, measured: MeasuredScene) -> results.Row:
    """Return a row of `vsidata.dataset.schema.SCENES` without split and room.

    Its objects are the measured objects.
    """
    stated = scene.room_area is not None
    seen = {thing.instance: thing for thing in measured.objects}
    return {
        "dataset": scene.dataset,
        "scene_name": scene.name,
        "room_area": measured.room_area,
        "room_area_method": "stated" if stated else measured.room_area_method,
        "room_areas": None if stated else measured.room_areas,
        "room_outline": measured.room_outline,
        "objects": [
            {
                "instance": thing.instance,
                "label": thing.label,
                "category": known.category if (known := seen.get(thing.instance)) else None,
                "box": {"center": box.center, "extents": box.extents, "axes": box.axes}
                if known and (box := known.box)
                else None,
                "centroid": thing.centroid,
            }
            for thing in sorted(scene.objects, key=lambda thing: thing.instance)
        ],
    }
