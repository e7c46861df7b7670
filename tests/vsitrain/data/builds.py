"""Small builds written by hand with the columns of the schema, that tests read and damage."""

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image

from tests.dataset.manifests import write_manifest
from vsidata.dataset import schema

DATASET = "synthetic"
NOTHING_KNOWN = {
    field.name: [] if pa.types.is_list(field.type) else None for field in schema.QA.field("evidence").type
}


def question(number: int, scene: str = "scene0000_00", **more: Any) -> dict[str, Any]:
    """A question about a number of chairs. By default, the answer is `number % 5 + 2`."""
    answer = str(number % 5 + 2)
    row = {
        "id": f"{number:016x}",
        "dataset": DATASET,
        "scene_name": scene,
        "topic": "object_counting",
        "question_type": "object_counting",
        "question": f"How many chair(s) are in room {number}?",
        "options": None,
        "ground_truth": answer,
        "answer": answer,
        "unit": None,
        "rules": "wide@12345678",
        "evidence": NOTHING_KNOWN,
        "frames": None,
    }
    return row | more


def picture(color: tuple[int, int, int], size: tuple[int, int] = (64, 48), **how: Any) -> bytes:
    """A JPEG of one colour, encoded by Pillow."""
    file = io.BytesIO()
    Image.new("RGB", size, color).save(file, "JPEG", quality=95, **how)
    return file.getvalue()


def shade(place: int) -> tuple[int, int, int]:
    """The colour of a scene's frame number `place`. Later frames are redder and less blue."""
    return 10 + 10 * place, 120, 240 - 10 * place


def footage(scene: str, frames: int = 16, size: tuple[int, int] = (64, 48), **more: Any) -> dict[str, Any]:
    """A scene's row of `frames`. The frames are half a second apart, and each has its own shade."""
    row = {
        "dataset": DATASET,
        "scene_name": scene,
        "images": [
            {"bytes": picture(shade(place), size), "path": f"{place:06d}.jpg"} for place in range(frames)
        ],
        "indices": list(range(frames)),
        "timestamps": [place / 2 for place in range(frames)],
        "timed": True,
        "fps": 2.0,
        "width": size[0],
        "height": size[1],
        "orientation": 0,
        "intrinsics": None,
        "poses": None,
        "seen": None,
        "floor_seen": None,
    }
    return row | more


def write(
    folder: Path,
    questions: Sequence[dict[str, Any]] = (),
    frames: Sequence[dict[str, Any]] = (),
    *,
    split: str = "train",
    scenes_per_group: int = 1,
) -> Path:
    """Write the tables of one split that have rows."""
    tables = {"qa": (questions, schema.QA, 5_000), "frames": (frames, schema.FRAMES, scenes_per_group)}
    for name, (rows, columns, group) in tables.items():
        if rows:
            path = folder / name / f"{split}-00000-of-00001.parquet"
            path.parent.mkdir(parents=True, exist_ok=True)
            pq.write_table(pa.Table.from_pylist(list(rows), schema=columns), path, row_group_size=group)
    return write_manifest(folder)
