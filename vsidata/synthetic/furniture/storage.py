"""Cabinets, shelves, boxes and bins."""

import numpy as np

from vsidata.synthetic.decks import SHELF_BOARD, shelf_levels
from vsidata.synthetic.furniture.pieces import body, fronts, legs, sides
from vsidata.synthetic.furniture.shapes import shape
from vsidata.synthetic.parts import Part, box, lathe, moved, ring


@shape("cabinet")
def _cabinet(w: float, d: float, h: float) -> list[Part]:
    return [body(w, d, 0, h), *fronts(w, d, 0.06 * h, h - 0.02, max(1, round(w / 0.5)), 1)]


@shape("wardrobe")
def _wardrobe(w: float, d: float, h: float) -> list[Part]:
    return [
        body(w, d, 0.04, h - 0.03),
        body(0.96 * w, 0.9 * d, 0, 0.06, "shade"),
        box(-w / 2 - 0.02, w / 2 + 0.02, -d / 2, d / 2 + 0.03, h - 0.05, h, "shade"),
        *fronts(w, d, 0.08, h - 0.08, max(2, round(w / 0.55)), 1),
    ]


@shape("drawers", "nightstand")
def _drawers(w: float, d: float, h: float) -> list[Part]:
    rows = max(2, round(h / 0.24))
    return [
        *legs(0.95 * w, 0.95 * d, 0.08, 0.04),
        body(w, d, 0.06, h - 0.02),
        box(-w / 2 - 0.01, w / 2 + 0.01, -d / 2, d / 2 + 0.03, h - 0.025, h, "shade"),
        *fronts(w, d, 0.09, h - 0.03, 2 if w > 1.0 else 1, rows),
    ]


@shape("bookshelf")
def _bookshelf(w: float, d: float, h: float) -> list[Part]:
    board = SHELF_BOARD
    parts = [box(x, x + board, -d / 2, d / 2, 0, h, "shade") for x in (-w / 2, w / 2 - board)]
    parts.append(box(-w / 2, w / 2, -d / 2, -d / 2 + 0.012, 0, h, "shade"))
    parts += [body(w, d, z, z + board) for z in shelf_levels((w, d, h))]
    return parts


@shape("pigeonholes")
def _pigeonholes(w: float, d: float, h: float) -> list[Part]:
    columns, rows = max(2, round(w / 0.3)), max(2, round(h / 0.25))
    parts = [box(-w / 2, w / 2, -d / 2, -d / 2 + 0.015, 0, h, "shade")]
    parts += [body(w, d, z, z + 0.02) for z in np.linspace(0, h - 0.02, rows + 1)]
    parts += [box(x, x + 0.02, -d / 2, d / 2, 0, h) for x in np.linspace(-w / 2, w / 2 - 0.02, columns + 1)]
    return parts


@shape("tv_stand")
def _tv_stand(w: float, d: float, h: float) -> list[Part]:
    levels = [box(-w / 2, w / 2, -d / 2, d / 2, z, z + 0.03) for z in (0.05, 0.45 * h, h - 0.03)]
    ends = [box(x, x + 0.03, -d / 2, d / 2, 0, h, "shade") for x in (-w / 2, w / 2 - 0.03)]
    return [
        *levels,
        *ends,
        box(-w / 2, w / 2, -d / 2, -d / 2 + 0.015, 0.05, h, "shade"),
        box(-0.3 * w, 0.1 * w, -0.3 * d, 0.3 * d, 0.45 * h + 0.03, 0.45 * h + 0.09, "black"),
    ]


@shape("crate")
def _crate(w: float, d: float, h: float) -> list[Part]:
    wall = 0.012
    return [
        body(w, d, 0, wall),
        *sides(w, d, 0, 0.92 * h, wall),
        *sides(w + 0.02, d + 0.02, 0.88 * h, h, 0.02, "shade"),
    ]


@shape("carton")
def _carton(w: float, d: float, h: float) -> list[Part]:
    return [
        body(w, d, 0, h),
        box(-w / 2, w / 2, -0.06 * d, 0.06 * d, h, h + 0.003, "light"),
        box(-0.2 * w, 0.2 * w, d / 2, d / 2 + 0.003, 0.3 * h, 0.7 * h, "white"),
    ]


@shape("stacked_cartons")
def _stacked_cartons(w: float, d: float, h: float) -> list[Part]:
    lower = [body(w, d, 0, 0.55 * h), box(-w / 2, w / 2, -0.03, 0.03, 0.55 * h, 0.555 * h, "light")]
    return [*lower, box(-0.4 * w, 0.45 * w, -0.42 * d, 0.4 * d, 0.55 * h, h, "shade")]


@shape("basket", "bin", "bucket")
def _basket(w: float, d: float, h: float) -> list[Part]:
    inner = 0.93
    shell = lathe([(0, 0), (0.8, 0), (1.0, 1.0), (inner, 1.0), (0.75, 0.06), (0, 0.06)])
    rim = moved(ring(0.985, 0.035, "shade"), z=0.97)
    scale = np.array([w / 2, d / 2, h])
    return [Part(part.vertices * scale, part.triangles, part.tone) for part in (shell, rim)]
