"""Objects on walls and ceilings, and doors and windows."""

from itertools import product

import numpy as np
from numpy.random import Generator

from vsidata.synthetic.furniture.pieces import body
from vsidata.synthetic.furniture.shapes import shape, varied_shape
from vsidata.synthetic.parts import Part, ball, box, disc, moved, rod, tilted, wave


def _frame(w: float, d: float, h: float, rim: float, tone: str) -> list[Part]:
    return [
        box(-w / 2, w / 2, -d / 2, d / 2, 0, rim, tone),
        box(-w / 2, w / 2, -d / 2, d / 2, h - rim, h, tone),
        box(-w / 2, -w / 2 + rim, -d / 2, d / 2, rim, h - rim, tone),
        box(w / 2 - rim, w / 2, -d / 2, d / 2, rim, h - rim, tone),
    ]


def _panel(w: float, d: float, h: float, rim: float, tone: str, y: float = 0.0) -> Part:
    return box(-w / 2 + rim, w / 2 - rim, -d / 2, y, rim, h - rim, tone)


@varied_shape("door", "glass_door")
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


@varied_shape("double_door")
def _double_door(w: float, d: float, h: float, rng: Generator) -> list[Part]:
    return [
        part for side in (-1, 1) for part in (moved(each, x=side * w / 4) for each in _door(w / 2, d, h, rng))
    ]


@shape("doorframe")
def _doorframe(w: float, d: float, h: float) -> list[Part]:
    rim = 0.11
    return [box(x, x + rim, -d / 2, d / 2, 0, h) for x in (-w / 2, w / 2 - rim)] + [
        box(-w / 2, w / 2, -d / 2, d / 2, h - rim, h)
    ]


@shape("window")
def _window(w: float, d: float, h: float) -> list[Part]:
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


@varied_shape("picture")
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


@shape("mirror")
def _mirror(w: float, d: float, h: float) -> list[Part]:
    return [*_frame(w, d, h, 0.05 * min(w, h), "main"), _panel(w, d, h, 0.05 * min(w, h), "mirror", 0.2 * d)]


@shape("board")
def _board(w: float, d: float, h: float) -> list[Part]:
    return [
        *_frame(w, 0.6 * d, h, 0.025, "silver"),
        _panel(w, d, h, 0.025, "main"),
        box(-0.45 * w, 0.45 * w, -d / 2, d / 2, 0, 0.03, "silver"),
    ]


@shape("clock")
def _clock(w: float, d: float, h: float) -> list[Part]:
    def upright(part: Part) -> Part:
        return tilted(part, -np.pi / 2, (1, 0, 0))

    return [
        upright(disc(w / 2, h / 2, -d / 2, 0.3 * d)),
        upright(disc(0.42 * w, 0.42 * h, 0.3 * d, 0.4 * d, "white")),
        box(-0.01 * w, 0.01 * w, 0.4 * d, 0.5 * d, 0, 0.35 * h, "black"),
        box(0, 0.25 * w, 0.4 * d, 0.5 * d, -0.01, 0.01, "black"),
    ]


@shape("panel")
def _switch(w: float, d: float, h: float) -> list[Part]:
    return [
        box(-w / 2, w / 2, -d / 2, 0, 0, h),
        box(-0.25 * w, 0.25 * w, 0, d / 2, 0.25 * h, 0.75 * h, "light"),
    ]


@shape("slab")
def _slab(w: float, d: float, h: float) -> list[Part]:
    return [body(w, d, 0.4 * h, h), box(-0.47 * w, 0.47 * w, -d / 2, 0.3 * d, 0, 0.4 * h, "shade")]


@shape("curtain")
def _curtain(w: float, d: float, h: float) -> list[Part]:
    return [
        wave(w, 0.7 * d, 0, h - 0.04, max(3, round(w / 0.18))),
        rod((-w / 2, 0, h - 0.02), (w / 2, 0, h - 0.02), 0.02, "charcoal"),
    ]


@shape("blinds")
def _blinds(w: float, d: float, h: float) -> list[Part]:
    count = max(4, round(h / 0.09))
    slats = [
        box(-w / 2, w / 2, -d / 2, 0.2 * d, z, z + 0.6 * h / count, "main" if row % 2 else "shade")
        for row, z in enumerate(np.linspace(0, h - 0.1, count))
    ]
    return [*slats, box(-w / 2, w / 2, -d / 2, d / 2, h - 0.07, h)]


@shape("radiator")
def _radiator(w: float, d: float, h: float) -> list[Part]:
    count = max(4, round(w / 0.09))
    step = w / count
    ribs = [box(x, x + 0.65 * step, -d / 2, d / 2, 0.06 * h, h) for x in -w / 2 + step * np.arange(count)]
    return [
        *ribs,
        *(box(-w / 2, w / 2, -0.3 * d, 0.3 * d, z * h, (z + 0.06) * h, "shade") for z in (0.0, 0.12, 0.84)),
    ]


@shape("rail")
def _rail(w: float, d: float, h: float) -> list[Part]:
    radius = max(0.01, min(0.02, 0.2 * d, h / 2))
    bar = rod((-w / 2, 0.5 * d - radius, 0), (w / 2, 0.5 * d - radius, 0), radius)
    ends = [
        rod((x, -d / 2, 0), (x, 0.5 * d - radius, 0), radius, "shade")
        for x in (-w / 2 + radius, w / 2 - radius)
    ]
    return [bar, *ends]


@shape("pipe")
def _pipe(w: float, d: float, h: float) -> list[Part]:
    radius = 0.3 * min(d, h)
    return [
        rod((-w / 2, 0, 0), (w / 2, 0, 0), radius),
        *(rod((x - 0.02, 0, 0), (x + 0.02, 0, 0), 1.3 * radius, "shade") for x in (-0.3 * w, 0.3 * w)),
    ]


@shape("lantern")
def _lantern(w: float, d: float, h: float) -> list[Part]:
    return [
        box(-0.3 * w, 0.3 * w, -d / 2, -0.4 * d, 0.3 * h, 0.8 * h, "silver"),
        ball((0, 0.05 * d, 0.5 * h), (w / 2, 0.45 * d, h / 2)),
    ]


@shape("ceiling_light")
def _ceiling_light(w: float, d: float, h: float) -> list[Part]:
    return [disc(0.3 * w, 0.3 * d, 0.6 * h, h, "silver"), disc(0.4 * w, 0.4 * d, 0, 0.6 * h, "main", 1.25)]
