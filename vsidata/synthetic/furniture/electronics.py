"""Screens, computers, printers, lamps and other electrical devices."""

import numpy as np
from numpy.random import Generator

from vsidata.synthetic.furniture.pieces import body
from vsidata.synthetic.furniture.shapes import shape, varied_shape
from vsidata.synthetic.parts import Part, ball, box, cushion, disc, moved, ring, rod, tilted


@shape("monitor", "tv")
def _monitor(w: float, d: float, h: float) -> list[Part]:
    foot = 0.22 * h
    thick = min(0.05, 0.5 * d)
    return [
        box(-w / 2, w / 2, -thick / 2, thick / 2, foot, h),
        box(-0.47 * w, 0.47 * w, thick / 2, thick / 2 + 0.004, foot + 0.05 * h, h - 0.03 * h, "screen"),
        box(-0.05 * w, 0.05 * w, -thick / 2 - 0.02, thick / 2 - 0.01, 0.01, foot + 0.1 * h, "charcoal"),
        box(-0.25 * w, 0.25 * w, -d / 2, d / 2, 0, 0.02, "charcoal"),
    ]


@shape("laptop")
def _laptop(w: float, d: float, h: float) -> list[Part]:
    base = 0.08 * h
    lid = box(-w / 2, w / 2, -0.01, 0.01, 0, h, "shade")
    screen = box(-0.46 * w, 0.46 * w, 0.01, 0.013, 0.06 * h, 0.95 * h, "screen")
    return [
        body(w, 0.75 * d, 0, base),
        box(-0.42 * w, 0.42 * w, -0.25 * d, 0.05 * d, base, base + 0.004, "black"),
        *(moved(tilted(part, 0.25, (1, 0, 0)), y=-0.36 * d, z=base) for part in (lid, screen)),
    ]


@shape("keyboard")
def _keyboard(w: float, d: float, h: float) -> list[Part]:
    rows = [
        box(-0.47 * w, 0.47 * w, y, y + 0.13 * d, 0.6 * h, h, "shade")
        for y in np.linspace(-0.44 * d, 0.3 * d, 5)
    ]
    return [body(w, d, 0, 0.65 * h), *rows]


@shape("mouse")
def _mouse(w: float, d: float, h: float) -> list[Part]:
    return [
        cushion(-w / 2, w / 2, -d / 2, d / 2, 0, h),
        box(-0.04 * w, 0.04 * w, 0.1 * d, 0.35 * d, 0.8 * h, 1.02 * h, "grey"),
    ]


@shape("tower")
def _tower(w: float, d: float, h: float) -> list[Part]:
    return [
        body(w, d, 0, h),
        box(-0.4 * w, 0.4 * w, d / 2, d / 2 + 0.01, 0.7 * h, 0.8 * h, "silver"),
        box(-0.4 * w, 0.4 * w, d / 2, d / 2 + 0.01, 0.84 * h, 0.94 * h, "grey"),
    ]


@shape("printer")
def _printer(w: float, d: float, h: float) -> list[Part]:
    return [
        body(w, d, 0, 0.7 * h),
        box(-0.45 * w, 0.45 * w, -d / 2, 0.2 * d, 0.7 * h, h, "shade"),
        box(-0.38 * w, 0.38 * w, d / 2, d / 2 + 0.08, 0.3 * h, 0.34 * h, "white"),
        box(-0.4 * w, 0.4 * w, 0.49 * d, 0.505 * d, 0.36 * h, 0.5 * h, "black"),
    ]


@shape("copier")
def _copier(w: float, d: float, h: float) -> list[Part]:
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
        body(0.7 * w, 0.8 * d, 0, 0.03 * h, "black"),
    ]


@shape("telephone")
def _telephone(w: float, d: float, h: float) -> list[Part]:
    return [
        body(w, d, 0, 0.55 * h),
        box(-0.48 * w, -0.2 * w, -0.45 * d, 0.45 * d, 0.55 * h, h, "shade"),
        box(-0.05 * w, 0.42 * w, -0.4 * d, -0.1 * d, 0.55 * h, 0.62 * h, "screen"),
        box(-0.05 * w, 0.42 * w, 0, 0.4 * d, 0.55 * h, 0.62 * h, "grey"),
    ]


@shape("speaker")
def _speaker(w: float, d: float, h: float) -> list[Part]:
    cones = [
        moved(tilted(disc(r * w, r * w, 0, 0.012, "grey"), -np.pi / 2, (1, 0, 0)), y=d / 2, z=z * h)
        for r, z in ((0.36, 0.32), (0.2, 0.76))
    ]
    return [body(w, d, 0, h), *cones]


@shape("alarm_clock")
def _alarm_clock(w: float, d: float, h: float) -> list[Part]:
    return [body(w, d, 0, h), box(-0.42 * w, 0.42 * w, d / 2, d / 2 + 0.004, 0.2 * h, 0.8 * h, "screen")]


@shape("fan")
def _fan(w: float, d: float, h: float) -> list[Part]:
    radius = min(w / 2, 0.45 * h)
    cage = tilted(ring(radius, 0.012, "shade"), np.pi / 2, (1, 0, 0))
    blades = [
        moved(
            tilted(box(0.02, 0.9 * radius, -0.006, 0.006, -0.08, 0.08, "light"), a, (0, 1, 0)),
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


@varied_shape("lamp")
def _lamp(w: float, d: float, h: float, rng: Generator) -> list[Part]:
    base = ("charcoal", "walnut", "silver", "oak")[int(rng.integers(4))]
    return [
        disc(0.35 * w, 0.35 * d, 0, 0.03, base),
        rod((0, 0, 0.02), (0, 0, 0.7 * h), 0.018, base),
        disc(w / 2, d / 2, 0.58 * h, h, "main", 0.65),
    ]
