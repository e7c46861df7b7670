"""What an object looks like: a builder for each shape, from its size to the parts it is made of.

Own frame: x across, y deep with the front at +y, z up; the origin is the middle of the underside. `build` stretches
what a builder returns to the size asked for, so that a recipe's size is exact.
"""

from collections.abc import Callable
from itertools import product

import numpy as np
from numpy.random import Generator

from vsidata.synthetic.decks import (
    BED_HEADBOARD,
    BED_MATTRESS,
    CHAIR_BACK,
    CHAIR_SEAT,
    COUCH_ARM,
    COUCH_BACK,
    COUCH_SEAT,
    SHELF_BOARD,
    Size,
    shelf_levels,
)
from vsidata.synthetic.parts import Part, ball, box, cushion, disc, lathe, moved, ring, rod, tilted, wave

Builder = Callable[[float, float, float, Generator], list[Part]]
_BUILDERS: dict[str, Builder] = {}


def build(shape: str, size: Size, style: int) -> list[Part]:
    """The parts of an object.

    Args:
        shape: a name that the catalogue uses.
        size: its extents across, deep and high, metres.
        style: seed of what varies between objects of one shape.

    Returns:
        Parts whose common bounding box is exactly `size`, standing on z = 0, centred in x and y.
    """
    parts = _BUILDERS[shape](*size, np.random.default_rng(style))
    low = np.min([part.vertices.min(axis=0) for part in parts], axis=0)
    high = np.max([part.vertices.max(axis=0) for part in parts], axis=0)
    scale = np.array(size) / (high - low)
    foot = np.array([(low[0] + high[0]) / 2, (low[1] + high[1]) / 2, low[2]])
    return [Part((part.vertices - foot) * scale, part.triangles, part.tone) for part in parts]


def _shape(*names: str) -> Callable[[Builder], Builder]:
    def register(builder: Builder) -> Builder:
        for name in names:
            _BUILDERS[name] = builder
        return builder

    return register


def _legs(w: float, d: float, top: float, thick: float, tone: str = "shade") -> list[Part]:
    x, y = w / 2 - thick, d / 2 - thick
    return [box(sx, sx + thick, sy, sy + thick, 0, top, tone) for sx, sy in product((-w / 2, x), (-d / 2, y))]


def _knob(x: float, y: float, z: float, size: float = 0.02) -> Part:
    return box(x - size, x + size, y, y + size, z - size / 2, z + size / 2, "charcoal")


def _body(w: float, d: float, z0: float, z1: float, tone: str = "main") -> Part:
    return box(-w / 2, w / 2, -d / 2, d / 2, z0, z1, tone)


# --- seats and beds -------------------------------------------------------------------------------------------------


@_shape("chair")
def _chair(w: float, d: float, h: float, rng: Generator) -> list[Part]:
    seat, leg = CHAIR_SEAT * h, 0.04
    padded = rng.random() < 0.5
    parts = _legs(w, d, seat - 0.03, leg)
    parts += [
        box(x, x + leg, -d / 2, -d / 2 + leg, seat - 0.03, h - 0.02, "shade") for x in (-w / 2, w / 2 - leg)
    ]
    pad = cushion if padded else box
    parts.append(pad(-w / 2, w / 2, -d / 2 + 0.02, d / 2, seat - 0.05, seat))
    lean = CHAIR_BACK * d
    parts.append(pad(-w / 2 + 0.01, w / 2 - 0.01, -d / 2, -d / 2 + lean, seat + 0.35 * (h - seat), h))
    return parts


@_shape("office_chair")
def _office_chair(w: float, d: float, h: float, rng: Generator) -> list[Part]:
    seat = CHAIR_SEAT * h
    arms = rng.random() < 0.7
    parts = [rod((0, 0, 0.08), (0, 0, seat - 0.06), 0.03, "charcoal")]
    for angle in np.arange(5) * 2 * np.pi / 5 + 0.3:
        x, y = 0.46 * w * np.cos(angle), 0.46 * d * np.sin(angle)
        parts += [
            rod((0, 0, 0.10), (x, y, 0.05), 0.025, "charcoal"),
            ball((x, y, 0.03), (0.03, 0.03, 0.03), "black"),
        ]
    parts.append(cushion(-0.4 * w, 0.4 * w, -0.38 * d, 0.42 * d, seat - 0.09, seat))
    parts.append(box(-0.04, 0.04, -0.42 * d, -0.38 * d, seat - 0.05, seat + 0.2, "charcoal"))
    parts.append(cushion(-0.36 * w, 0.36 * w, -0.48 * d, -0.36 * d, seat + 0.12 * h, h))
    if arms:
        for side in (-1, 1):
            x = side * 0.44 * w
            parts.append(rod((x, -0.05, seat - 0.04), (x, -0.05, seat + 0.17), 0.018, "charcoal"))
            parts.append(box(x - 0.03, x + 0.03, -0.25 * d, 0.2 * d, seat + 0.16, seat + 0.2, "black"))
    return parts


@_shape("couch", "armchair")
def _couch(w: float, d: float, h: float, rng: Generator) -> list[Part]:
    seat, arm, back = COUCH_SEAT * h, COUCH_ARM * w, COUCH_BACK * d
    seats = max(1, round((w - 2 * arm) / 0.65))
    parts = [box(-w / 2, w / 2, -d / 2, d / 2 - 0.02, 0.06, seat - 0.12, "shade")]
    parts += [
        box(x, x + 0.05, y, y + 0.05, 0, 0.06, "walnut")
        for x, y in product((-w / 2 + 0.03, w / 2 - 0.08), (-d / 2 + 0.03, d / 2 - 0.1))
    ]
    parts.append(cushion(-w / 2, w / 2, -d / 2, -d / 2 + 0.75 * back, 0.08, h))
    for x in (-w / 2, w / 2 - arm):
        parts.append(cushion(x, x + arm, -d / 2 + 0.02, d / 2, 0.08, seat + 0.25 * (h - seat) + 0.1 * h))
    step = (w - 2 * arm) / seats
    for index in range(seats):
        x = -w / 2 + arm + index * step
        parts.append(cushion(x, x + step, -d / 2 + 0.6 * back, d / 2, seat - 0.16, seat))
        parts.append(
            cushion(x + 0.01, x + step - 0.01, -d / 2 + 0.3 * back, -d / 2 + back, seat, 0.97 * h, "light")
        )
    return parts


@_shape("bed")
def _bed(w: float, d: float, h: float, rng: Generator) -> list[Part]:
    top = BED_MATTRESS * h
    wood = ("oak", "walnut", "white", "cherry")[int(rng.integers(4))]
    parts = [
        box(-w / 2, w / 2, -d / 2, -d / 2 + BED_HEADBOARD - 0.01, 0, h, wood),
        box(-w / 2 + 0.02, w / 2 - 0.02, -d / 2 + 0.04, d / 2, 0.1, 0.55 * top, wood),
        cushion(-w / 2, w / 2, -d / 2 + BED_HEADBOARD - 0.01, d / 2, 0.5 * top, top - 0.02, "white"),
    ]
    fold = -d / 2 + 0.35 * d  # the cover leaves the pillows' end free
    parts.append(cushion(-w / 2 - 0.01, w / 2 + 0.01, fold, d / 2 + 0.01, 0.45 * top, top))
    parts += [
        box(x, x + 0.06, y, y + 0.06, 0, 0.12, wood)
        for x, y in product((-w / 2 + 0.02, w / 2 - 0.08), (-d / 2 + 0.06, d / 2 - 0.08))
    ]
    return parts


@_shape("stool")
def _stool(w: float, d: float, h: float, rng: Generator) -> list[Part]:
    parts = [disc(w / 2, d / 2, h - 0.05, h)]
    for angle in np.arange(4) * np.pi / 2 + np.pi / 4:
        x, y = np.cos(angle), np.sin(angle)
        parts.append(
            rod((0.3 * w * x, 0.3 * d * y, h - 0.04), (0.42 * w * x, 0.42 * d * y, 0), 0.018, "shade")
        )
    return parts


@_shape("ottoman")
def _ottoman(w: float, d: float, h: float, rng: Generator) -> list[Part]:
    return [
        *_legs(0.9 * w, 0.9 * d, 0.08, 0.05, "walnut"),
        _body(w, d, 0.06, 0.6 * h, "shade"),
        cushion(-w / 2, w / 2, -d / 2, d / 2, 0.5 * h, h),
    ]


