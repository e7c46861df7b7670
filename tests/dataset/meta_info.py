"""Files of scene meta information made by hand: the smallest input of a build."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np

LABELS = ("chair", "chair", "table", "sofa", "bed", "lamp", "door", "tv", "bookshelf", "backpack", "pillow")


def entry(seed: int, dataset: str = "made") -> dict[str, Any]:
    """A room of furniture on a grid: upright boxes, turned about z."""
    rng = np.random.default_rng(seed)
    boxes: dict[str, list[dict[str, Any]]] = {}
    cells = rng.permutation(16)
    for label, cell in zip(LABELS, cells, strict=False):
        turn = rng.uniform(0, np.pi)
        c, s = np.cos(turn), np.sin(turn)
        center = [*(np.array(divmod(int(cell), 4)) * 1.5 + rng.uniform(-0.3, 0.3, 2)), 0.5]
        boxes.setdefault(label, []).append(
            {
                "centroid": [float(x) for x in center],
                "axesLengths": rng.uniform(0.3, 0.9, 3).tolist(),
                "normalizedAxes": [c, s, 0.0, -s, c, 0.0, 0.0, 0.0, 1.0],
            }
        )
    return {
        "dataset": dataset,
        "room_size": float(rng.uniform(10, 40)),
        "object_counts": dict(Counter(LABELS)),
        "object_bbox": boxes,
    }


def write(path: Path, scenes: int, *, broken: tuple[int, ...] = ()) -> Path:
    """Write a file with `scenes` rooms. The rooms with a number in `broken` have an invalid box."""
    rooms = {f"room{number:04d}": entry(number) for number in range(scenes)}
    for number in broken:
        rooms[f"room{number:04d}"]["object_bbox"]["bed"][0]["axesLengths"] = [1.0, -1.0, 1.0]
    path.write_text(json.dumps(rooms))
    return path
