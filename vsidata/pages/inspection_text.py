"""The output of `vsidata inspect`: facts, a table of objects, questions, doubts."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import numpy as np
from rich.table import Table

from vsidata.dataset.browse import in_words
from vsidata.dataset.summary_text import kept_and_dropped
from vsidata.measuring.sight import Sight
from vsidata.pages.inspection import ASKED_ABOUT, Inspection
from vsidata.plain_text import counted
from vsidata.scene import Array, OrientedBox, SceneObject
from vsidata.sources.streams.frames import FrameStream
from vsidata.topics.question import Question


def fact_table(inspection: Inspection) -> Table:
    """The facts about the scan, one per row."""
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(style="bold")
    table.add_column()
    for name, value in _facts(inspection):
        table.add_row(name, value)
    return table


def _facts(inspection: Inspection) -> Iterator[tuple[str, str]]:
    scene = inspection.scene
    yield "scan", f"{scene.name} of {scene.dataset}"
    yield "rules", inspection.rules.label
    if scene.points is not None and scene.triangles is not None:
        size = " × ".join(f"{side:.2f}" for side in np.ptp(scene.points, axis=0))
        yield "mesh", f"{len(scene.points):,} vertices, {len(scene.triangles):,} triangles, {size} m"
    yield "room area", _area(inspection)
    asked = sum(not inspection.asked_about(thing).startswith("no:") for thing in scene.objects)
    yield "objects", f"{len(scene.objects):,} annotated, {asked:,} of them asked about"
    if (share := inspection.measured.unannotated_share) is not None:
        yield "unannotated", f"{share:.0%} of the vertices"
    if inspection.stream is not None:
        yield "stream", _stream(inspection.stream)
    if inspection.look is not None:
        numbers = inspection.look.shown.numbers
        floor = inspection.look.sight.floor if inspection.look.sight else None
        seen = "" if floor is None else f"; they show {floor:.0%} of the floor"
        yield "frames", f"{len(numbers)} shown, {numbers[0]} to {numbers[-1]}{seen}"


def _area(inspection: Inspection) -> str:
    measured = inspection.measured
    if inspection.scene.room_area is not None:
        return f"{inspection.scene.room_area:.1f} m², as the source states it"
    areas = sorted(measured.room_areas.items(), key=lambda entry: entry[0] != measured.room_area_method)
    return ", ".join(
        f"{'unknown' if area is None else f'{area:.1f} m²'} by {method}" for method, area in areas
    )


def _stream(stream: FrameStream) -> str:
    width, height = stream.size
    lost = int(np.count_nonzero(~stream.valid))
    without = f", {lost:,} of them without a valid pose or picture" if lost else ""
    return f"{len(stream):,} frames of {width} × {height}, {stream.fps:.1f} per second{without}"


def object_table(inspection: Inspection) -> Table:
    """A table of the annotated objects: box size, position, and whether questions are asked about them."""
    table = Table("id", "label", box=None, pad_edge=False)
    table.columns[0].justify = "right"
    measured, sight = inspection.measured_objects, inspection.measured.sight
    for title in ("l × w × h, m", "heights, m", "x", "y", *(["seen"] if sight else [])):
        table.add_column(title, justify="right", no_wrap=True)
    table.add_column("asked about")
    for thing in sorted(inspection.scene.objects, key=lambda thing: thing.instance):
        known = measured.get(thing.instance)
        word = known.category if known else thing.label
        box = known.box if known else None
        table.add_row(
            str(thing.instance),
            thing.label if word == thing.label else f"{thing.label} → {word}",
            *(_where(box) if box else ("", "", "", "")),
            *([f"{_share_seen(sight, thing):.0%}"] if sight else []),
            inspection.asked_about(thing),
        )
    return table


def _where(box: OrientedBox) -> tuple[str, ...]:
    heights = box.corners[:, 2]
    return (
        " × ".join(f"{side:.2f}" for side in sides(box)),
        f"{_metres(heights.min())}–{_metres(heights.max())}",
        *(_metres(coordinate) for coordinate in box.center[:2]),
    )


def _metres(coordinate: float) -> str:
    return f"{round(float(coordinate), 2) + 0.0:.2f}"  # minus zero is shown as 0.00, not as -0.00


def _share_seen(sight: Sight, thing: SceneObject) -> float:
    """The share of an object's surface that all picked frames show together."""
    return float(sight.surface[sight.instances == thing.instance].sum())


def sides(box: OrientedBox) -> tuple[float, float, float]:
    """Length, width and height in metres. The height is along the axis that is closest to vertical."""
    upright = int(np.abs(box.axes[:, 2]).argmax())
    width, length = sorted(np.delete(box.extents, upright).tolist())
    return length, width, float(box.extents[upright])


def topic_table(inspection: Inspection) -> Table:
    """A table with the number of questions per topic and the number of refused candidates per reason."""
    drops: dict[str, dict[str, int]] = {}
    for (topic, reason), count in sorted(inspection.drops.items()):
        drops.setdefault(topic, {})[reason] = count
    return kept_and_dropped(Counter(question.topic for question in inspection.questions), drops)


def question_in_words(inspection: Inspection, question: Question) -> str:
    """A question with its number, answer and evidence, on a few lines."""
    topic = inspection.rules.registry[question.topic]
    return f"{inspection.questions.index(question) + 1}  {in_words(asdict(question), topic)}"


def as_json(inspection: Inspection) -> dict[str, Any]:
    """The inspection as data for a program. Lengths are in metres, areas in square metres; room frame."""
    scene = inspection.scene
    return {
        "dataset": scene.dataset,
        "scene_name": scene.name,
        "rules": inspection.rules.label,
        "vertices": None if scene.points is None else len(scene.points),
        "room_area": inspection.measured.room_area,
        "room_areas": inspection.measured.room_areas,
        "unannotated_share": inspection.measured.unannotated_share,
        "stream": None if inspection.stream is None else {"frames": len(inspection.stream)},
        "shown_frames": None if inspection.look is None else inspection.look.shown.numbers.tolist(),
        "objects": [_object(inspection, thing) for thing in scene.objects],
        "questions": [asdict(question) for question in inspection.questions],
        "refused": [
            {"topic": topic, "reason": reason, "count": count}
            for (topic, reason), count in sorted(inspection.drops.items())
        ],
        "doubts": inspection.doubts,
    }


def _object(inspection: Inspection, thing: SceneObject) -> dict[str, Any]:
    known = inspection.measured_objects.get(thing.instance)
    box = known.box if known else None
    sight = inspection.measured.sight
    return {
        "instance": thing.instance,
        "label": thing.label,
        "category": known.category if known else None,
        "size": sides(box) if box else None,
        "box": _box(box) if box else None,
        "seen": None if sight is None else sight.shows(thing.instance),
        "asked_about": inspection.asked_about(thing),
    }


def _box(box: OrientedBox) -> dict[str, Array]:
    return {"center": box.center, "extents": box.extents, "axes": box.axes}


def closing_lines(inspection: Inspection) -> list[str]:
    """The meaning of the marks in the table of objects, and the doubts."""
    used = {inspection.asked_about(thing) for thing in inspection.scene.objects}
    marks = [f"{mark} – {meaning}." for mark, meaning in ASKED_ABOUT.items() if meaning and mark in used]
    return [*marks, *(f"Doubtful: {doubt}" for doubt in inspection.doubts)]


def next_line(inspection: Inspection) -> str:
    """The next step."""
    return (
        f"Next: add --all-questions to print {counted(len(inspection.questions), 'question')}, or "
        "--question N --png FILE to draw the evidence for an answer."
    )