@_shape("bench")
def _bench(w: float, d: float, h: float, rng: Generator) -> list[Part]:
    return [
        *_legs(w, d, h - 0.04, 0.06),
        _body(w, d, h - 0.05, h),
        box(-w / 2 + 0.05, w / 2 - 0.05, -0.02, 0.02, 0.2 * h, 0.3 * h, "shade"),
    ]


# --- tables -----------------------------------------------------------------------------------------------------------


@_shape("table")
def _table(w: float, d: float, h: float, rng: Generator) -> list[Part]:
    if max(w, d) < 1.3 * min(w, d) and rng.random() < 0.4:  # a round table on one column
        return [
            disc(w / 2, d / 2, h - 0.035, h),
            rod((0, 0, 0.03), (0, 0, h - 0.03), 0.05, "shade"),
            disc(0.3 * w, 0.3 * d, 0, 0.04, "shade", 0.8),
        ]
    apron = [
        box(-w / 2 + 0.05, w / 2 - 0.05, y, y + 0.02, h - 0.1, h - 0.03, "shade")
        for y in (-d / 2 + 0.05, d / 2 - 0.07)
    ]
    return [*_legs(w, d, h - 0.03, min(0.06, 0.1 * min(w, d))), _body(w, d, h - 0.035, h), *apron]


@_shape("low_table", "side_table")
def _low_table(w: float, d: float, h: float, rng: Generator) -> list[Part]:
    parts = [*_legs(w, d, h - 0.03, 0.045), _body(w, d, h - 0.035, h)]
    if rng.random() < 0.6:
        parts.append(
            box(-w / 2 + 0.02, w / 2 - 0.02, -d / 2 + 0.02, d / 2 - 0.02, 0.3 * h, 0.3 * h + 0.02, "shade")
        )
    return parts


@_shape("desk")
def _desk(w: float, d: float, h: float, rng: Generator) -> list[Part]:
    top = h - 0.035
    side = 1 if rng.random() < 0.5 else -1
    inner = side * (w / 2 - min(0.4, 0.35 * w))
    x0, x1 = sorted((inner, side * w / 2))
    parts = [_body(w, d, top, h), box(x0, x1, -d / 2 + 0.02, d / 2 - 0.03, 0.05, top, "shade")]
    step = (top - 0.09) / 3
    for index in range(3):
        z = 0.07 + index * step
        parts.append(box(x0 + 0.015, x1 - 0.015, d / 2 - 0.03, d / 2 - 0.012, z, z + step - 0.02))
        parts.append(_knob((x0 + x1) / 2, d / 2 - 0.014, z + 0.6 * step))
    other = -side * (w / 2)
    x0, x1 = sorted((other, other + side * 0.04))
    parts.append(box(x0, x1, -d / 2, d / 2, 0, top))
    parts.append(box(-w / 2, w / 2, -d / 2 + 0.02, -d / 2 + 0.04, 0.35 * h, top, "shade"))
    return parts


@_shape("counter")
def _counter(w: float, d: float, h: float, rng: Generator) -> list[Part]:
    slab = min(0.05, 0.3 * h)
    return [_body(w, d, 0, h - slab, "shade"), box(-w / 2, w / 2, -d / 2, d / 2, h - slab, h)]


@_shape("cart")
def _cart(w: float, d: float, h: float, rng: Generator) -> list[Part]:
    wheels = [
        ball((x, y, 0.05), (0.03, 0.05, 0.05), "black")
        for x, y in product((-0.45 * w, 0.45 * w), (-0.4 * d, 0.4 * d))
    ]
    posts = [
        rod((x, y, 0.05), (x, y, h), 0.015, "silver")
        for x, y in product((-0.47 * w, 0.47 * w), (-0.47 * d, 0.47 * d))
    ]
    trays = [_body(w, d, z, z + 0.03) for z in (0.14, 0.5 * h, 0.85 * h)]
    return [*wheels, *posts, *trays]


# --- storage ----------------------------------------------------------------------------------------------------------


def _fronts(w: float, d: float, z0: float, z1: float, columns: int, rows: int) -> list[Part]:
    """Doors or drawer fronts with handles, on the front of a body."""
    parts = []
    step_x, step_z = w / columns, (z1 - z0) / rows
    for column, row in product(range(columns), range(rows)):
        x, z = -w / 2 + column * step_x, z0 + row * step_z
        parts.append(
            box(
                x + 0.012,
                x + step_x - 0.012,
                d / 2 - 0.002,
                d / 2 + 0.016,
                z + 0.012,
                z + step_z - 0.012,
                "light",
            )
        )
        if rows > 1:
            parts.append(_knob(x + step_x / 2, d / 2 + 0.016, z + 0.6 * step_z, 0.03))
        else:
            inner = x + (step_x - 0.05 if column % 2 == 0 else 0.05)
            parts.append(
                box(
                    inner - 0.01,
                    inner + 0.01,
                    d / 2 + 0.016,
                    d / 2 + 0.035,
                    z + 0.45 * step_z,
                    z + 0.55 * step_z,
                    "charcoal",
                )
            )
    return parts


@_shape("cabinet")
def _cabinet(w: float, d: float, h: float, rng: Generator) -> list[Part]:
    return [_body(w, d, 0, h), *_fronts(w, d, 0.06 * h, h - 0.02, max(1, round(w / 0.5)), 1)]


@_shape("wardrobe")
def _wardrobe(w: float, d: float, h: float, rng: Generator) -> list[Part]:
    return [
        _body(w, d, 0.04, h - 0.03),
        _body(0.96 * w, 0.9 * d, 0, 0.06, "shade"),
        box(-w / 2 - 0.02, w / 2 + 0.02, -d / 2, d / 2 + 0.03, h - 0.05, h, "shade"),
        *_fronts(w, d, 0.08, h - 0.08, max(2, round(w / 0.55)), 1),
    ]


@_shape("drawers", "nightstand")
def _drawers(w: float, d: float, h: float, rng: Generator) -> list[Part]:
    rows = max(2, round(h / 0.24))
    return [
        *_legs(0.95 * w, 0.95 * d, 0.08, 0.04),
        _body(w, d, 0.06, h - 0.02),
        box(-w / 2 - 0.01, w / 2 + 0.01, -d / 2, d / 2 + 0.03, h - 0.025, h, "shade"),
        *_fronts(w, d, 0.09, h - 0.03, 2 if w > 1.0 else 1, rows),
    ]


@_shape("bookshelf")
def _bookshelf(w: float, d: float, h: float, rng: Generator) -> list[Part]:
    board = SHELF_BOARD
    parts = [box(x, x + board, -d / 2, d / 2, 0, h, "shade") for x in (-w / 2, w / 2 - board)]
    parts.append(box(-w / 2, w / 2, -d / 2, -d / 2 + 0.012, 0, h, "shade"))
    parts += [_body(w, d, z, z + board) for z in shelf_levels((w, d, h))]
    return parts


@_shape("pigeonholes")
def _pigeonholes(w: float, d: float, h: float, rng: Generator) -> list[Part]:
    columns, rows = max(2, round(w / 0.3)), max(2, round(h / 0.25))
    parts = [box(-w / 2, w / 2, -d / 2, -d / 2 + 0.015, 0, h, "shade")]
    parts += [_body(w, d, z, z + 0.02) for z in np.linspace(0, h - 0.02, rows + 1)]
    parts += [box(x, x + 0.02, -d / 2, d / 2, 0, h) for x in np.linspace(-w / 2, w / 2 - 0.02, columns + 1)]
    return parts


@_shape("tv_stand")
def _tv_stand(w: float, d: float, h: float, rng: Generator) -> list[Part]:
    levels = [box(-w / 2, w / 2, -d / 2, d / 2, z, z + 0.03) for z in (0.05, 0.45 * h, h - 0.03)]
    ends = [box(x, x + 0.03, -d / 2, d / 2, 0, h, "shade") for x in (-w / 2, w / 2 - 0.03)]
    return [
        *levels,
        *ends,
        box(-w / 2, w / 2, -d / 2, -d / 2 + 0.015, 0.05, h, "shade"),
        box(-0.3 * w, 0.1 * w, -0.3 * d, 0.3 * d, 0.45 * h + 0.03, 0.45 * h + 0.09, "black"),
    ]


