"""The content of a scene's page, as plain data: lengths in metres, rounded to millimetres."""

from collections.abc import Mapping
from typing import Any

from vsidata.dataset.results import Row
from vsidata.pages.evidence import Drawing, drawing
from vsidata.pages.frame_marks import asked_frames, frame_marks
from vsidata.pages.reading import SceneRecord
from vsidata.pages.rules_in_words import STATED_AREA, Resolved, margin_in_words
from vsidata.pages.thumbnails import thumbnail
from vsidata.pages.top_view import PlanObject, TopView, top_view
from vsidata.topics.explain import explain


def scene_page(
    record: SceneRecord, rules: Resolved, topics: Mapping[str, Any], *, visibility: bool
) -> dict[str, Any]:
    """Everything that the page of a scene needs.

    Args:
        record: the scene.
        rules: the resolved rules, as the manifest has them.
        topics: the description of each topic, from `vsidata.topics.described`.
        visibility: whether questions are only about what the frames show.
    """
    seen = top_view(record.scene, record.frames, rules["visibility"] if visibility else None)
    return {
        "name": record.scene["scene_name"],
        "split": record.split,
        "area": record.scene["room_area"],
        "method": record.scene["room_area_method"],
        "bounds": _rounded(seen.bounds),
        "outline": _rounded(seen.outline),
        "path": _rounded(seen.path),
        "objects": [_object(thing) for thing in seen.objects.values()],
        "frames": _frames(record.frames, seen),
        "questions": [_question(row, seen, record.frames, rules, topics) for row in record.questions],
    }


def _object(thing: PlanObject) -> dict[str, Any]:
    return {
        "instance": thing.instance,
        "label": thing.label,
        "category": thing.category,
        "footprint": _rounded(thing.footprint),
        "sides": None if thing.box is None else _rounded(sorted(thing.box.extents.tolist(), reverse=True)),
        "heights": _rounded(thing.heights),
        "seen": thing.seen,
        "frames": thing.shown_in,
    }


def _frames(row: Row | None, seen: TopView) -> list[dict[str, Any]]:
    images = [] if row is None else row["images"]
    return [
        {
            "number": frame.number,
            "seconds": _rounded(frame.seconds),
            "at": _rounded(frame.at),
            "towards": _rounded(frame.towards),
            "picture": thumbnail(image["bytes"] or b"", row["orientation"] if row else None),
        }
        for frame, image in zip(seen.frames, images, strict=True)
    ]


def _question(
    row: Row, seen: TopView, frames: Row | None, rules: Resolved, topics: Mapping[str, Any]
) -> dict[str, Any]:
    on_frames = [_plain(mark) for mark in frame_marks(row, frames)]
    return {
        "id": row["id"],
        "topic": row["topic"],
        "type": row["question_type"],
        "question": row["question"],
        "options": row["options"],
        "truth": row["ground_truth"],
        "answer": row["answer"],
        "unit": row["unit"],
        "evidence": explain(row),
        "margin": margin_in_words(row, rules, topics),
        "rule": None if seen.outline or row["evidence"]["objects"] else STATED_AREA,
        "drawing": _drawing(drawing(row, seen)),
        **({"asked": numbers} if (numbers := asked_frames(row)) else {}),
        **({"marks": on_frames} if on_frames else {}),
    }


def _drawing(shapes: Drawing) -> dict[str, Any]:
    """The shapes of a drawing by kind, without empty entries."""
    return {kind: [_plain(shape) for shape in some] for kind, some in vars(shapes).items() if some}


def _plain(shape: Any) -> dict[str, Any]:
    """The fields of a shape, without empty texts."""
    return {name: _rounded(value) for name, value in vars(shape).items() if value != ""}


def _rounded(value: Any) -> Any:
    """The same data with every number rounded to three decimals."""
    if isinstance(value, float):
        return round(value, 3) + 0.0  # minus zero is zero
    if isinstance(value, tuple | list):
        return [_rounded(one) for one in value]
    if isinstance(value, Mapping):
        return {name: _rounded(one) for name, one in value.items()}
    return value
