"""Objects in bathrooms."""

import numpy as np

from vsidata.synthetic.furniture.pieces import body, fronts, sides
from vsidata.synthetic.furniture.shapes import shape
from vsidata.synthetic.parts import Part, box, disc, lathe, moved, ring, rod, tilted, wave


@shape("toilet")
def _toilet(w: float, d: float, h: float) -> list[Part]:
    seat = 0.52 * h
    bowl = lathe([(0, 0), (0.6, 0), (0.55, 0.35), (1.0, 1.0), (0.8, 1.0), (0.45, 0.5), (0, 0.4)])
    bowl = Part(bowl.vertices * np.array([0.42 * w, 0.36 * d, seat]), bowl.triangles, bowl.tone)
    rim = Part(
        ring(0.86, 0.14, "light").vertices * np.array([0.42 * w, 0.36 * d, 0.12]),
        ring(0.86, 0.14).triangles,
        "light",
    )
    lid = tilted(disc(0.4 * w, 0.34 * d, 0, 0.02, "light"), np.pi / 2 - 0.1, (1, 0, 0))
    return [
        moved(bowl, y=0.14 * d),
        moved(rim, y=0.14 * d, z=seat),
        moved(lid, y=-0.2 * d, z=seat + 0.36 * d),
        box(-w / 2, w / 2, -d / 2, -0.27 * d, seat - 0.03, h - 0.03),
        box(-0.52 * w, 0.52 * w, -d / 2, -0.25 * d, h - 0.03, h),
        box(-0.2 * w, 0.2 * w, -d / 2, -0.1 * d, 0, seat - 0.02, "shade"),
    ]


@shape("bathtub")
def _bathtub(w: float, d: float, h: float) -> list[Part]:
    wall = 0.09
    return [
        body(w, d, 0, 0.25 * h),
        *sides(w, d, 0.25 * h, h, wall),
        *sides(w + 0.02, d + 0.02, 0.94 * h, h, wall + 0.02, "light"),
        rod((-0.42 * w, 0, 0.8 * h), (-0.36 * w, 0, 0.8 * h), 0.02, "silver"),
    ]


@shape("sink")
def _sink(w: float, d: float, h: float) -> list[Part]:
    bowl = lathe([(0, 0), (0.55, 0), (1.0, 1.0), (0.88, 1.0), (0.45, 0.25), (0, 0.2)])
    bowl = Part(bowl.vertices * np.array([w / 2, 0.45 * d, 0.6 * h]), bowl.triangles, bowl.tone)
    tap = -0.42 * d
    return [
        moved(bowl, y=0.05 * d),
        box(-0.5 * w, 0.5 * w, -d / 2, -0.34 * d, 0.45 * h, 0.6 * h),
        rod((0, tap, 0.58 * h), (0, tap, 0.97 * h), 0.018, "silver"),
        rod((0, tap, 0.95 * h), (0, -0.1 * d, 0.9 * h), 0.016, "silver"),
    ]


@shape("vanity")
def _vanity(w: float, d: float, h: float) -> list[Part]:
    return [
        body(w, 0.94 * d, 0.06, h - 0.04),
        box(-w / 2, w / 2, -d / 2, d / 2, h - 0.04, h, "white"),
        body(0.94 * w, 0.85 * d, 0, 0.07, "shade"),
        *fronts(w, 0.94 * d, 0.08, h - 0.06, max(2, round(w / 0.45)), 1),
    ]


@shape("shower", "alcove")
def _shower(w: float, d: float, h: float) -> list[Part]:
    return [
        box(-w / 2, w / 2, -d / 2, -d / 2 + 0.03, 0, h),
        box(-w / 2, -w / 2 + 0.03, -d / 2, d / 2, 0, h),
        box(w / 2 - 0.03, w / 2, -d / 2, d / 2, 0, h),
        body(w, d, 0, 0.06, "light"),
        rod((0, -d / 2 + 0.03, 0.9 * h), (0, -0.2 * d, 0.88 * h), 0.02, "silver"),
        moved(disc(0.08, 0.08, 0, 0.03, "silver"), y=-0.2 * d, z=0.85 * h),
    ]


@shape("tray")
def _tray(w: float, d: float, h: float) -> list[Part]:
    return [body(w, d, 0, 0.4 * h), *sides(w, d, 0.4 * h, h, min(0.03, 0.1 * d), "light")]


@shape("stall")
def _stall(w: float, d: float, h: float) -> list[Part]:
    return [box(x, x + 0.03, -d / 2, d / 2, 0.15, h) for x in (-w / 2, w / 2 - 0.03)] + [
        box(-w / 2, -0.3 * w, d / 2 - 0.03, d / 2, 0.15, h),
        box(0.3 * w, w / 2, d / 2 - 0.03, d / 2, 0.15, h),
        *(box(x, x + 0.04, d / 2 - 0.04, d / 2, 0, h, "silver") for x in (-w / 2, w / 2 - 0.04)),
    ]


@shape("dispenser")
def _dispenser(w: float, d: float, h: float) -> list[Part]:
    return [
        body(w, d, 0.12 * h, h),
        box(-0.38 * w, 0.38 * w, -0.3 * d, 0.3 * d, 0, 0.14 * h, "shade"),
        box(-0.25 * w, 0.25 * w, d / 2, d / 2 + 0.006, 0.45 * h, 0.7 * h, "charcoal"),
    ]


@shape("roll")
def _roll(w: float, d: float, h: float) -> list[Part]:
    body = tilted(disc(h / 2, d / 2, -0.45 * w, 0.45 * w), np.pi / 2, (0, 1, 0))
    return [body, rod((-0.5 * w, 0, 0), (0.5 * w, 0, 0), 0.01, "silver")]


@shape("standing_roll")
def _standing_roll(w: float, d: float, h: float) -> list[Part]:
    return [
        disc(w / 2, d / 2, 0, 0.015, "oak"),
        disc(0.4 * w, 0.4 * d, 0.015, 0.93 * h),
        rod((0, 0, 0.9 * h), (0, 0, h), 0.008, "oak"),
    ]


@shape("towel")
def _towel(w: float, d: float, h: float) -> list[Part]:
    bar = rod((-w / 2, 0, h - 0.02), (w / 2, 0, h - 0.02), 0.012, "silver")
    return [
        bar,
        *(
            moved(wave(0.9 * w, 0.25 * d, low, h, 3), y=side * 0.3 * d)
            for side, low in ((-1, 0.15 * h), (1, 0))
        ),
    ]


@shape("plunger")
def _plunger(w: float, d: float, h: float) -> list[Part]:
    return [disc(w / 2, d / 2, 0, 0.22 * h, "main", 0.5), rod((0, 0, 0.2 * h), (0, 0, h), 0.013, "oak")]


@shape("scale")
def _scale(w: float, d: float, h: float) -> list[Part]:
    return [body(w, d, 0, 0.8 * h), box(-0.15 * w, 0.15 * w, 0.25 * d, 0.4 * d, 0.8 * h, h, "screen")]


@shape("hair_dryer")
def _hair_dryer(w: float, d: float, h: float) -> list[Part]:
    barrel = tilted(disc(0.3 * h, 0.3 * h, -w / 2, w / 2, "main", 0.8), np.pi / 2, (0, 1, 0))
    return [moved(barrel, z=0.7 * h), box(-0.4 * w, -0.2 * w, -d / 2, d / 2, 0, 0.6 * h, "shade")]