@_shape("crate")
def _crate(w: float, d: float, h: float, rng: Generator) -> list[Part]:
    wall = 0.012
    return [
        _body(w, d, 0, wall),
        *_sides(w, d, 0, 0.92 * h, wall),
        *_sides(w + 0.02, d + 0.02, 0.88 * h, h, 0.02, "shade"),
    ]


def _sides(w: float, d: float, z0: float, z1: float, wall: float, tone: str = "main") -> list[Part]:
    return [
        box(-w / 2, w / 2, -d / 2, -d / 2 + wall, z0, z1, tone),
        box(-w / 2, w / 2, d / 2 - wall, d / 2, z0, z1, tone),
        box(-w / 2, -w / 2 + wall, -d / 2, d / 2, z0, z1, tone),
        box(w / 2 - wall, w / 2, -d / 2, d / 2, z0, z1, tone),
    ]


@_shape("carton")
def _carton(w: float, d: float, h: float, rng: Generator) -> list[Part]:
    return [
        _body(w, d, 0, h),
        box(-w / 2, w / 2, -0.06 * d, 0.06 * d, h, h + 0.003, "light"),
        box(-0.2 * w, 0.2 * w, d / 2, d / 2 + 0.003, 0.3 * h, 0.7 * h, "white"),
    ]


@_shape("stacked_cartons")
def _stacked_cartons(w: float, d: float, h: float, rng: Generator) -> list[Part]:
    lower = [_body(w, d, 0, 0.55 * h), box(-w / 2, w / 2, -0.03, 0.03, 0.55 * h, 0.555 * h, "light")]
    return [*lower, box(-0.4 * w, 0.45 * w, -0.42 * d, 0.4 * d, 0.55 * h, h, "shade")]


@_shape("basket", "bin", "bucket")
def _basket(w: float, d: float, h: float, rng: Generator) -> list[Part]:
    inner = 0.93
    shell = lathe([(0, 0), (0.8, 0), (1.0, 1.0), (inner, 1.0), (0.75, 0.06), (0, 0.06)])
    rim = moved(ring(0.985, 0.035, "shade"), z=0.97)
    scale = np.array([w / 2, d / 2, h])
    return [Part(part.vertices * scale, part.triangles, part.tone) for part in (shell, rim)]


# --- kitchen and laundry ----------------------------------------------------------------------------------------------


@_shape("stove")
def _stove(w: float, d: float, h: float, rng: Generator) -> list[Part]:
    top = 0.8 * h
    burners = [
        moved(disc(0.1, 0.1, top, top + 0.012, "black"), x, y)
        for x, y in product((-0.25 * w, 0.25 * w), (-0.15 * d, 0.22 * d))
    ]
    knobs = [
        box(x - 0.015, x + 0.015, -0.38 * d, -0.34 * d, 0.9 * h, 0.94 * h, "charcoal")
        for x in np.linspace(-0.35 * w, 0.35 * w, 5)
    ]
    return [
        _body(w, 0.94 * d, 0, top),
        box(-w / 2, w / 2, -d / 2, -0.38 * d, top, h, "shade"),
        *burners,
        *knobs,
        box(-0.42 * w, 0.42 * w, 0.47 * d, 0.49 * d, 0.2 * top, 0.75 * top, "black"),
        rod((-0.38 * w, 0.5 * d, 0.8 * top), (0.38 * w, 0.5 * d, 0.8 * top), 0.012, "silver"),
    ]


@_shape("fridge")
def _fridge(w: float, d: float, h: float, rng: Generator) -> list[Part]:
    split = 0.65 * h if h > 1.2 else h - 0.02
    parts = [box(-w / 2, w / 2, -d / 2, 0.42 * d, 0.02, h, "shade")]
    for z0, z1 in ((0.05, split - 0.01), (split + 0.01, h)):
        if z1 - z0 > 0.1:
            parts.append(box(-w / 2, w / 2, 0.42 * d, 0.47 * d, z0, z1))
            parts.append(
                box(
                    -0.42 * w,
                    -0.36 * w,
                    0.47 * d,
                    0.5 * d,
                    z0 + 0.1 * (z1 - z0),
                    z0 + 0.8 * (z1 - z0),
                    "charcoal",
                )
            )
    return [*parts, *_legs(0.9 * w, 0.8 * d, 0.03, 0.05, "black")]


@_shape("appliance")
def _appliance(w: float, d: float, h: float, rng: Generator) -> list[Part]:
    return [
        _body(w, d, 0.08, h),
        box(-w / 2 + 0.02, w / 2 - 0.02, -d / 2, d / 2 - 0.01, 0, 0.08, "black"),
        box(-w / 2, w / 2, d / 2, d / 2 + 0.01, 0.86 * h, h, "charcoal"),
        rod((-0.38 * w, d / 2 + 0.02, 0.8 * h), (0.38 * w, d / 2 + 0.02, 0.8 * h), 0.01, "silver"),
    ]


@_shape("washer")
def _washer(w: float, d: float, h: float, rng: Generator) -> list[Part]:
    door = tilted(disc(0.33 * w, 0.33 * w, -0.02, 0.02, "charcoal"), -np.pi / 2, (1, 0, 0), (0, 0, 0))
    glass = tilted(disc(0.24 * w, 0.24 * w, -0.03, 0.03, "screen"), -np.pi / 2, (1, 0, 0), (0, 0, 0))
    return [
        _body(w, d, 0, h),
        moved(door, y=d / 2, z=0.45 * h),
        moved(glass, y=d / 2, z=0.45 * h),
        box(-w / 2, w / 2, d / 2, d / 2 + 0.015, 0.85 * h, h, "shade"),
    ]


@_shape("hood")
def _hood(w: float, d: float, h: float, rng: Generator) -> list[Part]:
    return [
        _body(w, d, 0, 0.4 * h),
        box(-0.2 * w, 0.2 * w, -d / 2, 0.1 * d, 0.4 * h, h, "shade"),
        box(-0.3 * w, 0.3 * w, d / 2, d / 2 + 0.005, 0.1 * h, 0.25 * h, "charcoal"),
    ]


@_shape("microwave")
def _microwave(w: float, d: float, h: float, rng: Generator) -> list[Part]:
    return [
        _body(w, d, 0.015, h),
        box(-0.46 * w, 0.22 * w, d / 2, d / 2 + 0.012, 0.12 * h, 0.9 * h, "screen"),
        box(0.26 * w, 0.46 * w, d / 2, d / 2 + 0.012, 0.12 * h, 0.9 * h, "charcoal"),
        *_legs(0.9 * w, 0.9 * d, 0.02, 0.03, "black"),
    ]


@_shape("toaster")
def _toaster(w: float, d: float, h: float, rng: Generator) -> list[Part]:
    slots = [
        box(-0.36 * w, 0.36 * w, y - 0.012, y + 0.012, h - 0.01, h + 0.002, "black")
        for y in (-0.18 * d, 0.18 * d)
    ]
    return [
        cushion(-w / 2, w / 2, -d / 2, d / 2, 0, h),
        *slots,
        box(0.48 * w, 0.55 * w, -0.02, 0.02, 0.5 * h, 0.6 * h, "black"),
    ]


@_shape("coffee_maker")
def _coffee_maker(w: float, d: float, h: float, rng: Generator) -> list[Part]:
    return [
        _body(w, d, 0, 0.12 * h),
        box(-w / 2, w / 2, -d / 2, -0.12 * d, 0.12 * h, h),
        _body(w, d, 0.78 * h, h, "shade"),
        moved(disc(0.3 * w, 0.25 * d, 0.12 * h, 0.62 * h, "glass", 0.8), y=0.2 * d),
    ]


@_shape("dish_rack")
def _dish_rack(w: float, d: float, h: float, rng: Generator) -> list[Part]:
    plates = [
        box(x, x + 0.012, -0.35 * d, 0.35 * d, 0.15 * h, h, "white")
        for x in np.linspace(-0.4 * w, 0.35 * w, 5)
    ]
    return [_body(w, d, 0, 0.1 * h), *_sides(w, d, 0.1 * h, 0.4 * h, 0.01, "shade"), *plates]


