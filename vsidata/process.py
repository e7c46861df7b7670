"""One scan through all of it: read, measured, asked, written. What a worker runs, and all that it imports."""

import traceback
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vsidata.dataset import results
from vsidata.errors import ScanError
from vsidata.measure import MeasuredScene, measure
from vsidata.questions.rules import RuleSet
from vsidata.questions.topics import ask
from vsidata.scene import Scene
from vsidata.sources.registry import Source


@dataclass(frozen=True)
class Job:
    """What is the same for every scene of a build; it travels to each worker once."""

    source: Source
    rules: RuleSet
    seed: int
    topics: tuple[str, ...]
    folder: Path


def process_scene(job: Job, name: str) -> None:
    """One scan through all of it, into a result file. A fault in its data ends the scan, never the build.

    Raises:
        OSError: the result cannot be written.
    """
    rows: list[Any] = []
    try:
        stamp = results.stamp(job.source.files(name))
        scene = job.source.load(name)
        measured = measure(scene, job.rules.measurement, job.rules.vocabulary, job.seed)
        questions, drops = ask(measured, job.rules, job.seed, job.topics)
        head = results.Head(
            stamp=stamp,
            inputs=results.digest(job.source.files(name)),
            drops=[(topic, reason, count) for (topic, reason), count in sorted(drops.items())],
        )
        rows = [_scene_row(scene, measured), *questions]
    except ScanError as error:
        head = results.Head(failure=results.failure_of(name, error))
    except Exception as error:
        fault = f"an unforeseen {type(error).__name__}: {' '.join(str(error).split())}."
        remedy = "This is a defect of vsidata: please report it with what build.log says on this scan."
        failure = results.failure_of(name, ScanError(name, fault, remedy))
        head = results.Head(failure=failure, trace=traceback.format_exc())
    results.write_result(results.result_path(job.folder, name), head, rows)


def _scene_row(scene: Scene, measured: MeasuredScene) -> results.Row:
    """A row of `vsidata.dataset.schema.SCENES`, its split aside: the objects as the questions saw them."""
    stated = scene.room_area is not None
    seen = {thing.instance: thing for thing in measured.objects}
    return {
        "dataset": scene.dataset,
        "scene_name": scene.name,
        "room_area": measured.room_area,
        "room_area_method": "stated" if stated else measured.room_area_method,
        "room_areas": None if stated else measured.room_areas,
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