@_shape("cooler")
def _cooler(w: float, d: float, h: float, rng: Generator) -> list[Part]:
    return [
        _body(w, d, 0, 0.68 * h),
        disc(0.42 * w, 0.42 * d, 0.68 * h, h, "sky"),
        box(-0.15 * w, 0.15 * w, d / 2, d / 2 + 0.03, 0.52 * h, 0.56 * h, "blue"),
        box(-0.3 * w, 0.3 * w, d / 2, d / 2 + 0.04, 0.38 * h, 0.4 * h, "charcoal"),
    ]


# --- bathroom ---------------------------------------------------------------------------------------------------------


@_shape("toilet")
def _toilet(w: float, d: float, h: float, rng: Generator) -> list[Part]:
    seat = 0.52 * h
    bowl = lathe([(0, 0), (0.6, 0), (0.55, 0.35), (1.0, 1.0), (0.8, 1.0), (0.45, 0.5), (0, 0.4)])
    bowl = Part(bowl.vertices * np.array([0.42 * w, 0.36 * d, seat]), bowl.triangles, bowl.tone)
    rim = Part(
        ring(0.86, 0.14, "light").vertices * np.array([0.42 * w, 0.36 * d, 0.12]),
        ring(0.86, 0.14).triangles,
        "light",
    )
    lid = tilted(disc(0.4 * w, 0.34 * d, 0, 0.02, "light"), np.pi / 2 - 0.1, (1, 0, 0), (0, 0, 0))
    return [
        moved(bowl, y=0.14 * d),
        moved(rim, y=0.14 * d, z=seat),
        moved(lid, y=-0.2 * d, z=seat + 0.36 * d),
        box(-w / 2, w / 2, -d / 2, -0.27 * d, seat - 0.03, h - 0.03),
        box(-0.52 * w, 0.52 * w, -d / 2, -0.25 * d, h - 0.03, h),
        box(-0.2 * w, 0.2 * w, -d / 2, -0.1 * d, 0, seat - 0.02, "shade"),
    ]


@_shape("bathtub")
def _bathtub(w: float, d: float, h: float, rng: Generator) -> list[Part]:
    wall = 0.09
    return [
        _body(w, d, 0, 0.25 * h),
        *_sides(w, d, 0.25 * h, h, wall),
        *_sides(w + 0.02, d + 0.02, 0.94 * h, h, wall + 0.02, "light"),
        rod((-0.42 * w, 0, 0.8 * h), (-0.36 * w, 0, 0.8 * h), 0.02, "silver"),
    ]


@_shape("sink")
def _sink(w: float, d: float, h: float, rng: Generator) -> list[Part]:
    bowl = lathe([(0, 0), (0.55, 0), (1.0, 1.0), (0.88, 1.0), (0.45, 0.25), (0, 0.2)])
    bowl = Part(bowl.vertices * np.array([w / 2, 0.45 * d, 0.6 * h]), bowl.triangles, bowl.tone)
    tap = -0.42 * d
    return [
        moved(bowl, y=0.05 * d),
        box(-0.5 * w, 0.5 * w, -d / 2, -0.34 * d, 0.45 * h, 0.6 * h),
        rod((0, tap, 0.58 * h), (0, tap, 0.97 * h), 0.018, "silver"),
        rod((0, tap, 0.95 * h), (0, -0.1 * d, 0.9 * h), 0.016, "silver"),
    ]


@_shape("vanity")
def _vanity(w: float, d: float, h: float, rng: Generator) -> list[Part]:
    return [
        _body(w, 0.94 * d, 0.06, h - 0.04),
        box(-w / 2, w / 2, -d / 2, d / 2, h - 0.04, h, "white"),
        _body(0.94 * w, 0.85 * d, 0, 0.07, "shade"),
        *_fronts(w, 0.94 * d, 0.08, h - 0.06, max(2, round(w / 0.45)), 1),
    ]


@_shape("shower", "alcove")
def _shower(w: float, d: float, h: float, rng: Generator) -> list[Part]:
    return [
        box(-w / 2, w / 2, -d / 2, -d / 2 + 0.03, 0, h),
        box(-w / 2, -w / 2 + 0.03, -d / 2, d / 2, 0, h),
        box(w / 2 - 0.03, w / 2, -d / 2, d / 2, 0, h),
        _body(w, d, 0, 0.06, "light"),
        rod((0, -d / 2 + 0.03, 0.9 * h), (0, -0.2 * d, 0.88 * h), 0.02, "silver"),
        moved(disc(0.08, 0.08, 0, 0.03, "silver"), y=-0.2 * d, z=0.85 * h),
    ]


@_shape("tray")
def _tray(w: float, d: float, h: float, rng: Generator) -> list[Part]:
    return [_body(w, d, 0, 0.4 * h), *_sides(w, d, 0.4 * h, h, min(0.03, 0.1 * d), "light")]


@_shape("stall")
def _stall(w: float, d: float, h: float, rng: Generator) -> list[Part]:
    return [box(x, x + 0.03, -d / 2, d / 2, 0.15, h) for x in (-w / 2, w / 2 - 0.03)] + [
        box(-w / 2, -0.3 * w, d / 2 - 0.03, d / 2, 0.15, h),
        box(0.3 * w, w / 2, d / 2 - 0.03, d / 2, 0.15, h),
        *(box(x, x + 0.04, d / 2 - 0.04, d / 2, 0, h, "silver") for x in (-w / 2, w / 2 - 0.04)),
    ]


@_shape("dispenser")
def _dispenser(w: float, d: float, h: float, rng: Generator) -> list[Part]:
    return [
        _body(w, d, 0.12 * h, h),
        box(-0.38 * w, 0.38 * w, -0.3 * d, 0.3 * d, 0, 0.14 * h, "shade"),
        box(-0.25 * w, 0.25 * w, d / 2, d / 2 + 0.006, 0.45 * h, 0.7 * h, "charcoal"),
    ]


@_shape("roll")
def _roll(w: float, d: float, h: float, rng: Generator) -> list[Part]:
    body = tilted(disc(h / 2, d / 2, -0.45 * w, 0.45 * w), np.pi / 2, (0, 1, 0), (0, 0, 0))
    return [body, rod((-0.5 * w, 0, 0), (0.5 * w, 0, 0), 0.01, "silver")]


@_shape("standing_roll")
def _standing_roll(w: float, d: float, h: float, rng: Generator) -> list[Part]:
    return [
        disc(w / 2, d / 2, 0, 0.015, "oak"),
        disc(0.4 * w, 0.4 * d, 0.015, 0.93 * h),
        rod((0, 0, 0.9 * h), (0, 0, h), 0.008, "oak"),
    ]


@_shape("towel")
def _towel(w: float, d: float, h: float, rng: Generator) -> list[Part]:
    bar = rod((-w / 2, 0, h - 0.02), (w / 2, 0, h - 0.02), 0.012, "silver")
    return [
        bar,
        *(
            moved(wave(0.9 * w, 0.25 * d, low, h, 3), y=side * 0.3 * d)
            for side, low in ((-1, 0.15 * h), (1, 0))
        ),
    ]


@_shape("plunger")
def _plunger(w: float, d: float, h: float, rng: Generator) -> list[Part]:
    return [disc(w / 2, d / 2, 0, 0.22 * h, "main", 0.5), rod((0, 0, 0.2 * h), (0, 0, h), 0.013, "oak")]


@_shape("scale")
def _scale(w: float, d: float, h: float, rng: Generator) -> list[Part]:
    return [_body(w, d, 0, 0.8 * h), box(-0.15 * w, 0.15 * w, 0.25 * d, 0.4 * d, 0.8 * h, h, "screen")]


@_shape("hair_dryer")
def _hair_dryer(w: float, d: float, h: float, rng: Generator) -> list[Part]:
    barrel = tilted(disc(0.3 * h, 0.3 * h, -w / 2, w / 2, "main", 0.8), np.pi / 2, (0, 1, 0), (0, 0, 0))
    return [moved(barrel, z=0.7 * h), box(-0.4 * w, -0.2 * w, -d / 2, d / 2, 0, 0.6 * h, "shade")]


# --- on walls and ceilings --------------------------------------------------------------------------------------------


def _frame(w: float, d: float, h: float, rim: float, tone: str) -> list[Part]:
    return [
        box(-w / 2, w / 2, -d / 2, d / 2, 0, rim, tone),
        box(-w / 2, w / 2, -d / 2, d / 2, h - rim, h, tone),
        box(-w / 2, -w / 2 + rim, -d / 2, d / 2, rim, h - rim, tone),
        box(w / 2 - rim, w / 2, -d / 2, d / 2, rim, h - rim, tone),
    ]


def _panel(w: float, d: float, h: float, rim: float, tone: str, y: float = 0.0) -> Part:
    return box(-w / 2 + rim, w / 2 - rim, -d / 2, y, rim, h - rim, tone)


@_shape("door", "glass_door")
def _door(w: float, d: float, h: float, rng: Generator) -> list[Part]:
    rim = min(0.09, 0.15 * w)
    panels = [
        box(x0 * w, x1 * w, 0.1 * d, 0.3 * d, z0 * h, z1 * h, "light")
        for (x0, x1), (z0, z1) in product(((-0.33, -0.05), (0.05, 0.33)), ((0.08, 0.42), (0.52, 0.92)))
    ]
    side = 0.36 * w * (1 if rng.random() < 0.5 else -1)
    handle = [
        rod((side, 0.1 * d, 0.48 * h), (side, 0.5 * d, 0.48 * h), 0.015, "silver"),
        box(side - 0.06, side + 0.06, 0.4 * d, 0.5 * d, 0.475 * h, 0.485 * h, "silver"),
    ]
    jamb = [box(x, x + rim, -d / 2, 0.35 * d, 0, h, "white") for x in (-w / 2, w / 2 - rim)]
    return [
        *jamb,
        box(-w / 2, w / 2, -d / 2, 0.35 * d, h - rim, h, "white"),
        box(-w / 2 + rim, w / 2 - rim, -d / 2, 0.1 * d, 0, h - rim),
        *panels,
        *handle,
    ]


@_shape("double_door")
def _double_door(w: float, d: float, h: float, rng: Generator) -> list[Part]:
    leaves = [
        part for side in (-1, 1) for part in (moved(each, x=side * w / 4) for each in _door(w / 2, d, h, rng))
    ]
    return leaves


@_shape("doorframe")
def _doorframe(w: float, d: float, h: float, rng: Generator) -> list[Part]:
    rim = 0.11
    return [box(x, x + rim, -d / 2, d / 2, 0, h) for x in (-w / 2, w / 2 - rim)] + [
        box(-w / 2, w / 2, -d / 2, d / 2, h - rim, h)
    ]


@_shape("window")
def _window(w: float, d: float, h: float, rng: Generator) -> list[Part]:
    rim = min(0.07, 0.1 * min(w, h))
    bars = [
        box(x - 0.02, x + 0.02, -d / 2, 0.1 * d, rim, h - rim)
        for x in np.linspace(-w / 2, w / 2, max(2, round(w / 0.7)) + 1)[1:-1]
    ]
    return [
        *_frame(w, 0.6 * d, h, rim, "main"),
        _panel(w, d, h, rim, "glass", -0.35 * d),
        *bars,
        box(-w / 2 - 0.02, w / 2 + 0.02, -d / 2, d / 2, -0.02, 0.02, "white"),
    ]


@_shape("picture")
def _picture(w: float, d: float, h: float, rng: Generator) -> list[Part]:
    rim = 0.08 * min(w, h)
    tones = ("sky", "terracotta", "olive", "cream", "teal", "purple", "yellow")
    sky, ground = (tones[int(index)] for index in rng.integers(len(tones), size=2))
    split = rim + float(rng.uniform(0.3, 0.6)) * (h - 2 * rim)
    return [
        *_frame(w, d, h, rim, "main"),
        box(-w / 2 + rim, w / 2 - rim, -d / 2, 0.1 * d, split, h - rim, sky),
        box(-w / 2 + rim, w / 2 - rim, -d / 2, 0.1 * d, rim, split, ground),
    ]


@_shape("mirror")
def _mirror(w: float, d: float, h: float, rng: Generator) -> list[Part]:
    return [*_frame(w, d, h, 0.05 * min(w, h), "main"), _panel(w, d, h, 0.05 * min(w, h), "mirror", 0.2 * d)]


@_shape("board")
def _board(w: float, d: float, h: float, rng: Generator) -> list[Part]:
    return [
        *_frame(w, 0.6 * d, h, 0.025, "silver"),
        _panel(w, d, h, 0.025, "main"),
        box(-0.45 * w, 0.45 * w, -d / 2, d / 2, 0, 0.03, "silver"),
    ]


@_shape("clock")
def _clock(w: float, d: float, h: float, rng: Generator) -> list[Part]:
    def upright(part: Part) -> Part:
        return tilted(part, -np.pi / 2, (1, 0, 0), (0, 0, 0))

    return [
        upright(disc(w / 2, h / 2, -d / 2, 0.3 * d)),
        upright(disc(0.42 * w, 0.42 * h, 0.3 * d, 0.4 * d, "white")),
        box(-0.01 * w, 0.01 * w, 0.4 * d, 0.5 * d, 0, 0.35 * h, "black"),
        box(0, 0.25 * w, 0.4 * d, 0.5 * d, -0.01, 0.01, "black"),
    ]


@_shape("panel")
def _switch(w: float, d: float, h: float, rng: Generator) -> list[Part]:
    return [
        box(-w / 2, w / 2, -d / 2, 0, 0, h),
        box(-0.25 * w, 0.25 * w, 0, d / 2, 0.25 * h, 0.75 * h, "light"),
    ]


@_shape("slab")
def _slab(w: float, d: float, h: float, rng: Generator) -> list[Part]:
    return [_body(w, d, 0.4 * h, h), box(-0.47 * w, 0.47 * w, -d / 2, 0.3 * d, 0, 0.4 * h, "shade")]


@_shape("curtain")
def _curtain(w: float, d: float, h: float, rng: Generator) -> list[Part]:
    return [
        wave(w, 0.7 * d, 0, h - 0.04, max(3, round(w / 0.18))),
        rod((-w / 2, 0, h - 0.02), (w / 2, 0, h - 0.02), 0.02, "charcoal"),
    ]


@_shape("blinds")
def _blinds(w: float, d: float, h: float, rng: Generator) -> list[Part]:
    count = max(4, round(h / 0.09))
    slats = [
        box(-w / 2, w / 2, -d / 2, 0.2 * d, z, z + 0.6 * h / count, "main" if row % 2 else "shade")
        for row, z in enumerate(np.linspace(0, h - 0.1, count))
    ]
    return [*slats, box(-w / 2, w / 2, -d / 2, d / 2, h - 0.07, h)]


@_shape("radiator")
def _radiator(w: float, d: float, h: float, rng: Generator) -> list[Part]:
    count = max(4, round(w / 0.09))
    step = w / count
    ribs = [box(x, x + 0.65 * step, -d / 2, d / 2, 0.06 * h, h) for x in -w / 2 + step * np.arange(count)]
    return [
        *ribs,
        *(box(-w / 2, w / 2, -0.3 * d, 0.3 * d, z * h, (z + 0.06) * h, "shade") for z in (0.0, 0.12, 0.84)),
    ]


@_shape("rail")
def _rail(w: float, d: float, h: float, rng: Generator) -> list[Part]:
    radius = max(0.01, min(0.02, 0.2 * d))
    bar = rod((-w / 2, 0.5 * d - radius, 0), (w / 2, 0.5 * d - radius, 0), radius)
    ends = [
        rod((x, -d / 2, 0), (x, 0.5 * d - radius, 0), radius, "shade")
        for x in (-w / 2 + radius, w / 2 - radius)
    ]
    return [bar, *ends]


@_shape("pipe")
def _pipe(w: float, d: float, h: float, rng: Generator) -> list[Part]:
    radius = 0.3 * min(d, h)
    return [
        rod((-w / 2, 0, 0), (w / 2, 0, 0), radius),
        *(rod((x - 0.02, 0, 0), (x + 0.02, 0, 0), 1.3 * radius, "shade") for x in (-0.3 * w, 0.3 * w)),
    ]


@_shape("lantern")
def _lantern(w: float, d: float, h: float, rng: Generator) -> list[Part]:
    return [
        box(-0.3 * w, 0.3 * w, -d / 2, -0.4 * d, 0.3 * h, 0.8 * h, "silver"),
        ball((0, 0.05 * d, 0.5 * h), (w / 2, 0.45 * d, h / 2)),
    ]


@_shape("ceiling_light")
def _ceiling_light(w: float, d: float, h: float, rng: Generator) -> list[Part]:
    return [disc(0.3 * w, 0.3 * d, 0.6 * h, h, "silver"), disc(0.4 * w, 0.4 * d, 0, 0.6 * h, "main", 1.25)]


# --- electronics ------------------------------------------------------------------------------------------------------


@_shape("monitor", "tv")
def _monitor(w: float, d: float, h: float, rng: Generator) -> list[Part]:
    foot = 0.22 * h
    thick = min(0.05, 0.5 * d)
    return [
        box(-w / 2, w / 2, -thick / 2, thick / 2, foot, h),
        box(-0.47 * w, 0.47 * w, thick / 2, thick / 2 + 0.004, foot + 0.05 * h, h - 0.03 * h, "screen"),
        box(-0.05 * w, 0.05 * w, -thick / 2 - 0.02, thick / 2 - 0.01, 0.01, foot + 0.1 * h, "charcoal"),
        box(-0.25 * w, 0.25 * w, -d / 2, d / 2, 0, 0.02, "charcoal"),
    ]


@_shape("laptop")
def _laptop(w: float, d: float, h: float, rng: Generator) -> list[Part]:
    base = 0.08 * h
    lid = box(-w / 2, w / 2, -0.01, 0.01, 0, h, "shade")
    screen = box(-0.46 * w, 0.46 * w, 0.01, 0.013, 0.06 * h, 0.95 * h, "screen")
    return [
        _body(w, 0.75 * d, 0, base),
        box(-0.42 * w, 0.42 * w, -0.25 * d, 0.05 * d, base, base + 0.004, "black"),
        *(moved(tilted(part, 0.25, (1, 0, 0), (0, 0, 0)), y=-0.36 * d, z=base) for part in (lid, screen)),
    ]


@_shape("keyboard")
def _keyboard(w: float, d: float, h: float, rng: Generator) -> list[Part]:
    rows = [
        box(-0.47 * w, 0.47 * w, y, y + 0.13 * d, 0.6 * h, h, "shade")
        for y in np.linspace(-0.44 * d, 0.3 * d, 5)
    ]
    return [_body(w, d, 0, 0.65 * h), *rows]


@_shape("mouse")
def _mouse(w: float, d: float, h: float, rng: Generator) -> list[Part]:
    return [
        cushion(-w / 2, w / 2, -d / 2, d / 2, 0, h),
        box(-0.04 * w, 0.04 * w, 0.1 * d, 0.35 * d, 0.8 * h, 1.02 * h, "grey"),
    ]


@_shape("tower")
def _tower(w: float, d: float, h: float, rng: Generator) -> list[Part]:
    return [
        _body(w, d, 0, h),
        box(-0.4 * w, 0.4 * w, d / 2, d / 2 + 0.01, 0.7 * h, 0.8 * h, "silver"),
        box(-0.4 * w, 0.4 * w, d / 2, d / 2 + 0.01, 0.84 * h, 0.94 * h, "grey"),
    ]


@_shape("printer")
def _printer(w: float, d: float, h: float, rng: Generator) -> list[Part]:
    return [
        _body(w, d, 0, 0.7 * h),
        box(-0.45 * w, 0.45 * w, -d / 2, 0.2 * d, 0.7 * h, h, "shade"),
        box(-0.38 * w, 0.38 * w, d / 2, d / 2 + 0.08, 0.3 * h, 0.34 * h, "white"),
        box(-0.4 * w, 0.4 * w, 0.49 * d, 0.505 * d, 0.36 * h, 0.5 * h, "black"),
    ]


@_shape("copier")
def _copier(w: float, d: float, h: float, rng: Generator) -> list[Part]:
    trays = [
        box(-0.45 * w, 0.25 * w, d / 2, d / 2 + 0.015, z, z + 0.11 * h, "light")
        for z in (0.08 * h, 0.22 * h, 0.36 * h)
    ]
    return [
        box(-0.48 * w, 0.28 * w, -d / 2, d / 2, 0.02 * h, 0.68 * h),
        *trays,
        box(-0.5 * w, 0.3 * w, -d / 2, d / 2, 0.68 * h, 0.86 * h, "shade"),
        box(-0.48 * w, 0.28 * w, -d / 2, 0.35 * d, 0.86 * h, h, "light"),
        box(0.28 * w, 0.5 * w, -0.3 * d, 0.3 * d, 0.5 * h, 0.55 * h, "charcoal"),
        box(-0.1 * w, 0.25 * w, 0.36 * d, 0.5 * d, 0.86 * h, 0.9 * h, "screen"),
        _body(0.7 * w, 0.8 * d, 0, 0.03 * h, "black"),
    ]


@_shape("telephone")
def _telephone(w: float, d: float, h: float, rng: Generator) -> list[Part]:
    return [
        _body(w, d, 0, 0.55 * h),
        box(-0.48 * w, -0.2 * w, -0.45 * d, 0.45 * d, 0.55 * h, h, "shade"),
        box(-0.05 * w, 0.42 * w, -0.4 * d, -0.1 * d, 0.55 * h, 0.62 * h, "screen"),
        box(-0.05 * w, 0.42 * w, 0, 0.4 * d, 0.55 * h, 0.62 * h, "grey"),
    ]


@_shape("speaker")
def _speaker(w: float, d: float, h: float, rng: Generator) -> list[Part]:
    cones = [
        moved(
            tilted(disc(r * w, r * w, 0, 0.012, "grey"), -np.pi / 2, (1, 0, 0), (0, 0, 0)), y=d / 2, z=z * h
        )
        for r, z in ((0.36, 0.32), (0.2, 0.76))
    ]
    return [_body(w, d, 0, h), *cones]


@_shape("alarm_clock")
def _alarm_clock(w: float, d: float, h: float, rng: Generator) -> list[Part]:
    return [_body(w, d, 0, h), box(-0.42 * w, 0.42 * w, d / 2, d / 2 + 0.004, 0.2 * h, 0.8 * h, "screen")]


@_shape("fan")
def _fan(w: float, d: float, h: float, rng: Generator) -> list[Part]:
    radius = min(w / 2, 0.45 * h)
    cage = tilted(ring(radius, 0.012, "shade"), np.pi / 2, (1, 0, 0), (0, 0, 0))
    blades = [
        moved(
            tilted(box(0.02, 0.9 * radius, -0.006, 0.006, -0.08, 0.08, "light"), a, (0, 1, 0), (0, 0, 0)),
            z=h - radius,
        )
        for a in np.arange(3) * 2 * np.pi / 3
    ]
    return [
        disc(0.4 * w, 0.45 * d, 0, 0.03),
        rod((0, 0, 0.02), (0, 0, h - radius), 0.02),
        *blades,
        *(moved(cage, y=y, z=h - radius) for y in (-0.2 * d, 0.2 * d)),
        ball((0, 0, h - radius), (0.06, 0.25 * d, 0.06), "shade"),
    ]


@_shape("lamp")
def _lamp(w: float, d: float, h: float, rng: Generator) -> list[Part]:
    base = ("charcoal", "walnut", "silver", "oak")[int(rng.integers(4))]
    return [
        disc(0.35 * w, 0.35 * d, 0, 0.03, base),
        rod((0, 0, 0.02), (0, 0, 0.7 * h), 0.018, base),
        disc(w / 2, d / 2, 0.58 * h, h, "main", 0.65),
    ]


# --- soft and small things --------------------------------------------------------------------------------------------


@_shape("pillow", "purse", "hat")
def _pillow(w: float, d: float, h: float, rng: Generator) -> list[Part]:
    return [cushion(-w / 2, w / 2, -d / 2, d / 2, 0, h), ring_around(w, d, 0.5 * h)]


def ring_around(w: float, d: float, z: float) -> Part:
    """A seam around a soft thing."""
    seam = ring(0.93, 0.03, "shade")
    return Part(seam.vertices * np.array([w / 2, d / 2, 0.3]) + np.array([0, 0, z]), seam.triangles, "shade")


@_shape("blanket", "clothes")
def _heap(w: float, d: float, h: float, rng: Generator) -> list[Part]:
    layers = []
    for index, tone in enumerate(("main", "light", "shade")):
        x, y = rng.uniform(-0.1, 0.1, 2)
        wide = 0.5 - 0.09 * index
        z = index * h / 4
        layers.append(
            cushion((x - wide) * w, (x + wide) * w, (y - wide) * d, (y + wide) * d, z, z + h / 2, tone)
        )
    return layers


@_shape("soft_bag", "backpack")
def _bag(w: float, d: float, h: float, rng: Generator) -> list[Part]:
    strap = Part(
        ring(1.0, 0.12, "shade").vertices @ np.array([[0.18 * w, 0, 0], [0, 0, 0.12 * h], [0, 0.2 * d, 0]]),
        ring(1.0, 0.12).triangles,
        "shade",
    )
    return [
        cushion(-w / 2, w / 2, -d / 2, 0.25 * d, 0, 0.9 * h),
        cushion(-0.38 * w, 0.38 * w, 0.1 * d, d / 2, 0.08 * h, 0.5 * h, "light"),
        moved(strap, z=0.88 * h),
    ]


@_shape("suitcase")
def _suitcase(w: float, d: float, h: float, rng: Generator) -> list[Part]:
    return [
        cushion(-w / 2, w / 2, -d / 2, d / 2, 0.05, 0.9 * h),
        box(-0.06 * w, 0.06 * w, -0.08 * d, 0.08 * d, 0.9 * h, h, "charcoal"),
        *(
            ball((x, y, 0.03), (0.03, 0.03, 0.03), "black")
            for x, y in product((-0.4 * w, 0.4 * w), (-0.3 * d, 0.3 * d))
        ),
        *(
            box(x, x + 0.02, d / 2 - 0.01, d / 2 + 0.006, 0.15 * h, 0.8 * h, "shade")
            for x in (-0.2 * w, 0.2 * w)
        ),
    ]


@_shape("paper_bag")
def _paper_bag(w: float, d: float, h: float, rng: Generator) -> list[Part]:
    handle = tilted(ring(0.2 * w, 0.008, "brown"), np.pi / 2, (1, 0, 0), (0, 0, 0))
    return [
        *_sides(w, d, 0, 0.85 * h, 0.006),
        _body(w, d, 0, 0.01),
        moved(handle, y=d / 2, z=0.85 * h),
        moved(handle, y=-d / 2, z=0.85 * h),
    ]


@_shape("shoes")
def _shoes(w: float, d: float, h: float, rng: Generator) -> list[Part]:
    return [
        part
        for side in (-1, 1)
        for part in (
            cushion(side * 0.27 * w - 0.2 * w, side * 0.27 * w + 0.2 * w, -d / 2, d / 2, 0, 0.55 * h),
            cushion(side * 0.27 * w - 0.18 * w, side * 0.27 * w + 0.18 * w, -d / 2, 0, 0.2 * h, h, "shade"),
        )
    ]


@_shape("books")
def _books(w: float, d: float, h: float, rng: Generator) -> list[Part]:
    tones = ("red", "blue", "green", "navy", "cream", "brown", "teal", "burgundy", "yellow", "main")
    parts, x = [], -w / 2
    while x < w / 2 - 0.012:
        thick = min(float(rng.uniform(0.025, 0.055)), w / 2 - x)
        tall = h if not parts else float(rng.uniform(0.75, 1.0)) * h
        parts.append(
            box(
                x,
                x + thick - 0.002,
                -d / 2,
                float(rng.uniform(0.35, 0.5)) * d,
                0,
                tall,
                tones[int(rng.integers(len(tones)))],
            )
        )
        x += thick
    return parts


@_shape("book", "paper")
def _book(w: float, d: float, h: float, rng: Generator) -> list[Part]:
    return [
        box(-0.49 * w, 0.47 * w, -0.48 * d, 0.48 * d, 0.1 * h, 0.9 * h, "white"),
        _body(w, d, 0, 0.12 * h),
        _body(w, d, 0.88 * h, h),
    ]


@_shape("plant")
def _plant(w: float, d: float, h: float, rng: Generator) -> list[Part]:
    pot = disc(0.22 * w, 0.22 * d, 0, 0.3 * h, "terracotta", 1.3)
    leaves = []
    for angle, lift in zip(np.arange(9) * 2.4, rng.uniform(0.4, 0.85, 9), strict=True):
        x, y = 0.3 * w * np.cos(angle), 0.3 * d * np.sin(angle)
        leaves.append(
            ball((x, y, lift * h), (0.18 * w, 0.18 * d, 0.13 * h), "light" if lift > 0.65 else "main")
        )
    return [
        pot,
        rod((0, 0, 0.28 * h), (0, 0, 0.8 * h), 0.02, "brown"),
        *leaves,
        ball((0, 0, 0.86 * h), (0.2 * w, 0.2 * d, 0.14 * h)),
    ]


@_shape("bottle")
def _bottle(w: float, d: float, h: float, rng: Generator) -> list[Part]:
    return [
        disc(w / 2, d / 2, 0, 0.65 * h),
        disc(w / 2, d / 2, 0.65 * h, 0.82 * h, "main", 0.35),
        disc(0.18 * w, 0.18 * d, 0.8 * h, h, "charcoal"),
        disc(0.51 * w, 0.51 * d, 0.2 * h, 0.45 * h, "light"),
    ]


@_shape("cup", "pitcher")
def _cup(w: float, d: float, h: float, rng: Generator) -> list[Part]:
    shell = lathe([(0, 0), (0.8, 0), (1.0, 1.0), (0.88, 1.0), (0.7, 0.08), (0, 0.08)])
    body = Part(shell.vertices * np.array([0.4 * w, d / 2, h]), shell.triangles, "main")
    handle = tilted(ring(0.25 * h, 0.06 * h, "shade"), np.pi / 2, (1, 0, 0), (0, 0, 0))
    return [moved(body, x=-0.1 * w), moved(handle, x=0.28 * w, z=0.5 * h)]


@_shape("bowl", "plate")
def _bowl(w: float, d: float, h: float, rng: Generator) -> list[Part]:
    shell = lathe([(0, 0), (0.5, 0), (1.0, 1.0), (0.92, 1.0), (0.45, 0.15), (0, 0.15)])
    return [Part(shell.vertices * np.array([w / 2, d / 2, h]), shell.triangles, "main")]


@_shape("oddment")
def _oddment(w: float, d: float, h: float, rng: Generator) -> list[Part]:
    kind = int(rng.integers(3))
    if kind == 0:
        return [_body(w, d, 0, 0.6 * h), box(-0.3 * w, 0.3 * w, -0.3 * d, 0.3 * d, 0.6 * h, h, "shade")]
    if kind == 1:
        return [disc(w / 2, d / 2, 0, 0.5 * h), disc(0.3 * w, 0.3 * d, 0.5 * h, h, "light", 0.7)]
    return [
        cushion(-w / 2, w / 2, -d / 2, d / 2, 0, h),
        box(-0.2 * w, 0.2 * w, 0.3 * d, 0.5 * d, 0.3 * h, 0.6 * h, "light"),
    ]


@_shape("ball")
def _ball(w: float, d: float, h: float, rng: Generator) -> list[Part]:
    return [
        ball((0, 0, h / 2), (w / 2, d / 2, h / 2)),
        moved(
            Part(
                ring(0.97, 0.06, "light").vertices * np.array([w / 2, d / 2, h / 2]),
                ring(0.97, 0.06).triangles,
                "light",
            ),
            z=h / 2,
        ),
    ]


@_shape("dumbbell")
def _dumbbell(w: float, d: float, h: float, rng: Generator) -> list[Part]:
    def plate(x: float) -> Part:
        return moved(tilted(disc(h / 2, d / 2, -0.12 * w, 0.12 * w), np.pi / 2, (0, 1, 0), (0, 0, 0)), x=x)

    return [plate(-0.38 * w), plate(0.38 * w), rod((-0.4 * w, 0, 0), (0.4 * w, 0, 0), 0.2 * h, "silver")]


@_shape("mat")
def _mat(w: float, d: float, h: float, rng: Generator) -> list[Part]:
    return [_body(w, d, 0, 0.8 * h), box(-0.42 * w, 0.42 * w, -0.4 * d, 0.4 * d, 0.8 * h, h, "light")]


@_shape("paper_cutter")
def _paper_cutter(w: float, d: float, h: float, rng: Generator) -> list[Part]:
    return [
        _body(w, d, 0, 0.4 * h),
        box(0.44 * w, 0.5 * w, -d / 2, d / 2, 0.4 * h, h, "silver"),
        box(-w / 2, 0.44 * w, -d / 2, -0.42 * d, 0.4 * h, 0.6 * h, "oak"),
    ]


@_shape("guitar")
def _guitar(w: float, d: float, h: float, rng: Generator) -> list[Part]:
    def bout(radius: float, z: float) -> Part:
        return moved(tilted(disc(radius, radius, -0.06, 0.06), np.pi / 2, (1, 0, 0), (0, 0, 0)), z=z)

    hole = moved(
        tilted(disc(0.05, 0.05, 0.06, 0.063, "black"), -np.pi / 2, (1, 0, 0), (0, 0, 0)), y=0, z=0.32 * h
    )
    upright = [
        bout(0.5 * w, 0.5 * w),
        bout(0.38 * w, 0.36 * h),
        hole,
        box(-0.03, 0.03, -0.01, 0.03, 0.4 * h, 0.9 * h, "walnut"),
        box(-0.05, 0.05, -0.01, 0.02, 0.88 * h, h, "black"),
    ]
    return [tilted(part, 0.25, (1, 0, 0), (0, 0, 0)) for part in upright]


@_shape("bicycle")
def _bicycle(w: float, d: float, h: float, rng: Generator) -> list[Part]:
    radius = 0.3 * h + 0.02
    wheels = [
        moved(tilted(ring(radius, 0.02, "black"), np.pi / 2, (1, 0, 0), (0, 0, 0)), x=x, z=radius + 0.02)
        for x in (-w / 2 + radius, w / 2 - radius)
    ]
    left, right, axle = -w / 2 + radius, w / 2 - radius, radius + 0.02
    joints = {
        "rear": (left, 0, axle),
        "front": (right, 0, axle),
        "crank": (-0.05 * w, 0, axle),
        "saddle": (-0.15 * w, 0, 0.85 * h),
        "head": (0.28 * w, 0, 0.85 * h),
    }
    tubes = (
        ("rear", "crank"),
        ("rear", "saddle"),
        ("crank", "saddle"),
        ("crank", "head"),
        ("saddle", "head"),
        ("head", "front"),
    )
    return [
        *wheels,
        *(rod(joints[a], joints[b], 0.02) for a, b in tubes),
        cushion(-0.24 * w, -0.06 * w, -0.06, 0.06, 0.85 * h, 0.92 * h, "black"),
        rod((0.28 * w, 0, 0.85 * h), (0.28 * w, 0, h), 0.015, "silver"),
        rod((0.28 * w, -d / 2, h), (0.28 * w, d / 2, h), 0.015, "black"),
    ]


@_shape("ladder")
def _ladder(w: float, d: float, h: float, rng: Generator) -> list[Part]:
    def leg(side: int, y: float) -> Part:
        return rod((side * 0.47 * w, y, 0), (side * 0.36 * w, 0, h), 0.02)

    steps = [
        box(
            -0.44 * w,
            0.44 * w,
            share * d / 2 - 0.04,
            share * d / 2 + 0.04,
            (1 - share) * h,
            (1 - share) * h + 0.03,
            "shade",
        )
        for share in (0.85, 0.65, 0.45, 0.25)
    ]
    return [
        *(leg(side, y) for side, y in product((-1, 1), (-d / 2, d / 2))),
        *steps,
        box(-0.38 * w, 0.38 * w, -0.08, 0.08, h - 0.03, h, "shade"),
    ]


@_shape("vacuum")
def _vacuum(w: float, d: float, h: float, rng: Generator) -> list[Part]:
    return [
        cushion(-w / 2, w / 2, 0, d / 2, 0, 0.12 * h, "charcoal"),
        tilted(disc(0.3 * w, 0.22 * d, 0.08 * h, 0.6 * h), 0.15, (1, 0, 0), (0, 0, 0)),
        rod((0, -0.1 * d, 0.5 * h), (0, -0.4 * d, h), 0.02, "grey"),
        box(-0.05, 0.05, -0.5 * d, -0.38 * d, 0.97 * h, h, "charcoal"),
    ]


@_shape("person")
def _person(w: float, d: float, h: float, rng: Generator) -> list[Part]:
    legs = [rod((side * 0.17 * w, 0, 0), (side * 0.15 * w, 0, 0.5 * h), 0.14 * w, "navy") for side in (-1, 1)]
    arms = [
        rod((side * 0.38 * w, 0, 0.8 * h), (side * 0.44 * w, 0.2 * d, 0.5 * h), 0.08 * w, "skin")
        for side in (-1, 1)
    ]
    return [
        *legs,
        *arms,
        cushion(-0.36 * w, 0.36 * w, -0.3 * d, 0.3 * d, 0.45 * h, 0.84 * h),
        ball((0, 0, 0.92 * h), (0.2 * w, 0.25 * d, 0.08 * h), "skin"),
        *(
            box(side * 0.17 * w - 0.1 * w, side * 0.17 * w + 0.1 * w, -0.2 * d, d / 2, 0, 0.04 * h, "black")
            for side in (-1, 1)
        ),
    ]


@_shape("tube")
def _tube(w: float, d: float, h: float, rng: Generator) -> list[Part]:
    return [disc(w / 2, d / 2, 0, h), disc(0.52 * w, 0.52 * d, 0.94 * h, h, "shade")]


# --- parts of the building --------------------------------------------------------------------------------------------


@_shape("column")
def _column(w: float, d: float, h: float, rng: Generator) -> list[Part]:
    return [_body(w, d, 0, 0.06, "shade"), _body(0.94 * w, 0.94 * d, 0.06, h)]


@_shape("partition")
def _partition(w: float, d: float, h: float, rng: Generator) -> list[Part]:
    return [_body(w, d, 0, h)]


@_shape("stairs")
def _stairs(w: float, d: float, h: float, rng: Generator) -> list[Part]:
    count = max(3, round(h / 0.18))
    steps = [
        box(
            -w / 2 + index * w / count,
            w / 2,
            -d / 2,
            d / 2,
            index * h / count,
            (index + 1) * h / count,
            "shade" if index % 2 else "main",
        )
        for index in range(count)
    ]
    return steps


@_shape("railing")
def _railing(w: float, d: float, h: float, rng: Generator) -> list[Part]:
    posts = [
        rod((x, 0, 0), (x, 0, h), 0.015, "shade")
        for x in np.linspace(-0.48 * w, 0.48 * w, max(3, round(w / 0.2)))
    ]
    return [*posts, box(-w / 2, w / 2, -d / 2, d / 2, h - 0.05, h)]


@_shape("coat_rack")
def _coat_rack(w: float, d: float, h: float, rng: Generator) -> list[Part]:
    hooks = [
        rod((0, 0, 0.85 * h), (0.45 * w * np.cos(a), 0.45 * d * np.sin(a), h - 0.02), 0.015, "shade")
        for a in np.arange(6) * np.pi / 3
    ]
    return [disc(w / 2, d / 2, 0, 0.04, "main", 0.7), rod((0, 0, 0.03), (0, 0, h), 0.025), *hooks]


@_shape("piano")
def _piano(w: float, d: float, h: float, rng: Generator) -> list[Part]:
    keys = 0.58 * h
    return [
        box(-w / 2, w / 2, -d / 2, 0, 0, h),
        box(-w / 2, w / 2, 0, d / 2, keys - 0.08, keys),
        box(-0.46 * w, 0.46 * w, 0.1 * d, 0.46 * d, keys, keys + 0.02, "white"),
        box(-0.46 * w, 0.46 * w, 0.08 * d, 0.28 * d, keys + 0.02, keys + 0.03, "black"),
        *(box(x, x + 0.08, 0.35 * d, d / 2, 0, keys - 0.08, "shade") for x in (-w / 2, w / 2 - 0.08)),
        box(-0.3 * w, 0.3 * w, 0, 0.02, 0.7 * h, 0.9 * h, "shade"),
    ]
